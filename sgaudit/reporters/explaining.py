"""An explanation for a person at a terminal: the reading, then what each wording asks for and what was found of it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from sgaudit.model.explanation import Explanation, WordingTried
from sgaudit.model.outcome import Reading
from sgaudit.model.words import listed, one_line, shortened

_WIDTH = 80
_QUOTE = 300
_SELECTOR = 400
_FOUND = 60
_WORDINGS = 8
_PARTS = 12
_NOWHERE = 12
_RESTS = {
    Reading.absent: "the nearest to it",
    Reading.hidden: "the reading rests on this, which nobody can see",
}


def explanation_text(explained: Explanation) -> str:
    """A few dozen lines of plain text, contradicting wordings first; what is left out is counted."""
    return "\n".join(_lines(explained))


def _lines(explained: Explanation) -> Iterator[str]:
    yield explained.rule
    yield from _wrapped(one_line(explained.title))
    yield ""
    yield f"Reading: {explained.reading}"
    if explained.reason:
        yield from _wrapped(f"because {one_line(explained.reason)}", "  ")
    if explained.quote:
        nearest = "the nearest: " if explained.reading is Reading.absent else ""
        yield from _wrapped(f"{nearest}“{shortened(explained.quote, _QUOTE)}”", "  ")
        yield from _at(explained.selector, explained.frame, "  ")
    if explained.links:
        yield ""
        yield from _wrapped(f"A link to {listed(explained.links)}, or that address as text, is enough.")
    yield from _wordings("What would contradict it", [one for one in explained.tried if one.contradicts], explained)
    yield from _wordings("What would say it", [one for one in explained.tried if not one.contradicts], explained)
    if explained.nowhere:
        more = len(explained.nowhere) - _NOWHERE
        names = [*explained.nowhere[:_NOWHERE], *([f"{more} more"] if more > 0 else [])]
        yield ""
        yield from _wrapped(f"Not tried any further, since no sentence says it: {listed(names)}.")


def _wordings(heading: str, tried: Sequence[WordingTried], explained: Explanation) -> Iterator[str]:
    if not tried:
        return
    yield ""
    yield heading
    for one in sorted(tried, key=lambda one: (not one.rests, bool(one.lacks)))[:_WORDINGS]:
        yield ""
        yield from _wording(one, explained.reading)
    if len(tried) > _WORDINGS:
        yield ""
        yield f"  and {len(tried) - _WORDINGS} more wordings"


def _wording(one: WordingTried, reading: Reading) -> Iterator[str]:
    yield from _wrapped(f"“{shortened(one.quote, _QUOTE)}”", "  ")
    yield from _at(one.selector, one.frame, "  ")
    width = max((len(part.asked) for part in one.parts), default=0)
    for part in one.parts[:_PARTS]:
        found = f"“{shortened(part.found, _FOUND)}”" if part.found else "not found"
        yield f"    {part.asked.ljust(width)}  {found}"
    if len(one.parts) > _PARTS:
        yield f"    and {len(one.parts) - _PARTS} more parts"
    speaks_of = listed(one.speaks_of) if one.speaks_of else "nobody in particular"
    yield from _wrapped(f"speaks of {speaks_of}; must speak of {one.about or 'nobody in particular'}", "    ")
    rests = f" ({_RESTS.get(reading, 'the reading rests on this')})" if one.rests else ""
    yield from _wrapped(f"not enough: {one_line(one.lacks)}{rests}" if one.lacks else f"met{rests}", "  ")


def _at(selector: str, frame: str, indent: str) -> Iterator[str]:
    if selector:
        within = f" within the frame {shortened(frame, _SELECTOR)}" if frame else ""
        # On one line, so that it can be copied.
        yield f"{indent}at {shortened(selector, _SELECTOR)}{within}"


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
