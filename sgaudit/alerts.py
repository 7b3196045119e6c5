"""Whether tonight is worth a message, and what it says: pure, from tonight's report and the nights before it.

A message goes out for a change, for the second night running that could not check the site, for an acceptance that has
ended, and once a week for the digest. A night like the one before is silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sgaudit.accepting import tolerated
from sgaudit.model.change import Fault, Night
from sgaudit.model.clock import day_of, in_words
from sgaudit.model.exit_codes import NO_VERDICT
from sgaudit.model.outcome import Outcome, Severity
from sgaudit.model.report import AcceptedRow, Finding, Report
from sgaudit.model.words import counted

_MOST = 10
_LONGEST = 300
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Alert:
    """One message as plain text. `kind` says how grave it is, for services that show that in colour."""

    title: str
    body: str
    kind: Literal["failure", "warning", "success", "info"]


def alert(report: Report, earlier: Sequence[Night], where: str, failures: Sequence[datetime] = ()) -> Alert | None:
    """The message of tonight, None where there is nothing to say.

    `earlier` are the nights of this site before tonight, the newest last; `where` tells where the report is. `failures`
    are the moments at which no audit could be made, so that no night came of it.
    """
    tonight = _Tonight(report, earlier, _unchecked(earlier, failures))
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


def missed(site: str, reason: str, earlier: Sequence[Night], failures: Sequence[datetime]) -> Alert | None:
    """The message of a night on which no audit could be made, None but for the second one running."""
    if not _second_running(_unchecked(earlier, failures)):
        return None
    body = f"The site could not be checked for the second time running, as no audit could be made: {reason}"
    return Alert(_safe(f"{site}: no audit could be made", 200), _safe(body, 1_000), "warning")


def _unchecked(earlier: Sequence[Night], failures: Sequence[datetime]) -> list[bool]:
    """Of each night before, the newest last, whether the site could not be checked."""
    nights = [(night.started, night.exit_code == NO_VERDICT) for night in earlier]
    return [unchecked for _, unchecked in sorted([*nights, *((at, True) for at in failures)])]


def _second_running(before: Sequence[bool]) -> bool:
    """Whether a night that could not check the site is the second one running, and not a later one."""
    return list(before[-1:]) == [True] and list(before[-2:]) != [True, True]


class _Tonight:
    def __init__(self, report: Report, earlier: Sequence[Night], unchecked: Sequence[bool]) -> None:
        self._unchecked = unchecked
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
            lines = [
                f"{fault.rule}: {fault.message} (seen for {counted(fault.nights, 'night')})" for fault in self._fixed
            ]
            yield _listed("Fixed", lines)

    def unsure(self) -> Iterator[str]:
        """Once where two nights running could not check the site, and once where that is over."""
        now = self._report.run.exit_code == NO_VERDICT
        if now and _second_running(self._unchecked):
            reasons = "; ".join(self._report.run.incomplete_reasons[:3])
            yield _safe(f"No verdict could be reached for the second time running. {reasons}".strip())
        if not now and list(self._unchecked[-2:]) == [True, True]:
            yield "The site could be judged again, after at least two audits that could not check it."

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
        audits = counted(len(codes), "audit")
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


def _week(day: date) -> tuple[int, int]:
    return day.isocalendar()[:2]
