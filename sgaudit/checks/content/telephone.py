"""Telephone numbers in running text, and how far two of them differ."""

from __future__ import annotations

import re
from dataclasses import dataclass

# From "0800 1111" to "+44 (0)20 7946 0018"; times, dates with slashes and long codes are none.
_NUMBER = re.compile(r"(?<![\w./-])(?:\+\s?44[\s-]*(?:\(0\)[\s-]*)?|\(?0)\d(?:[\s().–-]{0,2}\d){4,12}(?![\w/])")

_NOTHING_ELSE = re.compile(r"[\s+\d().–-]{3,24}", re.ASCII)


@dataclass(frozen=True)
class Given:
    """A number as written, from `start` to `end` of the text."""

    words: str
    start: int
    end: int

    def is_number(self, digits: str) -> bool:
        """Whether this is `digits`; what follows after a space ("0800 1111 24 hours") belongs to the sentence."""
        if digits_of(self.words) == digits:
            return True
        groups = re.split(r"\s+", self.words)
        return any(digits_of(" ".join(groups[:count])) == digits for count in range(1, len(groups)))


def numbers_in(text: str) -> list[Given]:
    """Every UK telephone number that `text` gives."""
    return [Given(match.group(0).strip(), match.start(), match.end()) for match in _NUMBER.finditer(text)]


def numbers_shown(text: str) -> list[Given]:
    """The numbers that the words of a telephone link show; words that are nothing but digits are one, as in 101."""
    found = numbers_in(text)
    if not found and _NOTHING_ELSE.fullmatch(text) and sum(char.isdigit() for char in text) >= 3:
        found = [Given(text.strip(), 0, len(text))]
    return found


def digits_of(text: str) -> str:
    """The digits as dialled within the UK: +44 and (0) are resolved."""
    digits = re.sub(r"\D", "", text)
    if text.lstrip().startswith("+") or digits.startswith("0044"):
        digits = digits.removeprefix("00")
        if digits.startswith("44"):
            digits = "0" + digits[2:].lstrip("0")
    return digits


def dialled(href: str) -> str:
    """The digits that a tel: link rings, without extension and pauses."""
    return digits_of(re.split(r"[;,?pPwWxX]", href.partition(":")[2])[0])


def spaced(digits: str) -> str:
    """`digits` as people write them: 0800 1111, 0808 800 5000."""
    if len(digits) <= 8:
        return f"{digits[:4]} {digits[4:]}".strip()
    if digits.startswith("01"):
        return f"{digits[:5]} {digits[5:]}"
    return f"{digits[:4]} {digits[4:7]} {digits[7:]}"


def difference(one: str, other: str) -> int:
    """How many digits must be changed, added or left out to make one number the other."""
    row = list(range(len(other) + 1))
    for place, digit in enumerate(one, 1):
        before, row[0] = row[0], place
        for column, wanted in enumerate(other, 1):
            before, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, before + (digit != wanted)),
            )
    return row[-1]
