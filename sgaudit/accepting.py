"""Accepted risks laid over tonight's findings: pure, so that deciding again decides alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sgaudit.model.clock import in_words
from sgaudit.model.outcome import Outcome, Severity
from sgaudit.model.policy import WARNED, Accepted, Policy
from sgaudit.model.report import AcceptedRow, Finding
from sgaudit.model.visits import page_key


def accept(
    findings: Sequence[Finding], policy: Policy, today: date
) -> tuple[tuple[Finding, ...], tuple[AcceptedRow, ...]]:
    """The findings, each accepted one with the last day of that, and what became of every acceptance."""
    rows = []
    until: dict[int, date] = {}
    for entry in policy.accepted:
        covered = [
            number for number, one in enumerate(findings) if one.outcome is Outcome.failed and _covers(entry, one)
        ]
        if today <= entry.expires:
            for number in covered:
                until[number] = max(entry.expires, until.get(number, entry.expires))
        rows.append(_row(entry, [findings[number] for number in covered], today))
    marked = tuple(
        one.model_copy(update={"accepted_until": until[number]}) if number in until else one
        for number, one in enumerate(findings)
    )
    return marked, tuple(rows)


def _covers(entry: Accepted, finding: Finding) -> bool:
    """One page's acceptance does not cover a fault that stands on other pages too."""
    if entry.rule != finding.rule and entry.fingerprint != finding.fingerprint:
        return False
    if not entry.page:
        return True
    return {page_key(page) for page in (*finding.pages, finding.page)} == {page_key(entry.page)}


def _row(entry: Accepted, covered: Sequence[Finding], today: date) -> AcceptedRow:
    state = "expired" if today > entry.expires else "ends-soon" if entry.expires - today <= WARNED else "accepted"
    return AcceptedRow(
        rule=entry.rule or next((one.rule for one in covered), ""),
        fingerprint=entry.fingerprint,
        page=entry.page,
        reason=entry.reason,
        by=entry.by,
        expires=entry.expires,
        state=state if covered or state == "expired" else "nothing-to-accept",
        findings=len(covered),
        messages=tuple(one.message for one in covered[:5]),
    )


def tolerated(finding: Finding) -> bool:
    """Whether a failed finding fails no run: it is accepted, or was there before."""
    return finding.accepted_until is not None or finding.in_baseline


def headline(failed: Sequence[Finding], usual: str) -> str:
    """The headline where nothing else needs action: what is tolerated must not look as if all were well."""
    if any(one.in_baseline and one.accepted_until is None for one in failed):
        return "Nothing new needs action"
    if any(one.accepted_until for one in failed):
        return "Working, with accepted risks" if usual == "Working" else "Nothing but accepted risks needs action"
    return usual


def said(failed: Sequence[Finding], route: Collection[str], told: str) -> str:
    """What the verdict's sentence says after `told` of what is tolerated; a fault of the way to report by its words.

    `failed` weighs enough to fail a run; `route` are the rules about the way to report. Empty, or begins with a space.
    """
    kept = [one for one in failed if tolerated(one)]
    parts = []
    way = next((one for one in kept if one.rule in route and one.severity.at_least(Severity.serious)), None)
    if way is not None and way.message not in told:
        parts.append(f"The way to report is not in order: {way.message}")
    accepted = [one.accepted_until for one in kept if one.accepted_until is not None]
    before = len(kept) - len(accepted)
    if accepted:
        until = in_words(min(accepted))
        many = len(accepted) > 1
        parts.append(
            f"{len(accepted)} faults are accepted risks, the first until {until}: they do not fail this audit, "
            "and they are not put right."
            if many
            else f"1 fault is an accepted risk until {until}: it does not fail this audit, and it is not put right."
        )
    if before:
        were = "faults were" if before > 1 else "fault was"
        parts.append(f"{before} {were} there in the baseline already, and only what is new fails this audit.")
    return "".join(f" {part}" for part in parts)
