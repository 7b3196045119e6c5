"""Tables that set what is said against what is so, though no header calls it a myth: their answers give them away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from sgaudit.checks.statements import grammar, telling
from sgaudit.checks.statements.words import words
from sgaudit.page import TextBlock

_FEWEST = 2  # answers that begin with a verdict; one alone may be chance
_MYTH, _FACT = "Myth", "Fact"


def labelled(blocks: Sequence[TextBlock]) -> list[TextBlock]:
    """`blocks` with the cells of such tables under the headers “Myth” and “Fact”, whatever theirs were, and in all
    others what a row only says yes or no to as its header.

    Such a table has two columns; its first holds sentences, none of them a question, and at least two cells of its
    second, and a third of them all, begin by saying that they are wrong.
    """
    made: list[TextBlock] = []
    for table, cells in groupby(blocks, key=_table):
        held = list(cells)
        made += held if not table else _marked(held) if _sets_right(held) else _asked(held)
    return made


def _asked(cells: Sequence[TextBlock]) -> Iterator[TextBlock]:
    """The cells, the first of a row a header where all others only say yes or no to it."""
    for row in _rows(cells):
        verdicts = [words(cell.text) for cell in row[1:]]
        puts = row[0].text.rstrip().endswith("?")
        answered = (
            verdicts and not puts and all(telling.SAYS_NO.match(one) or telling.SAYS_YES.match(one) for one in verdicts)
        )
        yield replace(row[0], is_header=True) if answered else row[0]
        yield from row[1:]


def _table(block: TextBlock) -> str:
    return block.selector.rpartition(" > tr")[0] if block.kind == "cell" else ""


def _row(block: TextBlock) -> str:
    return block.selector.rpartition(" > ")[0]


def _rows(cells: Sequence[TextBlock]) -> list[list[TextBlock]]:
    return [list(row) for _, row in groupby(cells, key=_row)]


def _sets_right(cells: Sequence[TextBlock]) -> bool:
    rows = [row for row in _rows(cells) if not any(cell.is_header for cell in row)]
    if len(rows) < _FEWEST or any(len(row) != len(("claim", "answer")) for row in rows):
        return False
    if any(claim.text.rstrip().endswith("?") for claim, _ in rows):
        return False
    told = sum(_is_sentence(claim.text) for claim, _ in rows)
    wrong = sum(_refuses(answer.text) for _, answer in rows)
    return wrong >= _FEWEST and 3 * wrong >= len(rows) and 3 * told >= 2 * len(rows)


def _is_sentence(text: str) -> bool:
    return text.rstrip().endswith((".", "!")) or grammar.HAS_VERB.search(words(text)) is not None


def _refuses(text: str) -> bool:
    """Whether an answer begins with a verdict against what was claimed and goes on, or is that verdict alone."""
    return telling.answer(text) is False


def _marked(cells: Sequence[TextBlock]) -> list[TextBlock]:
    made = []
    for row in _rows(cells):
        if any(cell.is_header for cell in row):
            made += [
                cell for cell in row if not telling.ASKS.match(words(cell.text))
            ]  # “What is really so” asks nobody
        else:
            made += [replace(cell, headers=(label,)) for cell, label in zip(row, (_MYTH, _FACT), strict=True)]
    return made
