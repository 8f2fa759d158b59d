"""The base of all groups of keys in a recipe."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
"""What the user names may be called: it names folders of the run, or stands in keys."""


class Strict(BaseModel):
    """Unknown keys are errors, and nothing is converted: "3" and true are not numbers."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )


class Open(Strict):
    """Keys beside those named here are options of what the group is given to, which checks them."""

    model_config = ConfigDict(extra="allow")

    @property
    def options(self) -> dict[str, Any]:
        """The keys that are not named here, with their values."""
        return dict(self.model_extra or {})
