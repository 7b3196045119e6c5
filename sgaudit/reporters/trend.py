"""How it went from audit to audit: bars for those who see, a sentence and a table for everybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sgaudit.model.change import Point
from sgaudit.model.clock import day_of, in_words, london
from sgaudit.model.exit_codes import WITH_A_VERDICT
from sgaudit.model.words import counted, listed
from sgaudit.reporters.words import day_and_time

_TALLEST = 72
_LEAST = 4


@dataclass(frozen=True)
class Bar:
    """One audit as it is drawn: `height` in pixels, and the `number` that stands above the bar.

    `kind` is `whole`, `part` where the audit saw only a part of the site, or `none` where it came to no verdict.
    """

    height: int
    number: str
    kind: str


@dataclass(frozen=True)
class Row:
    """One audit as the table tells it."""

    when: str
    faults: str
    met: str
    verdict: str


@dataclass(frozen=True)
class Trend:
    """The drawing and what says the same in words. `first` and `last` are the days below the outermost bars."""

    sentence: str
    bars: tuple[Bar, ...]
    rows: tuple[Row, ...]
    first: str
    last: str


def drawn(points: Sequence[Point]) -> Trend | None:
    """The trend of at least two audits, the oldest first; None where there are fewer."""
    if len(points) < 2:
        return None
    most = max(point.failing for point in points)
    return Trend(
        sentence=" ".join(_sentences(points)),
        bars=tuple(_bar(point, most) for point in points),
        rows=tuple(_row(point) for point in points),
        first=_short(points[0]),
        last=_short(points[-1]),
    )


def _known(point: Point) -> bool:
    return point.exit_code in WITH_A_VERDICT


def _bar(point: Point, most: int) -> Bar:
    if not _known(point):
        return Bar(0, "?", "none")
    height = max(_LEAST, round(_TALLEST * point.failing / most)) if point.failing else 0
    return Bar(height, str(point.failing), "whole" if point.complete else "part")


def _row(point: Point) -> Row:
    part = "" if point.complete else ", but only a part was seen"
    return Row(
        when=day_and_time(london(point.started)),
        faults=str(point.failing) if _known(point) else "not known",
        met=f"{point.met} of {point.applicable}",
        verdict=f"{point.headline}{part}",
    )


def _sentences(points: Sequence[Point]) -> Iterator[str]:
    numbers = [str(point.failing) if _known(point) else "not known" for point in points]
    yield f"Faults in the last {len(points)} audits, the oldest first: {listed(numbers)}."
    known = [point for point in points if _known(point) and point.complete]
    if not _known(points[-1]):
        yield "This audit came to no verdict, so nobody knows whether there are fewer now."
    elif not points[-1].complete:
        yield "This audit saw only a part of the site, so fewer faults would be no progress."
    elif len(known) > 1:
        less = known[0].failing - known[-1].failing
        when = f"on {in_words(day_of(known[0].started))}"
        than = f"{counted(abs(less), 'fault')} {'fewer' if less > 0 else 'more'} than"
        yield f"That is {than if less else 'as many as'} {when}."


def _short(point: Point) -> str:
    moment = london(point.started)
    return f"{moment.day} {moment:%b}"
