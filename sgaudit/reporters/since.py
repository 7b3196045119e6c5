"""What changed since the run before, who puts it right and by when, and which risks are accepted: in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from sgaudit.model.change import Changes, Fault
from sgaudit.model.clock import day_of, in_words
from sgaudit.model.report import AcceptedRow, Finding, Report
from sgaudit.model.words import counted, listed, one_line, shortened

KINDS = (("new", "New"), ("fixed", "Fixed"), ("still_failing", "Still failing"), ("not_rechecked", "Could not recheck"))
"""The fields of Changes in the order they are told, each with its heading."""


def heading(report: Report) -> str:
    """The heading of the section: since last night, or since the audit before where that is longer ago."""
    changes = report.changes
    before = day_of(report.run.started) - timedelta(days=1)
    last_night = changes is None or changes.since is None or changes.since >= before
    return f"What changed since {'last night' if last_night else 'the last audit'}"


def line(changes: Changes) -> str:
    """The changes in one sentence."""
    if changes.since is None:
        return changes.note
    said = [
        f"{len(changes.new)} new",
        f"{len(changes.fixed)} fixed",
        f"{len(changes.still_failing)} still failing",
    ]
    if changes.not_rechecked:
        said.append(f"{len(changes.not_rechecked)} that could not be rechecked")
    return f"Since {in_words(changes.since)}: {listed(said)}."


def longest(faults: Sequence[Fault]) -> str:
    """`36 faults, the oldest for 12 nights, since 12 November 2026`; empty when there are none."""
    if not faults:
        return ""
    oldest = min(faults, key=lambda one: (one.first_seen, -one.nights))
    which = "seen" if len(faults) == 1 else "the oldest seen"
    return f"{counted(len(faults), 'fault')}, {which} {age(oldest.nights, oldest.first_seen)}"


def age(nights: int, first_seen: date) -> str:
    """`for 12 nights, since 12 November 2026`."""
    return f"for {counted(nights, 'night')}, since {in_words(first_seen)}"


def known_for(finding: Finding) -> str:
    """Since when a failed finding is known; empty where nothing is known of before."""
    if finding.change == "new":
        return "New"
    if finding.change == "still-failing" and finding.first_seen is not None:
        return f"Failing {age(finding.nights, finding.first_seen)}"
    return ""


def reasons(faults: Sequence[Fault]) -> list[tuple[str, int, str]]:
    """Why faults could not be rechecked: each reason with their number and what one of them says, most first."""
    counts = Counter(fault.reason for fault in faults)
    first = {fault.reason: fault.message for fault in reversed(faults)}
    return [(reason, number, first[reason]) for reason, number in counts.most_common()]


def charge(owner: str, due: date | None, today: date) -> str:
    """`Mrs Bell, by 1 March 2027`; empty where nobody is named and no day is set."""
    when = "" if due is None else f"overdue since {in_words(due)}" if due < today else f"by {in_words(due)}"
    return ", ".join(filter(None, (owner, when)))


def state(row: AcceptedRow, report: Report) -> str:
    """What became of an accepted risk tonight, in words."""
    today = day_of(report.run.started)
    if row.state == "expired":
        return f"Expired on {in_words(row.expires)}: what it covered counts again."
    if row.state == "nothing-to-accept":
        known = not row.rule or any(rule.id == row.rule for rule in report.rules)
        return "Nothing that failed is meant by it." if known else "There is no such rule in this audit."
    if row.state == "ends-soon":
        days = (row.expires - today).days
        left = "today" if not days else f"in {counted(days, 'day')}"
        return f"Ends {left}, on {in_words(row.expires)}: put it right, or decide again."
    return f"Accepted until {in_words(row.expires)}."


def acceptances(report: Report) -> list[str]:
    """A line for each accepted risk that somebody should know of on the terminal: soon over, over, or without use."""
    told = [row for row in report.accepted if row.state != "accepted"]
    return [f"Accepted risk {row.fingerprint or row.rule}: {state(row, report)}" for row in told]


def told(fault: Fault, *, dated: bool = True) -> str:
    """One fault on one line: its rule, what is wrong, and since when."""
    since = f" (seen {age(fault.nights, fault.first_seen)})" if dated else ""
    reason = f" {one_line(fault.reason)}" if fault.reason else ""
    return f"{fault.rule}: {shortened(fault.message, 300)}{since}{reason}"
