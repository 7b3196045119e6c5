"""A notice about a day long past that still stands on the page, as though it were news."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sgaudit.checks.content.days import NamedDay, named_days
from sgaudit.checks.content.visible import readable
from sgaudit.checks.interface import Check, Need, Options, finding, looked_at, not_looked_at
from sgaudit.checks.places import Places
from sgaudit.model.evidence import Evidence, RenderedPage
from sgaudit.model.outcome import Outcome
from sgaudit.model.report import Decided, EvidenceItem, Finding
from sgaudit.model.words import counted, shortened
from sgaudit.page import TextBlock
from sgaudit.register import Phrase, Registers
from sgaudit.rules import Rule

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"'(❗*•])")
_OPEN_START = re.compile(r"\b(?:from|since|as of|as at|after|effect from)\s+(?:the\s+)?$", re.IGNORECASE)
_GOES_ON = re.compile(r"\s*(?:to|until|till|through|-|–|—|and)\b|\s*[-–—]", re.IGNORECASE)
_LISTED = 3


class StaleNoticeOptions(Options):
    """`days`: how long past a day must be. `closures` are announced at most `closure_ahead` days before, other
    `notices` at most `notice_ahead`: it tells last January from the next. `never`: words of sentences that are no
    notices; `never_under`: of headings above them; `never_at`: of addresses.
    """

    days: int = 28
    closure_ahead: int = 42
    notice_ahead: int = 182
    closures: tuple[Phrase, ...]
    notices: tuple[Phrase, ...]
    never: tuple[Phrase, ...] = ()
    never_under: tuple[Phrase, ...] = ()
    never_at: tuple[Phrase, ...] = ()


@dataclass(frozen=True)
class Notice:
    """One dated notice: its sentence, the last day it names and which day that is taken for."""

    sentence: str
    named: NamedDay
    day: dt.date
    block: TextBlock


@dataclass
class _Stale:
    notice: Notice
    pages: list[str] = field(default_factory=list)


def notices(page: RenderedPage, options: StaleNoticeOptions, today: dt.date) -> Iterator[Notice]:
    """The dated notices that a person can read on `page`."""
    path = urlsplit(page.final_url or page.url).path
    if any(phrase.found_in(path) for phrase in options.never_at):
        return
    blocks = [(block, named_days(block.text)) for block in readable(page) if block.kind != "cell"]
    # Three dated lines under one heading are a calendar or a list of news, and their past days belong there.
    dated = Counter((block.kind, block.headings) for block, days in blocks if days)
    for block, days in blocks:
        if not days or dated[block.kind, block.headings] >= _LISTED:
            continue
        if any(phrase.found_in(heading) for phrase in options.never_under for heading in block.headings):
            continue
        for sentence in _SENTENCE.split(block.text):
            if found := _read(sentence, block, options, today):
                yield found


def _read(sentence: str, block: TextBlock, options: StaleNoticeOptions, today: dt.date) -> Notice | None:
    days = named_days(sentence)
    if not days or any(phrase.found_in(sentence) for phrase in options.never):
        return None
    said = " ".join((*block.headings[-1:], sentence)) if block.kind != "heading" else sentence
    if any(phrase.found_in(said) for phrase in options.closures):
        ahead = options.closure_ahead
    elif any(phrase.found_in(said) for phrase in options.notices):
        ahead = options.notice_ahead
    else:
        return None
    if len(days) == 1 and _OPEN_START.search(sentence[: days[0].start]) and not _GOES_ON.match(sentence[days[0].end :]):
        return None
    with_year = [one for one in days if one.year is not None] or days
    meant = [(day, one) for one in with_year if (day := one.nearest(today, ahead)) is not None]
    if not meant:
        return None
    day, named = max(meant, key=lambda pair: pair[0])
    return Notice(sentence=sentence.strip(), named=named, day=day, block=block)


def _decide(rule: Rule, evidence: Evidence, _: Registers) -> Decided:
    options = StaleNoticeOptions.model_validate(rule.options)
    today = evidence.started.date()
    places = Places(evidence)
    stale: dict[str, _Stale] = {}
    findings = not_looked_at(rule, evidence)
    for page in looked_at(rule, evidence):
        read = list(notices(page, options, today))
        old = [notice for notice in read if (today - notice.day).days > options.days]
        for notice in old:
            held = stale.setdefault(re.sub(r"\W+", " ", notice.sentence).lower(), _Stale(notice)).pages
            held += [page.url] if page.url not in held else []
        if not old:
            said = f"{counted(len(read), 'dated notice')} read, none is" if read else "No notice on this page is"
            findings.append(finding(rule, page.url, Outcome.passed, f"{said} long past.", fix=()))
    findings += [_finding(rule, places, one, today) for one in stale.values()]
    return Decided(findings=tuple(findings))


def _finding(rule: Rule, places: Places, stale: _Stale, today: dt.date) -> Finding:
    notice = stale.notice
    day = f"{notice.day.day} {notice.day:%B %Y}"
    taken = "" if notice.named.year else f"; it gives no year, so the likeliest day, {day}, was taken"
    message = (
        f"A notice {places.on(stale.pages)} speaks of {notice.named.words}, "
        f"{counted((today - notice.day).days, 'day')} before this audit{taken}. "
        f"Somebody should look whether it can go: “{shortened(notice.sentence, 160)}”"
    )
    items = [
        EvidenceItem(
            kind="text",
            url=page,
            frame=notice.block.frame,
            selector=notice.block.selector,
            quote=shortened(notice.sentence, 400),
            detail=day,
        )
        for page in stale.pages[:10]
    ]
    return places.once(rule, stale.pages, Outcome.cant_tell, message, *items, what=notice.sentence)


STALE_NOTICE = Check(options=StaleNoticeOptions, decide=_decide, needs=frozenset({Need.crawl, Need.browser}))
