"""Which tables hold data, and which header belongs to which cell."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice

from bs4.element import Tag

from sgaudit.page.tree import attribute, children, peek, within

_MOST_ROWS = 400
_MOST_CELLS = 40
_LONGEST_HEADER = 160
_SIMPLE = frozenset({
    "a", "b", "strong", "i", "em", "span", "br", "p", "small", "sup", "sub", "u", "font", "s", "del", "ins", "img",
    "abbr", "label", "code", "button", "sg-generated",
})  # fmt: skip


@dataclass(frozen=True)
class _Table:
    data: bool
    columns: tuple[str, ...]


@dataclass(frozen=True)
class _Row:
    places: dict[int, int]
    header: str


class Tables:
    """Answers for cells; each table and each row is looked at once."""

    def __init__(self) -> None:
        self._known: dict[int, _Table] = {}
        self._rows: dict[int, _Row] = {}

    def cell(self, cell: Tag) -> tuple[bool, tuple[str, ...], bool]:
        """Whether a cell belongs to a table of data, its column and row headers, and whether it is a header itself."""
        row = cell.parent
        table = row.parent if row is not None else None
        if table is not None and table.name in ("thead", "tbody", "tfoot"):
            table = table.parent
        if row is None or table is None or row.name != "tr" or table.name != "table":
            return False, (), cell.name == "th"
        if id(table) not in self._known:
            self._known[id(table)] = _read(table)
        known = self._known[id(table)]
        if not known.data:
            return False, (), False
        if id(row) not in self._rows:
            self._rows[id(row)] = _row(row)
        place = self._rows[id(row)].places.get(id(cell), _MOST_CELLS)
        column = known.columns[place] if place < len(known.columns) else ""
        row_header = self._rows[id(row)].header if place else ""
        own = peek(cell)
        is_header = cell.name == "th" or own == column
        return True, tuple(text for text in (column, row_header) if text and text != own), is_header


def _row(row: Tag) -> _Row:
    cells = list(islice((one for one in children(row) if one.name in ("td", "th")), _MOST_CELLS))
    heads = bool(cells) and (cells[0].name == "th" or _short(cells[0]))
    return _Row(
        {id(cell): place for place, cell in enumerate(cells)}, peek(cells[0])[:_LONGEST_HEADER] if heads else ""
    )


def _read(table: Tag) -> _Table:
    parts = (one for one in children(table) if one.name in ("thead", "tbody", "tfoot"))
    rows = list(islice((one for one in chain(children(table), *map(children, parts)) if one.name == "tr"), _MOST_ROWS))
    cells = [list(islice((one for one in children(row) if one.name in ("td", "th")), _MOST_CELLS)) for row in rows]
    headed = any(cell.name == "th" for row in cells for cell in row)
    plain = len(rows) > 1 and all(len(row) > 1 and all(map(_plain, row)) for row in cells)
    data = attribute(table, "role") not in ("presentation", "none") and (headed or plain)
    first = cells[0] if cells else []
    named = bool(first) and (
        all(cell.name == "th" for cell in first) or (len(rows) > 1 and len(first) > 1 and all(map(_bold, first)))
    )
    columns = tuple(peek(cell)[:_LONGEST_HEADER] for cell in first) if data and named else ()
    return _Table(data, columns)


def _plain(cell: Tag) -> bool:
    """Whether a cell holds a few words rather than a part of the page's layout."""
    return all(one.name in _SIMPLE for one in children(cell)) and sum(1 for _ in within(cell, 60)) < 60


def _bold(cell: Tag) -> bool:
    inside = list(children(cell))
    return len(inside) == 1 and inside[0].name in ("b", "strong") and peek(cell) == peek(inside[0])


def _short(cell: Tag) -> bool:
    return 0 < len(peek(cell)) <= _LONGEST_HEADER and not any(one.name == "a" for one in children(cell))
