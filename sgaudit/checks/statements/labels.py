"""The labels that pieces of text begin with, and what they make of them: myth, fact, yes or no."""

from __future__ import annotations

from sgaudit.checks.statements import grammar, telling
from sgaudit.checks.statements.words import words


def labelled(piece: str) -> tuple[str, str]:
    """A piece without the label it begins with ("Myth:", "PC Dale:", "Out of hours:"), and that label's words."""
    match = grammar.LABEL_DASH_RAW.match(piece) or grammar.LABEL_RAW.match(piece)
    if match is None or len(match[1].split()) > 7 or grammar.HAS_VERB.search(words(match[1])):
        return piece, ""
    return piece[match.end() :], words(match[1])


def weighs(label: str) -> bool:
    """Whether a label is that of a myth or of a fact."""
    return is_false(label) or is_true(label)


def is_false(said: str) -> bool:
    """Whether a label is that of a myth."""
    return telling.FALSE_LABEL.match(said) is not None


def is_true(said: str) -> bool:
    """Whether a label is that of a fact."""
    return telling.TRUE_LABEL.match(said) is not None


def judged(label: str) -> bool | None:
    """Whether a label says yes or no (“Not a chance: ...”); None when it says neither."""
    if not label or weighs(label):
        return None
    return False if telling.SAYS_NO.match(label) else True if telling.SAYS_YES.match(label) else None
