"""A sentence falls into clauses: each with its words, whether it is denied, and whether it is only a condition."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sgaudit.checks.statements import grammar
from sgaudit.checks.statements.words import words


@dataclass(frozen=True)
class Clause:
    """A part of a sentence with one verb or so. `words` are normalised; `condition` marks what is only supposed,
    `ended` what the rest of the sentence says is so no longer.
    """

    words: str
    condition: bool = False
    ended: bool = False


def denials(said: str, spans: list[tuple[int, int]]) -> int:
    """How many denying words stand in `said` outside `spans`; the same word twice in a row of things counts once."""
    met: list[str] = []
    for at, word in _denying(said):
        if word in grammar.SETS_AGAINST and at > max(start for start, _ in spans):
            continue  # “for children rather than for adults” denies only what comes after it
        # A word that is all there is of a span (“no” for “every”) still denies; within a longer one it does not.
        if any(start <= at < end and end - start > len(word) for start, end in spans):
            continue
        if word == "nor" and met:
            continue
        if word not in met:
            met.append(word)
    return len(met)


@lru_cache(maxsize=2_000)
def _denying(said: str) -> tuple[tuple[int, str], ...]:
    """Where denying words stand that are no part of a harmless turn of speech."""
    harmless = [match.span() for match in grammar.HARMLESS.finditer(said)] if grammar.DENYING.search(said) else []
    return tuple(
        (match.start(), match.group())
        for match in grammar.DENYING.finditer(said)
        if not any(start <= match.start() < end and end - start > len(match.group()) for start, end in harmless)
    )


def clauses(sentence: str) -> tuple[Clause, ...]:
    """The clauses of one sentence, what stands in brackets last."""
    aside = grammar.PARENTHESIS_RAW.findall(sentence)
    main = " ".join(grammar.PARENTHESIS_RAW.sub(" ", sentence).split()) if aside else sentence
    main = grammar.LEADING_RAW.sub("", main).lstrip(" ,–—-!;")
    main = grammar.PREAMBLE_RAW.sub("", main)
    parts: list[Clause] = []
    asks = main.rstrip().endswith("?") and grammar.ASKS_FIRST_RAW.match(main) is not None
    for part in grammar.BREAK_RAW.split(main):
        if asks and not parts:
            parts.append(Clause(words(part)))  # “Should a child ...?” supposes nothing
            continue
        part = grammar.PREAMBLE_RAW.sub("", part) if parts else part
        parts += _conditions(part, supposed=bool(parts) and parts[-1].condition)
    parts += [Clause(words(one)) for one in aside]
    return tuple(part for part in parts if part.words)


def _conditions(text: str, *, supposed: bool) -> list[Clause]:
    """A clause with the conditions at its beginning and end cut off; `supposed`: it may go on with one before it."""
    made: list[Clause] = []
    rest = text.strip(" ,")
    while rest:
        if grammar.CONDITION_RAW.match(rest) or (supposed and grammar.STILL_SUPPOSED_RAW.match(rest)):
            before, comma, after = rest.partition(",")
            if not comma or grammar.ASIDE_RAW.match(after):
                before, after = _uncomma(rest)
            made.append(Clause(words(before), condition=True))
        else:
            cut = grammar.CONDITION_INSIDE_RAW.search(rest)
            before, after = (rest[: cut.start()], rest[cut.end() :]) if cut else (rest, "")
            made.append(Clause(words(before)))
        rest, supposed = grammar.PREAMBLE_RAW.sub("", after.strip(" ,")), made[-1].condition
    return made


def _uncomma(text: str) -> tuple[str, str]:
    """Where a condition without comma ends: before the verb or subject of what is to be done."""
    for match in grammar.MAIN_BEGINS_RAW.finditer(text):
        before = text[: match.start()].lower().split()
        if len(before) >= 4 and (
            match.group().lower() in ("please", "then") or before[-1] not in grammar.NOT_BEFORE_MAIN
        ):
            return text[: match.start()], text[match.start() :]
    return text, ""
