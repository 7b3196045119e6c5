"""What is remembered from night to night: faults, what became of them tonight, and the nights themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from sgaudit.model.outcome import Outcome, Severity


class Fault(BaseModel):
    """One failed finding as the nights remember it.

    `pages` are all that it stood on, `links` the link targets and `frames` the embedded pages it was about; only where
    all of them were looked at again can it be called fixed. `subject` tells faults of one rule apart (the engine's own
    rule). `first_seen` to `last_seen` are days in the UK; `nights` counts the days on which an audit saw it.
    `reason` says why it could not be rechecked, or what else there is to say of the change.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    fingerprint: str
    rule: str
    page: str
    message: str
    severity: Severity
    pages: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    subject: str = ""
    decisive: bool = False
    first_seen: date
    last_seen: date
    nights: int = 1
    reason: str = ""


class Before(BaseModel):
    """What is remembered when a run begins: the run before it, how its rules came out, and the faults still open."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    run: str
    started: date
    rules_digest: str = ""
    outcomes: dict[str, Outcome] = {}
    faults: tuple[Fault, ...] = ()


class Changes(BaseModel):
    """What changed since the run before.

    `compared_with` is that run's id and `since` its day; both are empty at the first run and where nothing could be
    compared, and `note` then says so. `outcomes` are those of its rules; `other_rules` is true when other rules decided
    then, so that a change may come from them. A fault that could not be rechecked is neither fixed nor still there:
    nobody knows.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    compared_with: str = ""
    since: date | None = None
    note: str = ""
    rules_digest: str = ""
    other_rules: bool = False
    outcomes: dict[str, Outcome] = {}
    new: tuple[Fault, ...] = ()
    fixed: tuple[Fault, ...] = ()
    still_failing: tuple[Fault, ...] = ()
    not_rechecked: tuple[Fault, ...] = ()


class Point(BaseModel):
    """One run in the trend of a report: how many faults were failing, and how many of the rules that apply were met.

    `exit_code` 3 says that the run came to no verdict, and `complete` false that it saw only a part: fewer faults are
    then no progress.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    run: str
    started: datetime
    headline: str
    exit_code: int
    complete: bool
    failing: int
    met: int
    applicable: int


@dataclass(frozen=True)
class Night:
    """One run as the history tells it: its verdict, how many rules came out how, and how many faults were seen."""

    site: str
    run: str
    started: datetime
    headline: str
    exit_code: int
    complete: bool
    outcomes: dict[Outcome, int]
    failing: int
    new: int
    fixed: int
    not_rechecked: int
    accepted: int

    def point(self) -> Point:
        """The run as a point of the trend."""
        return Point(
            run=self.run,
            started=self.started,
            headline=self.headline,
            exit_code=self.exit_code,
            complete=self.complete,
            failing=self.failing,
            met=self.outcomes.get(Outcome.passed, 0),
            applicable=sum(self.outcomes.values()) - self.outcomes.get(Outcome.inapplicable, 0),
        )
