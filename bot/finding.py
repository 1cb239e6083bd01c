"""What the doctor finds: one row each."""

from typing import Literal

from pydantic import Field

from storage.model import Noun

Mark = Literal["fine", "note", "broken"]


class Finding(Noun):
    """One row: `what` and `how` are text keys, `fields` fill both; a note is neither good nor bad."""

    mark: Mark
    what: str
    how: str
    fields: dict[str, str] = Field(default_factory=dict)
