"""Whether a text abstains from answering, by the grammar of its clauses."""

from ._abstain import Abstention, abstention, only_abstains, takes_back

__all__ = ["Abstention", "abstention", "only_abstains", "takes_back"]
