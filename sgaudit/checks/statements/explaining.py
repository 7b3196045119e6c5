"""Why a statement reads as it does on one page: the same steps as the check, with all that was tried kept."""

from __future__ import annotations

from collections.abc import Mapping

from sgaudit.checks.statements.analysis import analyse
from sgaudit.checks.statements.check import Read, judge, prepared
from sgaudit.checks.statements.matcher import Judgement, Statement, Trace
from sgaudit.model.evidence import RenderedPage
from sgaudit.model.explanation import Explanation, PartTried, WordingTried
from sgaudit.model.outcome import Reading
from sgaudit.register import Registers
from sgaudit.rules import Rule


def explain(rule: Rule, page: RenderedPage, registers: Registers) -> Explanation:
    """How `rule`, a statement, reads on `page`; the same page and rules give the same explanation."""
    statement, services = prepared(rule, registers)
    found = analyse(page, services)
    judged = judge(statement, page, found)
    read = Read(page, judged)
    selector, frame = read.place
    titles = {service.id: service.title or service.id for service in services}
    traces = list(statement.explain(found))
    return Explanation(
        rule=rule.id,
        title=rule.title,
        links=statement.options.links,
        reading=judged.reading,
        reason=judged.reason,
        quote=read.quote,
        selector=selector,
        frame=frame,
        tried=tuple(_tried(one, statement, judged, titles) for one in _with_the_deciding(traces, judged)),
        nowhere=_nowhere(statement, traces),
    )


def _with_the_deciding(traces: list[Trace], judged: Judgement) -> list[Trace]:
    """`traces` with the one the reading rests on in the place of its wording's best, or last where it has none."""
    deciding = judged.trace
    if deciding is None:
        return traces
    places = [number for number, one in enumerate(traces) if one.wording is deciding.wording]
    if not places or judged.reading is Reading.hidden:
        return [*traces, deciding]
    return [deciding if number == places[0] else one for number, one in enumerate(traces)]


def _tried(trace: Trace, statement: Statement, judged: Judgement, titles: Mapping[str, str]) -> WordingTried:
    sentence = trace.named.sentence
    conveys, rests = any(trace.wording is one for one in statement.options.conveys), trace is judged.trace
    about = statement.options.about if trace.wording.about is None else trace.wording.about
    subjects = sorted({name for clause in trace.named.subjects for name in clause})
    return WordingTried(
        contradicts=not (conveys or (rests and judged.reading is not Reading.contradicted)),
        quote=sentence.quote,
        selector=sentence.block.selector,
        frame=sentence.block.frame,
        parts=tuple(PartTried(asked=part.asked, found=part.found) for part in trace.parts),
        about=titles.get(about, about),
        speaks_of=tuple(titles.get(name, name) for name in subjects),
        lacks=trace.failed,
        rests=rests,
    )


def _nowhere(statement: Statement, traces: list[Trace]) -> tuple[str, ...]:
    met = {trace.wording.says[0] for trace in traces}
    asked = (wording.says[0] for wording in (*statement.options.contradicts, *statement.options.conveys))
    return tuple(dict.fromkeys(name for name in asked if name not in met))
