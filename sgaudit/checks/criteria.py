"""The success criteria of WCAG one by one: what a machine tested tonight, and what only a person can."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sgaudit.model.outcome import Outcome
from sgaudit.model.report import AccessibilityRow, CriterionRow, Decided
from sgaudit.register import Criterion
from sgaudit.rules import Rule

_NOT_ASKED = "Automatic checks of accessibility were not part of this audit."
_LOOKED = (Outcome.passed, Outcome.failed, Outcome.cant_tell)


def criteria(known: Iterable[Criterion], decided: Sequence[tuple[Rule, Decided]]) -> tuple[CriterionRow, ...]:
    """A row for each of `known`, from what the rules of the accessibility engine concluded."""
    asked = [found for rule, found in decided if rule.check == "accessibility" and rule.options.get("kind") == "wcag"]
    issues = [row for found in asked for row in found.accessibility]
    reason = _why_not(asked)
    return tuple(_row(criterion, issues, reason) for criterion in known)


def _why_not(asked: Sequence[Decided]) -> str:
    """Why the engine's silence says nothing tonight; empty where it looked at a page at least."""
    findings = [finding for found in asked for finding in found.findings]
    if any(finding.outcome in _LOOKED for finding in findings):
        return ""
    return next((finding.message for finding in findings), _NOT_ASKED)


def _row(criterion: Criterion, issues: Iterable[AccessibilityRow], reason: str) -> CriterionRow:
    own = [row for row in issues if criterion.number in row.wcag]
    by_machine = bool(criterion.engine or own)
    return CriterionRow(
        number=criterion.number,
        name=criterion.name,
        level=criterion.level,
        group=criterion.group,
        tested="person" if not by_machine else "not-tested" if reason else "automatic",
        reason=reason if by_machine else "",
        issues=tuple(_rules(own, Outcome.failed)),
        undecided=tuple(_rules(own, Outcome.cant_tell)),
        page_count=len({page for row in own for page in row.pages}),
        person=criterion.person,
    )


def _rules(rows: Iterable[AccessibilityRow], outcome: Outcome) -> Iterator[str]:
    return (row.rule for row in rows if row.outcome is outcome)
