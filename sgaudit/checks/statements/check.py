"""The statement check: each safeguarding page's reading, and one finding for what the site as a whole lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sgaudit.checks.interface import finding, looked_at, not_looked_at
from sgaudit.checks.places import Places
from sgaudit.checks.statements.analysis import Analysis, analyse
from sgaudit.checks.statements.matcher import Judgement, Statement
from sgaudit.checks.statements.options import StatementOptions
from sgaudit.checks.unread import unread
from sgaudit.model.evidence import Evidence, RenderedPage
from sgaudit.model.outcome import Outcome, Reading, Severity
from sgaudit.model.report import Decided, EvidenceItem, Finding, StatementRow
from sgaudit.model.words import shortened
from sgaudit.register import Registers, Service
from sgaudit.rules import PROVEN, Rule

_QUOTE = 400
_LANGUAGES = {"cy": "Welsh"}
_MISSING = (Reading.superseded, Reading.hidden, Reading.absent)


@dataclass(frozen=True)
class Read:
    """One page's reading. `spoken` is how much the page speaks of the service."""

    page: RenderedPage
    judged: Judgement
    spoken: int = 0

    @property
    def quote(self) -> str:
        """The sentence it rests on, or the nearest; the name of the link where that is what says it."""
        trace, control = self.judged.trace, self.judged.control
        if trace is not None:
            return shortened(trace.named.sentence.quote, _QUOTE)
        return shortened(control.name or control.href, _QUOTE) if control is not None else ""

    @property
    def place(self) -> tuple[str, str]:
        """Selector and frame."""
        trace, control = self.judged.trace, self.judged.control
        if trace is not None:
            return trace.named.sentence.block.selector, trace.named.sentence.block.frame
        return (control.selector, control.frame) if control is not None else ("", "")


def decide(rule: Rule, evidence: Evidence, registers: Registers) -> Decided:
    """Findings and a row for every page the rule applies to."""
    statement, services = prepared(rule, registers)
    places = Places(evidence)
    findings = not_looked_at(rule, evidence)
    rows = [
        StatementRow(page=one.page, statement=rule.id, reading=Reading.untested, reason=one.message) for one in findings
    ]
    read: list[Read] = []
    for page in looked_at(rule, evidence):
        found = analyse(page, services)
        judged = judge(statement, page, found)
        read.append(Read(page, judged, _spoken(found, statement.options.about)))
        rows.append(_row(rule, read[-1]))
    findings += _findings(rule, places, read)
    return Decided(findings=tuple(findings), statements=tuple(rows))


def prepared(rule: Rule, registers: Registers) -> tuple[Statement, tuple[Service, ...]]:
    """A statement rule with its concepts filled in, and everybody a page may speak of."""
    options = StatementOptions.model_validate(rule.options, context={PROVEN: True})
    services = (*registers.services, *([options.service] if options.service else []))
    return Statement(options, registers.concepts), services


def judge(statement: Statement, page: RenderedPage, found: Analysis) -> Judgement:
    """The reading on one page. Nothing is called absent where most of the page is in a language that is not read; nor
    is that, or older wording all there is, where part of the page was not read.
    """
    controls = [control for view in page.views for control in view.controls]
    judged = statement.judge(found, controls)
    missing = judged.reading in (Reading.absent, Reading.hidden)
    if missing and found.language not in ("", "en"):
        tongue = _LANGUAGES.get(found.language, "a language other than English")
        reason = f"Most of this page is in {tongue}, which only a person can judge."
        return Judgement(Reading.untested, reason=reason)
    if missing or judged.reading is Reading.superseded:
        if not (found.whole and found.seen.whole):
            return Judgement(Reading.untested, reason="This page is too long to be read whole; a person should look.")
        if gap := unread(page):
            reason = f"Not all of this page could be read: {gap}. A person should look."
            return Judgement(Reading.untested, reason=reason)
    return judged


def _spoken(found: Analysis, about: str) -> int:
    """How much a page speaks of the service (of any, where the rule is about nobody in particular)."""
    return sum(about in one.explicit if about else bool(one.explicit) for one in found.seen.named)


