"""Helpline numbers that pages give: a wrong digit rings a stranger, or nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal
from urllib.parse import unquote

from sgaudit.checks.content.telephone import Given, dialled, difference, digits_of, numbers_in, numbers_shown, spaced
from sgaudit.checks.content.visible import readable
from sgaudit.checks.interface import Check, Need, Options, finding, looked_at, not_looked_at
from sgaudit.checks.places import Places
from sgaudit.model.evidence import Evidence, RenderedPage
from sgaudit.model.outcome import Outcome, Severity
from sgaudit.model.report import Decided, EvidenceItem, Finding
from sgaudit.model.words import counted
from sgaudit.page import TextBlock
from sgaudit.register import Number, Registers
from sgaudit.rules import Rule

_LONGEST_NAME = 80
_MOST = 200
_FREE = ("080", "0500")
_JOINING = re.compile(
    r"(?:[\s:.,()\-–—|•]|\b(?:on|at|is|or|the|a|by|their|please|call|calling|ring|tel|telephone|phone|number|free|freephone|"
    r"helpline|for|contact)\b)*",
    re.IGNORECASE,
)


class HelplineOptions(Options):
    """`near`: a number at most so many characters after a helpline's name is taken for its number. `slips`: a number
    that differs from the right one in at most so many digits is a wrong one, not another.
    """

    near: int = 60
    slips: int = 2


@dataclass(frozen=True)
class Reading:
    """One number as a page gives it: right, wrong or unknown for `service`; unlike: its link rings another one."""

    kind: Literal["right", "wrong", "unknown", "unlike"]
    given: str
    block: TextBlock
    service: Number | None = None
    rings: str = ""


@dataclass
class _Fault:
    reading: Reading
    pages: list[str] = field(default_factory=list)


def readings(page: RenderedPage, registers: Registers, options: HelplineOptions) -> Iterator[Reading]:
    """Every helpline number on `page`, and every telephone link that shows one number and rings another."""
    before = ""
    for block in readable(page):
        own = _named(block.text, registers)
        around = "" if own else _context(block, before, registers)
        for given in numbers_in(block.text)[:_MOST]:
            yield from _judge(given, block, around, registers, options)
        yield from _links(block, registers, options)
        before = block.text


def _judge(
    given: Given, block: TextBlock, around: str, registers: Registers, options: HelplineOptions
) -> Iterator[Reading]:
    for service in registers.numbers:
        if given.is_number(service.digits):
            yield Reading("right", given.words, block, service)
            return
    # Only the neighbourhood is searched: a block may be as long as a page.
    left = max(0, given.start - options.near - _LONGEST_NAME)
    lead = f"{around}: " if around and not left else ""
    text = lead + block.text[left : given.end + options.near + _LONGEST_NAME]
    start = len(lead) + given.start - left
    beside = _beside(text, start, start + given.end - given.start, registers, options.near)
    if any(given.is_number(other) for _, service, _ in beside for other in service.also):
        return
    slipped = [one for _, one, _ in beside if difference(digits_of(given.words), one.digits) <= options.slips]
    if slipped:
        yield Reading("wrong", given.words, block, slipped[0])
    elif beside and not around and digits_of(given.words).startswith(_FREE) and _JOINING.fullmatch(beside[0][2]):
        yield Reading("unknown", given.words, block, beside[0][1])


def _beside(text: str, start: int, end: int, registers: Registers, near: int) -> list[tuple[int, Number, str]]:
    """The helplines whose names stand near the number at `start`..`end`, nearest first, with the words between."""
    found = []
    for service in registers.numbers:
        for match in _names(service).finditer(text):
            before = match.end() <= start
            between = text[match.end() : start] if before else text[end : match.start()]
            # After the number only what is joined to it, as in "0800 1111 (Childline)".
            joined = before or (match.start() >= end and len(between) <= 4 and not re.search(r"[.,;\w]", between))
            if joined and len(between) <= near and not re.search(r"\d{3}|[.!?;]\s+\S", between):
                found.append((len(between), service, between))
    return sorted(found, key=lambda one: one[0])


def _links(block: TextBlock, registers: Registers, options: HelplineOptions) -> Iterator[Reading]:
    for text, href in block.links:
        if not href.lower().startswith("tel:"):
            continue
        rings = dialled(unquote(href))
        shown = numbers_shown(text)
        if shown:
            if rings and not any(given.is_number(rings) for given in shown):
                service = next((one for one in registers.numbers if shown[0].is_number(one.digits)), None)
                yield Reading("unlike", shown[0].words, block, service, rings)
            continue
        for service in _named(text, registers):
            if rings == service.digits:
                yield Reading("right", rings, block, service, rings)
            elif rings not in service.also and difference(rings, service.digits) <= options.slips:
                yield Reading("wrong", spaced(rings), block, service, rings)


def _context(block: TextBlock, before: str, registers: Registers) -> str:
    """What names the helpline when the block does not: its lead-in, the cell or short line before, its heading."""
    near = (block.lead_in, before if len(before) <= 60 else "", *block.headings[-1:])
    return next((text for text in near if text and _named(text, registers) and not numbers_in(text)), "")


def _named(text: str, registers: Registers) -> list[Number]:
    return [service for service in registers.numbers if _names(service).search(text)]


@lru_cache(maxsize=64)
def _names(service: Number) -> re.Pattern[str]:
    words = "|".join(re.escape(name).replace(r"\ ", r"[\s-]?") for name in service.names)
    return re.compile(rf"(?<!\w)(?:{words})(?:['’]s)?(?!\w|\.\w)", re.IGNORECASE)


def _decide(rule: Rule, evidence: Evidence, registers: Registers) -> Decided:
    options = HelplineOptions.model_validate(rule.options)
    places = Places(evidence)
    faults: dict[tuple[str, str, str], _Fault] = {}
    findings = not_looked_at(rule, evidence)
    for page in looked_at(rule, evidence):
        read = list(readings(page, registers, options))
        bad = [one for one in read if one.kind != "right"]
        for one in bad:
            held = faults.setdefault((one.kind, one.given, one.rings), _Fault(one)).pages
            held += [page.url] if page.url not in held else []
        if not read:
            findings.append(finding(rule, page.url, Outcome.inapplicable, "This page gives no helpline's number."))
        elif not bad:
            findings.append(finding(rule, page.url, Outcome.passed, _right(read), fix=()))
    findings += [_finding(rule, places, fault) for fault in faults.values()]
    return Decided(findings=tuple(findings))


def _right(read: Sequence[Reading]) -> str:
    services = dict.fromkeys(f"{one.service.service} {spaced(one.service.digits)}" for one in read if one.service)
    return f"{counted(len(read), 'helpline number is', 'helpline numbers are')} right: {', '.join(services)}."


def _finding(rule: Rule, places: Places, fault: _Fault) -> Finding:
    one, on = fault.reading, places.on(fault.pages)
    outcome, severity = Outcome.failed, rule.severity
    name = one.service.service if one.service else ""
    called = one.service.names[0] if one.service else ""
    right = spaced(one.service.digits) if one.service else ""
    if one.kind == "wrong":
        message = f"The number given for {name} {on} is {one.given}; the right one is {right}."
    elif one.kind == "unlike":
        message = (
            f"A link {on} shows {one.given} but rings {spaced(one.rings)}: whoever presses it reaches someone else."
        )
        severity = rule.severity if one.service else Severity.moderate
    else:
        message = (
            f"The number {one.given} stands beside the name {called} {on}. It is none that we know of "
            f"{name}, whose number is {right}: somebody should check it."
        )
        outcome = Outcome.cant_tell
    items = [
        EvidenceItem(
            kind="text", url=page, frame=one.block.frame, selector=one.block.selector, quote=one.block.text[:400]
        )
        for page in fault.pages[:10]
    ]
    what = f"{one.kind} {one.given} {one.rings}"
    return places.once(rule, fault.pages, outcome, message, *items, what=what, severity=severity)


HELPLINE_NUMBERS = Check(options=HelplineOptions, decide=_decide, needs=frozenset({Need.crawl, Need.browser}))
