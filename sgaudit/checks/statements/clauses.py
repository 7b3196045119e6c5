"""A sentence falls into clauses: each with its words, whether it is denied, and whether it is only a condition."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sgaudit.checks.statements import grammar
from sgaudit.checks.statements.words import words


@dataclass(frozen=True)
class Clause:
    """A part of a sentence with one verb or so. `words` are normalised; `condition` marks what is only supposed."""

    words: str
    condition: bool = False


def denials(said: str, spans: list[tuple[int, int]]) -> int:
    """How many denying words stand in `said` outside `spans`; the same word twice in a row of things counts once."""
    harmless = [match.span() for match in grammar.HARMLESS.finditer(said)]
    met: list[str] = []
    for match in grammar.DENYING.finditer(said):
        inside = [(start, end) for start, end in (*spans, *harmless) if start <= match.start() < end]
        # A word that is all there is of a span (“no” for “every”) still denies; within a longer one it does not.
        if any(end - start > len(match.group()) for start, end in inside):
            continue
        word = match.group()
        if word == "nor" and met:
            continue
        if word not in met:
            met.append(word)
    return len(met)


def clauses(sentence: str) -> tuple[Clause, ...]:
    """The clauses of one sentence, what stands in brackets last."""
    aside = grammar.PARENTHESIS_RAW.findall(sentence)
    main = grammar.PARENTHESIS_RAW.sub(" ", sentence) if aside else sentence
    main = grammar.LEADING_RAW.sub("", main).lstrip(" ,–—-!;")
    parts: list[Clause] = []
    for part in grammar.BREAK_RAW.split(main):
        parts += _conditions(part)
    parts = [
        replace(part, condition=True)
        if number and parts[number - 1].condition and not part.condition and grammar.STILL_SUPPOSED.match(part.words)
        else part
        for number, part in enumerate(parts)
    ]
    parts += [Clause(words(one)) for one in aside]
    return tuple(part for part in parts if part.words)


def _conditions(text: str) -> list[Clause]:
    """A clause whose beginning or end is a condition, cut in two."""
    text = text.strip(" ,")
    if grammar.CONDITION_RAW.match(text):
        before, comma, after = text.partition(",")
        if not comma:
            before, after = _uncomma(text)
        if after.strip():
            return [Clause(words(before), condition=True), *_conditions(after)]
        return [Clause(words(text), condition=True)]
    cut = grammar.CONDITION_INSIDE_RAW.search(text)
    if cut and cut.start() > 0:
        before, after = text[: cut.start()], text[cut.end() :]
        return [Clause(words(before)), *_conditions(after)]
    return [Clause(words(text))]


def _uncomma(text: str) -> tuple[str, str]:
    """Where a condition without comma ends: before the verb or subject of what is to be done."""
    for match in grammar.MAIN_BEGINS_RAW.finditer(text):
        before = text[: match.start()].split()
        if len(before) >= 4 and before[-1].lower() not in grammar.NOT_BEFORE_MAIN:
            return text[: match.start()], text[match.start() :]
    return text, ""
