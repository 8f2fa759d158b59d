"""A first recipe for somebody's data: what its columns are, who judges, and why.

    proposal = propose("rows.jsonl", model="Qwen/Qwen3-0.6B")
    Path("recipe.yaml").write_text(written(proposal))

Every proposal is a key of the recipe with its value and its reason; what the caller gives is taken
as it is. The data are read as a run reads them, so that the rows shown are those of the run.
"""

from ._mapping import Unmapped
from ._propose import Proposal, propose
from ._proposed import Proposed
from ._written import SCHEMA_FILE, written

__all__ = ["SCHEMA_FILE", "Proposal", "Proposed", "Unmapped", "propose", "written"]
