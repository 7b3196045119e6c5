"""What needs doing: failed findings put together into the few things a person would do, weightiest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sgaudit.model.clock import day_of
from sgaudit.model.outcome import Outcome, Severity
from sgaudit.model.report import Finding, Report, RuleRow
from sgaudit.model.words import listed
from sgaudit.reporters.since import charge, known_for

_SHOWN = 2
_STEPS = 3
_TITLES = 4


@dataclass(frozen=True)
class Action:
    """One thing to do: what is wrong, more of the same, why it matters, plain steps, and where.

    `anchor` is the id of the place in the report where all of it stands. `charge` says who (the `owner`) and by when,
    `since` for how long the oldest of it is known; they are empty where nothing is known.
    """

    what: str
    also: tuple[str, ...]
    more: int
    why: str
    steps: tuple[str, ...]
    pages: tuple[str, ...]
    severity: Severity
    anchor: str
    owner: str = ""
    charge: str = ""
    since: str = ""


def actions(report: Report) -> list[Action]:
    """Everything that failed at or above the run's `fail_on` and is not accepted, as actions, weightiest first."""
    rules = {row.id: row for row in report.rules}
    counted_in = [finding for finding in failed(report) if _counts(report, finding) and finding.rule in rules]

    def subject(finding: Finding) -> str:
        group = rules[finding.rule].group
        return group if group == "statements" else finding.rule

    order = {name: place for place, name in enumerate(dict.fromkeys(map(subject, counted_in)))}
    sets = groupby(sorted(counted_in, key=lambda finding: order[subject(finding)]), key=subject)
    today = day_of(report.run.started)
    made = [_action(list(held), rules, today) for _, held in sets]
    # A child who cannot report comes before everything else of the same weight.
    made.sort(key=lambda pair: (-pair[1].severity.rank, pair[0] != "reporting-route"))
    return [action for _, action in made]


def smaller(report: Report) -> list[Finding]:
    """What failed below the run's `fail_on`: nothing has to be done, something could be better."""
    return [finding for finding in failed(report) if finding.accepted_until is None and not _counts(report, finding)]


def _counts(report: Report, finding: Finding) -> bool:
    return finding.accepted_until is None and finding.severity.at_least(
        Severity(str(report.run.settings.get("fail_on", Severity.moderate)))
    )


def failed(report: Report) -> list[Finding]:
    """The failed findings, weightiest first, otherwise in the order of the rules."""
    return _of(report, Outcome.failed)


def undecided(report: Report) -> list[Finding]:
    """What a person must look at, weightiest first."""
    return _of(report, Outcome.cant_tell)


def unchecked(report: Report) -> list[Finding]:
    """What could not be checked, each message once."""
    found = _of(report, Outcome.untested)
    return list({finding.message: finding for finding in reversed(found)}.values())[::-1]


def _of(report: Report, outcome: Outcome) -> list[Finding]:
    return sorted(
        (finding for finding in report.findings if finding.outcome is outcome),
        key=lambda finding: -finding.severity.rank,
    )


def _action(findings: Sequence[Finding], rules: dict[str, RuleRow], today: date) -> tuple[str, Action]:
    first = findings[0]
    rule = rules[first.rule]
    names = dict.fromkeys(finding.rule for finding in findings)
    if together := len(names) > 1:
        asked = sum(row.group == rule.group for row in rules.values())
        what = f"{len(names)} of {asked} statements are missing or wrong."
        wrong = {finding.rule: finding.message for finding in findings if finding.decisive}
        missing = {name: f"Not met: {rules[name].title}" for name in names if name not in wrong}
        also = (*wrong.values(), *missing.values())
        steps: tuple[str, ...] = (
            "Take out what contradicts the guidance.",
            "Put the missing statements on the safeguarding page; each has a suggested wording below.",
        )
    else:
        what = first.message
        also = tuple(finding.message for finding in findings[1:])
        steps = tuple(_once(step for finding in findings[:_SHOWN] for step in finding.how_to_fix))
        if rule.group == "statements" and rule.wording:
            steps = (*steps[: _STEPS - 1], "A sentence that you could use stands below, under this requirement.")
    owner = listed(list(_once(one.owner for one in findings if one.owner)))
    most = _TITLES if together else _SHOWN - 1
    return rule.group, Action(
        what=what,
        also=also[:most],
        more=max(0, len(also) - most),
        why=rule.why,
        steps=steps[:_STEPS],
        pages=tuple(_once(finding.page for finding in findings)),
        severity=first.severity,
        anchor=f"group-{rule.group}" if together else f"rule-{rule.id}",
        owner=owner,
        charge=charge(owner, min((one.due for one in findings if one.due is not None), default=None), today),
        since=known_for(max(findings, key=lambda one: (one.nights, one.change == "still-failing"))),
    )


def _once(values: Iterable[str]) -> Iterator[str]:
    return iter(dict.fromkeys(values))
