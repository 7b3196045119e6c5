"""Whether tonight is worth a message, and what it says: pure, from tonight's report and the nights before it.

A message goes out for a change, for the second night running without a verdict, for an acceptance that has ended, and
once a week for the digest. A night like the one before is silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sgaudit.accepting import tolerated
from sgaudit.model.change import Fault, Night
from sgaudit.model.clock import day_of, in_words
from sgaudit.model.exit_codes import NO_VERDICT
from sgaudit.model.outcome import Outcome, Severity
from sgaudit.model.report import AcceptedRow, Finding, Report

_MOST = 10
_LONGEST = 300
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Alert:
    """One message as plain text. `kind` says how grave it is, for services that show that in colour."""

    title: str
    body: str
    kind: Literal["failure", "warning", "success", "info"]


def alert(report: Report, earlier: Sequence[Night], where: str) -> Alert | None:
    """The message of tonight, None where there is nothing to say.

    `earlier` are the nights of this site before tonight, the newest last; `where` tells where the report is.
    """
    tonight = _Tonight(report, earlier)
    parts = [*tonight.changed(), *tonight.unsure(), *tonight.ended()]
    kind = tonight.kind()
    title = report.verdict.headline
    if tonight.first_of_week():
        parts += tonight.digest()
        title = f"This week: {title}"
    if not parts:
        return None
    body = "\n\n".join([_safe(report.verdict.sentence, 600), *parts, f"The report: {where}"])
    return Alert(_safe(f"{report.site.name or report.site.url}: {title}", 200), body, kind)


class _Tonight:
    def __init__(self, report: Report, earlier: Sequence[Night]) -> None:
        self._report = report
        self._earlier = earlier
        self._day = day_of(report.run.started)
        self._least = Severity(str(report.run.settings.get("fail_on", Severity.moderate)))
        self._by_fingerprint = {one.fingerprint: one for one in report.findings}
        changes = report.changes
        self._new = [fault for fault in changes.new if self._counts(fault)] if changes else []
        self._fixed = [fault for fault in changes.fixed if fault.severity.at_least(self._least)] if changes else []

    def kind(self) -> Literal["failure", "warning", "success", "info"]:
        """Failure where something is new, warning where something is not known or has ended, success where fixed."""
        if self._new:
            return "failure"
        doubtful = self._report.run.exit_code == NO_VERDICT and any(self.unsure())
        if doubtful or any(self.ended()):
            return "warning"
        return "success" if self._fixed else "info"

    def changed(self) -> Iterator[str]:
        """What is new, and what is fixed."""
        if self._new:
            yield _listed("New", [self._fault(fault) for fault in self._new])
        if self._fixed:
            lines = [f"{fault.rule}: {fault.message} (seen for {_nights(fault.nights)})" for fault in self._fixed]
            yield _listed("Fixed", lines)

    def unsure(self) -> Iterator[str]:
        """Once where two nights running came to no verdict, and once where that is over."""
        before = [night.exit_code == NO_VERDICT for night in self._earlier[-2:]]
        now = self._report.run.exit_code == NO_VERDICT
        if now and before[-1:] == [True] and before != [True, True]:
            reasons = "; ".join(self._report.run.incomplete_reasons[:3])
            yield _safe(f"No verdict could be reached for the second time running. {reasons}".strip())
        if not now and before == [True, True]:
            yield "The site could be judged again, after at least two audits that came to no verdict."

    def ended(self) -> Iterator[str]:
        """Accepted risks whose last day lies between the run before and tonight."""
        if not self._earlier:
            return
        since = day_of(self._earlier[-1].started)
        rows = [row for row in self._report.accepted if row.state == "expired" and since <= row.expires < self._day]
        if rows:
            yield _listed("Accepted risks that have ended: what they covered fails again", map(_risk, rows))

    def first_of_week(self) -> bool:
        """Whether this is the first audit of the week, Monday to Sunday, or the first of all."""
        return not self._earlier or _week(day_of(self._earlier[-1].started)) != _week(self._day)

    def digest(self) -> Iterator[str]:
        """The week until tonight."""
        changes = self._report.changes
        nights = [night for night in self._earlier if self._day - day_of(night.started) < _WEEK]
        codes = [*(night.exit_code for night in nights), self._report.run.exit_code]
        new = sum(night.new for night in nights) + (len(changes.new) if changes else 0)
        fixed = sum(night.fixed for night in nights) + (len(changes.fixed) if changes else 0)
        unsure = codes.count(NO_VERDICT)
        audits = f"{len(codes)} audits" if len(codes) > 1 else "1 audit"
        yield f"In the last seven days: {audits}, {unsure or 'none'} without a verdict; {new} new, {fixed} fixed."
        if open_ones := [one for one in self._report.findings if self._open(one)]:
            shown = sorted(open_ones, key=lambda one: -one.severity.rank)
            yield _listed("Needs action", [self._finding(one) for one in shown])
        if soon := [row for row in self._report.accepted if row.state == "ends-soon"]:
            yield _listed("Accepted risks that end soon", map(_risk, soon))

    def _open(self, finding: Finding) -> bool:
        failed = finding.outcome is Outcome.failed and finding.severity.at_least(self._least)
        return failed and not tolerated(finding)

    def _counts(self, fault: Fault) -> bool:
        finding = self._by_fingerprint.get(fault.fingerprint)
        return fault.severity.at_least(self._least) and (finding is None or not tolerated(finding))

    def _fault(self, fault: Fault) -> str:
        finding = self._by_fingerprint.get(fault.fingerprint)
        return self._finding(finding) if finding else f"{fault.rule} ({fault.severity}): {fault.message}"

    def _finding(self, one: Finding) -> str:
        late = ", which has passed" if one.due and one.due < self._day else ""
        due = f"by {in_words(one.due)}{late}" if one.due else ""
        who = ", ".join(filter(None, (one.owner, due)))
        return f"{one.rule} ({one.severity}): {one.message} On {one.page}{f' - {who}' if who else ''}"


def _risk(row: AcceptedRow) -> str:
    return f"{row.rule or row.fingerprint}: {row.reason} Accepted by {row.by} until {in_words(row.expires)}."


def _listed(head: str, lines: Sequence[str] | Iterator[str]) -> str:
    every = list(lines)
    shown = [f"- {_safe(line)}" for line in every[:_MOST]]
    more = [f"- and {len(every) - _MOST} more, in the report"] if len(every) > _MOST else []
    return "\n".join([f"{head} ({len(every)})", *shown, *more])


def _safe(text: str, longest: int = _LONGEST) -> str:
    """One line of bounded length that calls nobody: chat services take some of what a page may say for orders."""
    line = "".join(character if character.isprintable() else " " for character in " ".join(text.split()))
    line = re.sub(r"@(?=everyone|here|channel|all\b)|<(?=[@!#])", "\\g<0>\u200b", line, flags=re.IGNORECASE)
    return line if len(line) <= longest else f"{line[: longest - 4]} ..."


def _nights(number: int) -> str:
    return f"{number} nights" if number > 1 else "1 night"


def _week(day: date) -> tuple[int, int]:
    return day.isocalendar()[:2]
