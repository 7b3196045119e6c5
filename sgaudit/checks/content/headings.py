"""A heading that promises something and has nothing under it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sgaudit.checks.content.outline import sections
from sgaudit.checks.content.visible import readable
from sgaudit.checks.interface import Check, Need, Options, finding, looked_at, not_looked_at
from sgaudit.checks.places import Places
from sgaudit.model.evidence import Evidence, RenderedPage
from sgaudit.model.outcome import Outcome
from sgaudit.model.report import Decided, EvidenceItem, Finding
from sgaudit.model.words import counted, shortened
from sgaudit.page import TextBlock, text_blocks
from sgaudit.register import Registers
from sgaudit.rules import Rule

_CHROME = frozenset({"header", "nav", "footer"})
# A whole sentence, an address or a number set as a heading says what it has to say by itself.
_SAYS_IT_ITSELF = re.compile(r"[.!…]$|[@:|]|\d{4,}|\d\s?(?:am|pm)\b", re.IGNORECASE)


class EmptyHeadingOptions(Options):
    """`longest`: headings with more characters are callouts. `run`: so many bare headings in a row are a list."""

    longest: int = 100
    run: int = 4


@dataclass
class _Empty:
    heading: TextBlock
    only_hidden: bool
    pages: list[str] = field(default_factory=list)


def _decide(rule: Rule, evidence: Evidence, _: Registers) -> Decided:
    options = EmptyHeadingOptions.model_validate(rule.options)
    places = Places(evidence)
    faults: dict[str, _Empty] = {}
    findings = not_looked_at(rule, evidence)
    for page in looked_at(rule, evidence):
        shown = [block for block in readable(page) if block.kind == "heading"]
        bare = list(empty_headings(page, options))
        for heading, only_hidden in bare:
            held = faults.setdefault(heading.text.lower(), _Empty(heading, only_hidden)).pages
            held += [page.url] if page.url not in held else []
        if not shown:
            findings.append(finding(rule, page.url, Outcome.inapplicable, "This page has no heading."))
        elif not bare:
            message = f"{counted(len(shown), 'heading')} read: each has something under it."
            findings.append(finding(rule, page.url, Outcome.passed, message, fix=()))
    findings += [_finding(rule, places, one) for one in faults.values()]
    return Decided(findings=tuple(findings))


def empty_headings(page: RenderedPage, options: EmptyHeadingOptions) -> Iterator[tuple[TextBlock, bool]]:
    """Headings a person sees with nothing to see under them; true beside those whose text is there but hidden."""
    blocks = readable(page)
    filled = {(one.text.lower(), one.level) for one in sections(page.snapshot) if one.things or one.pressable}
    hidden = _with_hidden_text(page)
    run: list[TextBlock] = []
    for place, block in enumerate(blocks):
        bare = block.kind == "heading" and _is_bare(block, blocks[place + 1 :])
        if bare:
            run.append(block)
        if not bare or place == len(blocks) - 1:
            last = not bare and block.kind == "heading" and bool(run) and block.level == run[-1].level
            if len(run) + last < options.run:
                yield from ((one, one.selector in hidden) for one in run if _promises(one, filled, options))
            run = []


def _is_bare(heading: TextBlock, following: Sequence[TextBlock]) -> bool:
    """Whether the next thing a person reads is another section's heading, or nothing of the page itself."""
    for block in following:
        if block.landmark in ("header", "footer") and block.landmark != heading.landmark:
            continue
        return block.kind == "heading" and block.level <= heading.level
    return True


def _promises(heading: TextBlock, filled: set[tuple[str, int]], options: EmptyHeadingOptions) -> bool:
    text = " ".join(heading.text.split())
    return (
        heading.landmark not in _CHROME
        and not heading.links
        and len(text) <= options.longest
        and not _SAYS_IT_ITSELF.search(text)
        and (text.lower(), heading.level) not in filled
    )


def _with_hidden_text(page: RenderedPage) -> set[str]:
    """Selectors of headings right after which text stands that nobody sees."""
    blocks = text_blocks(page.snapshot, page.final_url or page.url)
    return {
        before.selector
        for before, after in pairwise(blocks)
        if before.kind == "heading" and after.kind != "heading" and after.hidden_because and not after.openable
    }


def _finding(rule: Rule, places: Places, empty: _Empty) -> Finding:
    heading = empty.heading
    text = shortened(heading.text, 100)
    what = "only text that nobody can see" if empty.only_hidden else "nothing"
    message = (
        f"Under the heading “{text}” {places.on(empty.pages)} stands {what}: whoever looks for it there goes without."
    )
    items = [
        EvidenceItem(kind="text", url=page, frame=heading.frame, selector=heading.selector, quote=text)
        for page in empty.pages[:10]
    ]
    # Hidden text may open by a script that was not recognised: a person has to try.
    outcome = Outcome.cant_tell if empty.only_hidden else Outcome.failed
    return places.once(rule, empty.pages, outcome, message, *items, what=text)


EMPTY_HEADING = Check(options=EmptyHeadingOptions, decide=_decide, needs=frozenset({Need.crawl, Need.browser}))
