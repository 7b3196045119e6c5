"""A word list as one question put to a text: an entry is tried only where a word begins as it can begin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from sgaudit.checks.statements.words import pattern, translated

_LETTERS = 6
_END = " "  # stands for the end of a word
_WORD = re.compile(r"(?<![\w.])\w+")
_OPTIONAL = re.compile(r"[?*]|\{0?,")
_NEXT_WORD = re.compile(r" (?![?*{])")
_LITERAL = re.compile(r"[a-z0-9]+")
_LOOKS = ("(?=", "(?!", "(?<=", "(?<!")


class Words:
    """A normalised text with the places where its words begin, by their first letters, at most six of them; a short
    word stands with its end as well.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: dict[str, list[int]] = {}
        for match in _WORD.finditer(text):
            word, start = match.group() + _END, match.start()
            for letters in range(1, min(len(word), _LETTERS) + 1):
                self.starts.setdefault(word[:letters], []).append(start)


class Lexicon:
    """The entries of a word list: finds where they stand in a text, on the pages of a school in about two thirds of
    the time that one expression of all of them takes.
    """

    def __init__(self, entries: tuple[str, ...]) -> None:
        self._entries = entries
        self._made: list[re.Pattern[str] | None] = [None] * len(entries)
        self._by_head: dict[str, list[int]] = {}
        self._free = False
        for number, entry in enumerate(entries):
            begun = heads(translated(entry))
            if begun is None:
                self._free = True
            else:
                for head in begun:
                    self._by_head.setdefault(head, []).append(number)

    def find(self, words: Words) -> Iterator[tuple[int, int]]:
        """From where to where entries stand in the text, one at most at each place."""
        if self._free:
            yield from (match.span() for match in pattern(self._entries).finditer(words.text))
            return
        starts = words.starts
        last, text = 0, words.text
        begun = self._by_head.keys() & starts.keys()
        for start, head in sorted((start, one) for one in begun for start in starts[one]):
            if start < last:
                continue
            for number in self._by_head[head]:
                match = (self._made[number] or self._pattern(number)).match(text, start)
                if match is not None:
                    last = match.end()
                    yield start, last
                    break

    def _pattern(self, number: int) -> re.Pattern[str]:
        made = self._made[number] = pattern((self._entries[number],))
        return made


@lru_cache(maxsize=4_000)
def lexicon(entries: tuple[str, ...]) -> Lexicon:
    """`Lexicon` of these entries, made once."""
    return Lexicon(entries)


@lru_cache(maxsize=20_000)
def says(entries: tuple[str, ...], text: str) -> bool:
    """Whether a short text says one of `entries`."""
    return next(lexicon(entries).find(_words(text)), None) is not None


@lru_cache(maxsize=2_000)
def _words(text: str) -> Words:
    return Words(text)


@lru_cache(maxsize=20_000)
def heads(entry: str) -> frozenset[str] | None:
    """What the first word of whatever matches `entry` begins with, its end where that is known; None when it may begin
    with anything.
    """
    begun = _heads(entry.strip())
    return None if begun is None else frozenset(head[:_LETTERS] for head in begun)


def _heads(entry: str) -> set[str] | None:
    """As `heads`; what an entry ends with ends a word."""
    found: set[str] = set()
    for branch in _branches(entry):
        begun = _head(branch)
        if begun is None:
            return None
        found |= begun
    return found


def _head(branch: str) -> set[str] | None:
    if branch.startswith("^"):
        return _head(branch[1:])
    if branch.startswith("("):
        end = _closing(branch)
        inside, rest = branch[1:end], branch[end + 1 :]
        if branch.startswith(_LOOKS):
            return _head(rest)
        begun = _heads(inside.removeprefix("?:"))
    elif branch.startswith(r"\d"):
        begun, rest = set("0123456789"), branch[2:]
    elif literal := _LITERAL.match(branch):
        begun, rest = {literal.group() + _END}, branch[literal.end() :]
        if _OPTIONAL.match(rest):  # its last letter may be missing
            whole = literal.group()
            if len(whole) == 1:
                begun = {whole}
            else:
                begun, rest = {whole[:-1]}, "\\"
    else:
        return None
    if begun is None:
        return None
    if _OPTIONAL.match(rest):
        after = _head(_OPTIONAL.sub("", rest, count=1))
        return None if after is None else {head.removesuffix(_END) for head in begun} | after
    if rest and not _NEXT_WORD.match(rest):
        begun = {head.removesuffix(_END) for head in begun}
    return begun


def _branches(entry: str) -> list[str]:
    """The alternatives of an expression that stand within no bracket."""
    made, depth, start = [], 0, 0
    for at, one in _significant(entry):
        depth += (one == "(") - (one == ")")
        if one == "|" and not depth:
            made.append(entry[start:at])
            start = at + 1
    return [*made, entry[start:]]


def _closing(branch: str) -> int:
    """Where the bracket closes that an expression begins with; it was compiled before, so it does."""
    depth = 0
    for at, one in _significant(branch):
        depth += (one == "(") - (one == ")")
        if not depth:
            return at
    return len(branch)


def _significant(entry: str) -> Iterator[tuple[int, str]]:
    """The characters of an expression that are neither escaped nor in a set of characters."""
    at = 0
    while at < len(entry):
        if entry[at] == "\\":
            at += 1
        elif entry[at] == "[":
            at = max(entry.find("]", at + 2), at)
        else:
            yield at, entry[at]
        at += 1
