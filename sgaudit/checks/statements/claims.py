"""What is said set against what is so, though no header calls it a myth: the answers give it away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from sgaudit.checks.statements import grammar, telling
from sgaudit.checks.statements.words import words
from sgaudit.page import TextBlock

_FEWEST = 2  # answers that begin with a verdict; one alone may be chance
_COLUMNS = 2  # a claim and its answer
_MYTH, _FACT = "Myth", "Fact"
_CLAIMS = frozenset({"term", "summary", "heading"})


def labelled(blocks: Sequence[TextBlock]) -> list[TextBlock]:
    """`blocks` with claims and their answers as the cells of a table under the headers “Myth” and “Fact”; in all other
    tables what a row only says yes or no to becomes its header.

    Claims stand in the first of two columns, or are the terms, summaries or headings of one level over their answers.
    They are sentences, none of them a question, and at least two of the answers, and a third of them all, begin by
    saying that they are wrong.
    """
    made: list[TextBlock] = []
    for table, cells in groupby(blocks, key=_table):
        held = list(cells)
        made += _paired(held) if not table else _marked(held) if _sets_right(_rows(held)) else _asked(held)
    return made


def _table(block: TextBlock) -> str:
    return block.selector.rpartition(" > tr")[0] if block.kind == "cell" else ""


def _row(block: TextBlock) -> str:
    return block.selector.rpartition(" > ")[0]


def _rows(cells: Sequence[TextBlock]) -> list[list[TextBlock]]:
    return [list(row) for _, row in groupby(cells, key=_row)]


def _sets_right(rows: Sequence[Sequence[TextBlock]]) -> bool:
    rows = [row for row in rows if not any(cell.is_header for cell in row)]
    if len(rows) < _FEWEST or any(len(row) != _COLUMNS for row in rows):
        return False
    if any(claim.text.rstrip(" \"”’'").endswith("?") for claim, _ in rows):
        return False
    told = sum(_is_sentence(claim.text) for claim, _ in rows)
    wrong = sum(telling.answer(answer.text) is False for _, answer in rows)
    return wrong >= _FEWEST and 3 * wrong >= len(rows) and 3 * told >= 2 * len(rows)


def _is_sentence(text: str) -> bool:
    return text.rstrip(" \"”’'").endswith((".", "!")) or grammar.HAS_VERB.search(words(text)) is not None


def _marked(cells: Sequence[TextBlock]) -> Iterator[TextBlock]:
    for row in _rows(cells):
        if any(cell.is_header for cell in row):
            yield from (cell for cell in row if not telling.ASKS.match(words(cell.text)))  # a header asks nobody
        else:
            yield from (replace(cell, headers=(label,)) for cell, label in zip(row, (_MYTH, _FACT), strict=True))


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


def _paired(blocks: Sequence[TextBlock]) -> Sequence[TextBlock]:
    """The blocks, terms, summaries and headings that are claims marked, with the first block after each."""
    pairs: dict[tuple[object, ...], list[int]] = {}
    for number, (one, after) in enumerate(pairwise(blocks)):
        if one.kind in _CLAIMS and after.kind not in _CLAIMS:
            pairs.setdefault((one.kind, one.level, one.headings, one.region), []).append(number)
    made = list(blocks)
    for numbers in pairs.values():
        if _sets_right([(blocks[number], blocks[number + 1]) for number in numbers]):
            for number in numbers:
                made[number] = replace(blocks[number], kind="cell", headers=(_MYTH,))
                made[number + 1] = replace(blocks[number + 1], kind="cell", headers=(_FACT,), lead_in="")
    return made
