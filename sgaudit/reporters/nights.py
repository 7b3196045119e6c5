"""The history at a terminal: a table of nights with their trend, and what changed between two reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sgaudit.model.change import Changes, Fault, Night
from sgaudit.model.clock import in_words, london
from sgaudit.model.outcome import Outcome
from sgaudit.model.words import counted, one_line, shortened
from sgaudit.reporters.since import KINDS, line, told

_BARS = "▁▂▃▄▅▆▇█"
_POINTS = 12
_HEAD = ("When (UK)", "Verdict", "Met", "Faults", "New", "Fixed", "Unsure")
_VERDICT, _NARROWEST = 1, 16


def table(nights: Sequence[Night], width: int) -> str:
    """One site's nights, the newest last, and the trend of its faults, in about `width` columns."""
    first = in_words(london(nights[0].started).date())
    head = f"{one_line(nights[0].site)}: {counted(len(nights), 'audit')} shown, since {first}."
    rows = _columns([_HEAD, *map(_cells, nights)], _VERDICT, width)
    return "\n".join((head, "", *rows, "", trend(nights), *_meaning(nights)))


def sites(nights: Sequence[Night], width: int) -> str:
    """The last night of each of several sites, in about `width` columns."""
    rows = [("Site", *_HEAD), *((one_line(night.site), *_cells(night)) for night in nights)]
    return "\n".join((*_columns(rows, _VERDICT + 1, width), *_meaning(nights)))


def _meaning(nights: Sequence[Night]) -> Iterator[str]:
    if any(night.not_rechecked for night in nights):
        yield "Unsure: known faults that could not be rechecked."


def trend(nights: Sequence[Night]) -> str:
    """The faults of the last nights as bars and as numbers, oldest first."""
    numbers = [night.failing for night in nights[-_POINTS:]]
    most = max(numbers)
    bars = "".join(_BARS[round((len(_BARS) - 1) * number / most) if most else 0] for number in numbers)
    return f"Faults, oldest first: {bars} ({', '.join(map(str, numbers))})"


def changes_text(changes: Changes) -> str:
    """All that changed, each fault on one line under its heading."""
    lines = [line(changes)]
    if changes.other_rules:
        lines.append("Other rules decided then, so some of this may come from the rules and not from the site.")
    for field, heading in KINDS:
        faults: tuple[Fault, ...] = getattr(changes, field)
        if faults:
            lines += ["", heading, *(f"  {told(fault, dated=field != 'new')}" for fault in faults)]
    return "\n".join(lines)


def _cells(night: Night) -> tuple[str, ...]:
    met = night.outcomes.get(Outcome.passed, 0)
    applicable = sum(night.outcomes.values()) - night.outcomes.get(Outcome.inapplicable, 0)
    said = night.headline if night.complete else f"(incomplete) {night.headline}"
    numbers = (night.failing, night.new, night.fixed, night.not_rechecked)
    return f"{london(night.started):%Y-%m-%d %H:%M}", said, f"{met} of {applicable}", *map(str, numbers)


def _columns(rows: Sequence[Sequence[str]], flexible: int, width: int) -> Iterator[str]:
    """The rows in columns; the `flexible` one gives way until all fit in `width`."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rest = sum(widths) - widths[flexible] + 2 * (len(widths) - 1)
    widths[flexible] = min(widths[flexible], max(_NARROWEST, width - rest))
    for row in rows:
        cells = [shortened(cell, room) for cell, room in zip(row, widths, strict=True)]
        padded = (
            cell.rjust(room) if number > flexible else cell.ljust(room)
            for number, (cell, room) in enumerate(zip(cells, widths, strict=True))
        )
        yield "  ".join(padded).rstrip()
