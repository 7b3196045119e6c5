"""What a school's settings say of single rules, kept with the evidence so that deciding it again holds to them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sgaudit.model.outcome import Level, Severity


class RuleSetting(BaseModel):
    """How one rule is to count here. `off` silences it, which needs a `reason`, since the report shows it to governors.

    `level` and `severity` replace the rule's own; None leaves them. `place` is where this was written, for messages.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    rule: str
    off: bool = False
    level: Level | None = None
    severity: Severity | None = None
    reason: str = Field(default="", max_length=500)
    place: str = ""

    @field_validator("reason")
    @classmethod
    def _one_line(cls, value: str) -> str:
        return " ".join(value.split())

    @model_validator(mode="after")
    def _says_something(self) -> RuleSetting:
        if self.off and not self.reason:
            raise ValueError("a rule that is off needs a `reason`, which the report shows to governors")
        if not self.off and self.level is None and self.severity is None:
            raise ValueError("changes nothing; set off = true, level or severity")
        return self
