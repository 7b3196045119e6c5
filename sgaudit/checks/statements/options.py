"""What a statement rule says in its file: what must be conveyed, about whom, and what would contradict it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from sgaudit.checks.interface import Options
from sgaudit.checks.statements.words import pattern
from sgaudit.model.naming import meant
from sgaudit.register import Registers, Service
from sgaudit.rules import PROVEN

# One concept within the words of another.
INNER = re.compile(r"\{([a-z][a-z-]*)\}")
_LOOSE_DOTS = re.compile(r"(?<![ .\\])\.\.|\.\.(?![ .])")


def _entry(value: str, info: ValidationInfo) -> str:
    if info.context and info.context.get(PROVEN):
        return value  # compiling thousands of expressions once more would cost every run a second
    shown = repr(value if len(value) <= 60 else f"{value[:59]}…")
    try:
        found = pattern((INNER.sub("x", value),))
    except re.error as error:
        raise ValueError(f"{shown} is not a regular expression: {error}") from None
    if found.fullmatch(""):
        raise ValueError(f"{shown} would be met by no words at all")
    if gap := _LOOSE_DOTS.search(value):
        around = value[max(0, gap.start() - 15) : gap.end() + 15]
        raise ValueError(f"{shown} has dots for a gap without a space on either side, in {around!r}")
    return value


Entries = Annotated[tuple[Annotated[str, AfterValidator(_entry)], ...], Field(min_length=1)]
"""The word list of a concept."""


class Wording(Options):
    """One way of saying it, as concepts rather than words.

    `says`: concepts that stand together in one sentence; the first is the one whose denial counts. `around`: concepts
    that may as well stand in what the sentence answers or stands under; `answers`: in the question it follows;
    `nearby`: in it or one of the two sentences before and after it. `unless`: concepts that spoil it.
    `denied`: the sentence denies it (null: it does not matter); `opposite`: the other polarity contradicts. `about`:
    whom it must be about, where that differs from the rule's. `link`: it is the text of a link or button. `named`: the
    sentence itself names the service. `supposed`: it may stand in a condition.
    `together`: all of `says` stand in one clause, or in it and the condition beside it.
    """

    says: tuple[str, ...] = Field(min_length=1)
    around: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    nearby: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    denied: bool | None = False
    opposite: bool = False
    about: str | None = None
    link: bool = False
    named: bool = False
    supposed: bool = False
    together: bool = False


class Superseded(Options):
    """Older wording: every sentence that conveys the statement says one of `older`, and none says one of `unless`."""

    older: tuple[str, ...]
    unless: tuple[str, ...] = ()
    note: str


class StatementOptions(Options):
    """`about`: the id of a service of the register, or of `service`, one of this file's own; empty for anybody.
    `concepts`: word lists of this rule's own. `links`: hosts a visible link to which conveys it.
    """

    about: str = ""
    service: Service | None = None
    concepts: dict[str, Entries] = Field(default_factory=dict)
    conveys: tuple[Wording, ...] = ()
    contradicts: tuple[Wording, ...] = ()
    superseded: Superseded | None = None
    links: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _can_be_met(self) -> StatementOptions:
        if not (self.conveys or self.links):
            raise ValueError("neither conveys nor links says how a page would meet this rule")
        return self

    def unknown_to(self, registers: Registers) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What this rule leans on and the registers do not hold: where it stands in the options, and a sentence."""
        known = {**registers.concepts, **self.concepts}
        services = [service.id for service in (*registers.services, *([self.service] if self.service else []))]
        abouts: list[tuple[tuple[str | int, ...], str]] = [(("about",), self.about)]
        for kind in ("conveys", "contradicts"):
            for number, wording in enumerate(getattr(self, kind)):
                abouts.append(((kind, number, "about"), wording.about or ""))
                for part in ("says", "around", "answers", "nearby", "unless"):
                    yield from _unknown((kind, number, part), getattr(wording, part), known)
        for loc, about in abouts:
            if about and about not in services:
                yield loc, f"there is no service {about!r} in the register{meant(about, services)}"
        for part in ("older", "unless") if self.superseded else ():
            yield from _unknown(("superseded", part), getattr(self.superseded, part), known)
        for concept, entries in self.concepts.items():
            for number, entry in enumerate(entries):
                for _, message in _unknown((), INNER.findall(entry), known):
                    yield ("concepts", concept, number), message
            if _leads_back(concept, known):
                yield ("concepts", concept), f"{concept!r} is made of itself"


def _unknown(
    loc: tuple[str | int, ...], asked: Sequence[str], known: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for number, name in enumerate(asked):
        if name not in known:
            yield (*loc, number), f"there is no concept {name!r}{meant(name, known)}"


def _leads_back(concept: str, known: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether the words of a concept hold, at whatever depth, the concept itself."""
    met: set[str] = set()
    waiting = [concept]
    while waiting:
        inner = {name for entry in known.get(waiting.pop(), ()) for name in INNER.findall(entry)}
        if concept in inner:
            return True
        waiting += inner - met
        met |= inner
    return False
