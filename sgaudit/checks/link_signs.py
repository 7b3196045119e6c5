"""Positive signs that what answers is not what a link promises: parked, gone, or a filter's page. Each is weighed."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from urllib.parse import urlsplit

from sgaudit.model.evidence import Probe
from sgaudit.register import Phrase, Registers, is_under

ENOUGH = 3
"""Points from which signs are believed: no single word on a page is enough, a title that says it outright is."""

_THIN = 600  # characters of visible text
_BEGINNING = 300
_PATH_OF_ERRORS = re.compile(r"(?:^|[/_.-])(?:404|not-?_?found|page-?_?not-?_?found|error)(?:[/_.-]|$)", re.IGNORECASE)
_Sign = tuple[int, str]


def parked(probe: Probe, end: str, *, moved: bool, registers: Registers, sellers: Collection[str]) -> str:
    """Why the page looks like a lapsed name in other hands, as a clause with its score; empty when it does not.

    `end` is the host that answered, `sellers` are hosts that sell names, `moved` says that the link names another site.
    """
    signs: list[_Sign] = []
    if moved and is_under(end, *sellers):
        signs.append((2, f"{end} sells lapsed names or fills them with advertisements"))
    for phrase in registers.parked:
        if words := phrase.found_in(probe.title):
            signs.append((2, f"its title says “{words}” ({phrase.note})"))
        elif words := phrase.found_in(probe.text):
            signs.append((1, f"it says “{words}” ({phrase.note})"))
    if not signs:
        return ""
    if moved:
        signs.append((1, "it is not the site the link names"))
    return _believed([*signs, *_thin(probe)])


def missing(probe: Probe, asked: str, not_found: Sequence[Phrase]) -> str:
    """Why the page looks like one that says it is not there although the server says it is; empty when it does not."""
    signs: list[_Sign] = []
    if words := _first(not_found, probe.title):
        signs.append((3, f"its title says “{words.strip()[:80]}”"))
    if words := _first(not_found, probe.text[:_BEGINNING]):
        signs.append((2, f"it begins with “{words.strip()[:80]}”"))
    path = urlsplit(probe.final_url or asked).path
    if path != urlsplit(asked).path and (found := _PATH_OF_ERRORS.search(path)):
        signs.append((2, f"it forwards to an address with “{found.group(0).strip('/_.-')}” in it"))
    return _believed([*signs, *_thin(probe)]) if signs else ""


def filtered(probe: Probe, registers: Registers, *, anywhere: bool) -> str:
    """The words that show that a web filter's page came instead; empty when nothing does.

    Unless they count `anywhere`, only a page of few words is believed: sites that write about filtering, and those that
    sell it, use the same words at length.
    """
    text = f"{probe.title}. {probe.text}"
    if probe.status is None or (not anywhere and len(text) >= _THIN):
        return ""
    return " ".join(_first(registers.block_page, text).split())[:120]


def _thin(probe: Probe) -> list[_Sign]:
    return [(1, "there is hardly any text")] if probe.text and len(probe.text) < _THIN else []


def _believed(signs: Sequence[_Sign]) -> str:
    score = sum(weight for weight, _ in signs)
    if score < ENOUGH:
        return ""
    told = "; ".join(f"{sign}, {weight} {'point' if weight == 1 else 'points'}" for weight, sign in signs)
    return f"{told}; {score} in all, and {ENOUGH} are enough"


def _first(phrases: Sequence[Phrase], text: str) -> str:
    return next((words for phrase in phrases if (words := phrase.found_in(text))), "")
