"""Text made fit to be shown on one line, and how numbers and lists are said."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

# Marks that turn the direction of what follows: with them a title could rewrite the sentence around it.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def printable(text: str) -> str:
    """`text` without control characters, half characters and marks that turn its direction; lines and tabs stay."""
    return "".join(char if char in "\n\t" or _shows(char) else "\N{REPLACEMENT CHARACTER}" for char in text)


def _shows(char: str) -> bool:
    return char not in _TURNING and unicodedata.category(char) not in ("Cc", "Cs")


def one_line(text: str) -> str:
    """`text` fit to be shown, on one line."""
    return printable(" ".join(text.split()))


def shortened(text: str, length: int) -> str:
    """`text` on one line, cut at a word to at most `length` characters with an ellipsis."""
    plain = one_line(text)
    if len(plain) <= length:
        return plain
    kept = plain[: length - 1]
    return (kept.rsplit(" ", 1)[0] if " " in kept[-30:] else kept).rstrip(" ,;:") + "…"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 page`, `2 pages`, `1,200 pages`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else "".join(parts)