def _row(rule: Rule, one: Read) -> StatementRow:
    reading, absent = one.judged.reading, one.judged.reading is Reading.absent
    selector, frame = one.place
    return StatementRow(
        page=one.page.url,
        statement=rule.id,
        reading=reading,
        quote="" if absent else one.quote,
        selector=selector,
        frame=frame,
        nearest=one.quote if absent else "",
        reason=one.judged.reason,
    )


def _findings(rule: Rule, places: Places, read: Sequence[Read]) -> list[Finding]:
    """A finding for every page that has the statement or contradicts it.

    Where none has it, one more for the page with older wording, else for the one that says most about the service: that
    is where the statement belongs.
    """
    made = []
    for one in read:
        if one.judged.reading is Reading.contradicted:
            severity = rule.severity if rule.severity.at_least(Severity.serious) else Severity.serious
            message = f"{_where(places, one)} says the opposite of what it should: “{shortened(one.quote, 200)}”"
            made.append(_finding(rule, one, Outcome.failed, message, severity=severity, decisive=True))
        elif one.judged.reading is Reading.present:
            message = f"{_where(places, one)} says it: “{shortened(one.quote, 200)}”"
            made.append(_finding(rule, one, Outcome.passed, message))
        elif one.judged.reading is Reading.untested:
            made.append(finding(rule, one.page.url, Outcome.cant_tell, one.judged.reason))
    if any(one.outcome is Outcome.passed or one.decisive for one in made):
        return made  # who contradicts it needs no telling that other pages do not have it
    rest = [one for one in read if one.judged.reading in _MISSING]
    if rest:
        best = min(rest, key=lambda one: (one.judged.reading is not Reading.superseded, -one.spoken))
        made.append(_missing(rule, places, best, rest))
    return made


def _missing(rule: Rule, places: Places, best: Read, rest: Sequence[Read]) -> Finding:
    where, reason = _where(places, best), best.judged.reason
    severity = rule.severity
    if best.judged.reading is Reading.superseded:
        message = f"{where} says it in older words: {reason}. It reads: “{shortened(best.quote, 200)}”"
        severity = min(severity, Severity.moderate, key=lambda one: one.rank)
    elif best.judged.reading is Reading.hidden:
        message = f"{where} has it where nobody reads it: {reason}. It reads: “{shortened(best.quote, 200)}”"
    else:
        others = f", nor do {len(rest) - 1} other safeguarding pages" if len(rest) > 2 else ""
        others = others or (", nor does the other safeguarding page" if len(rest) == 2 else "")
        message = f"{where} does not {_unsaid(rule.title)}{others}."
        if best.quote:
            message += f" The nearest is “{shortened(best.quote, 160)}”, but {reason}."
    return _finding(rule, best, Outcome.failed, message, severity=severity, others=rest)


def _finding(
    rule: Rule,
    one: Read,
    outcome: Outcome,
    message: str,
    *,
    severity: Severity | None = None,
    decisive: bool = False,
    others: Sequence[Read] = (),
) -> Finding:
    items = [
        EvidenceItem(
            kind="text",
            url=each.page.url,
            selector=each.place[0],
            frame=each.place[1],
            quote=each.quote,
            detail=f"{each.judged.reading.value}{': ' + each.judged.reason if each.judged.reason else ''}",
        )
        for each in (one, *(each for each in others if each is not one))
    ]
    return finding(
        rule,
        one.page.url,
        outcome,
        message,
        *items[:10],
        what=one.judged.reading.value,
        severity=severity,
        fix=() if outcome is Outcome.passed else None,
        decisive=decisive,
    )


def _where(places: Places, one: Read) -> str:
    return f"The page {places.name(one.page.url)}"


def _unsaid(title: str) -> str:
    """A rule's title (`The page says that ...`) as what a page does not do: `say that ...`."""
    said = title.strip().rstrip(".")
    for begins, plain in (("The page says ", "say "), ("The page names or links ", "name or link ")):
        if said.startswith(begins):
            return plain + said.removeprefix(begins)
    return f"show that this is so: “{said}”"
