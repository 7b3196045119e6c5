"""What those responsible have decided beforehand: risks accepted for a time, who puts what right, and how soon."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from sgaudit.model.change import Fault
from sgaudit.model.naming import meant
from sgaudit.model.outcome import Severity

WARNED = timedelta(days=14)
"""How long before its last day an accepted risk is said to end soon."""


class Accepted(BaseModel):
    """One accepted risk: a rule, or one finding by its fingerprint, on `page` alone where that is given.

    `expires` is the last day on which it holds. A reason and a name are asked for because governors read them.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    rule: str = ""
    fingerprint: str = ""
    page: str = ""
    reason: str = Field(max_length=500)
    by: str = Field(max_length=100)
    expires: date

    @field_validator("expires", mode="before")
    @classmethod
    def _is_a_day(cls, value: object) -> object:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                raise ValueError(f"{value!r} is no day of the calendar") from None
        raise ValueError(f"expected a day such as 2027-03-31, not {str(value)[:80]!r}")

    @field_validator("reason", "by")
    @classmethod
    def _says_something(cls, value: str) -> str:
        said = " ".join(value.split())
        if not said:
            raise ValueError("must not be empty")
        return said

    @model_validator(mode="after")
    def _names_one_thing(self) -> Accepted:
        if bool(self.rule) == bool(self.fingerprint):
            raise ValueError("name either a rule or a fingerprint")
        if self.fingerprint and not re.fullmatch(r"v\d+:[0-9a-f]{16}", self.fingerprint):
            raise ValueError(f"{self.fingerprint[:80]!r} is no fingerprint; copy one from the report")
        return self


class Policy(BaseModel):
    """`owners`: a person by rule id, group or pattern of ids. `due`: days by severity, since a fault was first seen.

    `baseline` are faults that were there before and so fail no run; None where no baseline was given.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    accepted: tuple[Accepted, ...] = ()
    owners: Mapping[str, str] = {}
    due: Mapping[Severity, int] = {}
    baseline: tuple[Fault, ...] | None = None

    def owner(self, rule: str, group: str) -> str:
        """Who puts right what this rule finds, else empty. An id wins over a pattern, and that over a group."""
        if rule in self.owners:
            return self.owners[rule]
        patterns = (name for word, name in self.owners.items() if fnmatch.fnmatchcase(rule, word))
        return next(patterns, "") or self.owners.get(group, "")

    def due_day(self, severity: Severity, first_seen: date) -> date | None:
        """The day by which a fault is to be put right; None where no time is set for its severity."""
        days = self.due.get(severity)
        return None if days is None else first_seen + timedelta(days=days)


DUE: Mapping[Severity, int] = {Severity.critical: 1, Severity.serious: 14, Severity.moderate: 30, Severity.minor: 90}
"""By when a fault is to be put right unless the settings say otherwise: days by severity."""

SECTIONS = ("accepted", "owners", "due")
"""The sections of the settings file that make a policy."""

_KEYS = tuple(Accepted.model_fields)
_MOST_DAYS = 3_650


def policy_of(sections: Mapping[str, object]) -> Policy:
    """The policy that `[[accepted]]`, `[owners]` and `[due]` write down, over the usual days.

    Raises ValueError with one sentence.
    """
    due = {**DUE, **dict(_due(sections.get("due", {})))}
    return Policy(
        accepted=tuple(_accepted(sections.get("accepted", []))),
        owners=dict(_owners(sections.get("owners", {}))),
        due={severity: days for severity, days in due.items() if days is not None},
    )


def _accepted(entries: object) -> Iterator[Accepted]:
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise ValueError("[accepted]: expected a table for each risk, each headed [[accepted]]")
    for number, entry in enumerate(entries, 1):
        place = f"[[accepted]] number {number}"
        for key in entry:
            if key not in _KEYS:
                raise ValueError(f"{place} has no key {key!r}; known are {', '.join(_KEYS)}{meant(key, _KEYS)}")
        try:
            yield Accepted.model_validate(entry)
        except ValidationError as error:
            first = error.errors()[0]
            key = f" {first['loc'][0]}" if first["loc"] else ""
            raise ValueError(f"{place}{key}: {_wrong(first)}") from None


def _wrong(error: ErrorDetails) -> str:
    if error["type"] == "missing":
        return "is missing; an accepted risk needs a reason, by whom, and the day on which it expires"
    if error["type"] == "string_type":
        return f"expected text in quotes, not {str(error['input'])[:80]!r}"
    if error["type"] == "string_too_long":
        return f"must be at most {error['ctx']['max_length']} characters"
    return error["msg"].removeprefix("Value error, ")


def _owners(entries: object) -> Iterator[tuple[str, str]]:
    if not isinstance(entries, dict):
        raise ValueError('[owners]: expected lines such as reporting-route = "Mrs Bell"')
    for word, name in entries.items():
        if not isinstance(name, str) or not name.strip():
            raise ValueError(f"[owners] {word}: expected a name in quotes, not {str(name)[:80]!r}")
        yield word, " ".join(name.split())[:100]


def _due(entries: object) -> Iterator[tuple[Severity, int | None]]:
    if not isinstance(entries, dict):
        raise ValueError("[due]: expected lines such as critical = 1")
    for word, days in entries.items():
        if word not in list(Severity):
            raise ValueError(f"[due] has no key {word!r}; known are {', '.join(Severity)}{meant(word, Severity)}")
        if days is False:
            yield Severity(word), None
            continue
        if days is True or not isinstance(days, int) or not 0 <= days <= _MOST_DAYS:
            raise ValueError(f"[due] {word}: expected a number of days, not {str(days)[:80]!r}; false sets no day")
        yield Severity(word), days
