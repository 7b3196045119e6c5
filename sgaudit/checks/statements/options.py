"""What a statement rule says in its file: what must be conveyed, about whom, and what would contradict it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import Field, field_validator

from sgaudit.checks.interface import Options
from sgaudit.register import Registers, Service

# One concept within the words of another.
INNER = re.compile(r"\{([a-z][a-z-]*)\}")
_LOOSE_DOTS = re.compile(r"(?<![ .\\])\.\.|\.\.(?![ .])")


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

    says: tuple[str, ...]
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
    concepts: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    conveys: tuple[Wording, ...] = ()
    contradicts: tuple[Wording, ...] = ()
    superseded: Superseded | None = None
    links: tuple[str, ...] = ()

    def unknown_to(self, registers: Registers) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What this rule leans on and the registers do not hold: where it stands in the options, and a sentence."""
        known = {**registers.concepts, **self.concepts}
        services = {service.id for service in (*registers.services, *([self.service] if self.service else []))}
        if self.about and self.about not in services:
            yield ("about",), f"there is no service {self.about!r} in the register"
        for kind in ("conveys", "contradicts"):
            for number, wording in enumerate(getattr(self, kind)):
                for part in ("says", "around", "answers", "nearby", "unless"):
                    for name in getattr(wording, part):
                        if name not in known:
                            yield (kind, number, part), f"there is no concept {name!r}"
        for part in ("older", "unless") if self.superseded else ():
            for name in getattr(self.superseded, part):
                if name not in known:
                    yield ("superseded", part), f"there is no concept {name!r}"
        for concept, entries in self.concepts.items():
            for name in (inner for entry in entries for inner in INNER.findall(entry)):
                if name not in known:
                    yield ("concepts", concept), f"there is no concept {name!r}"

    @field_validator("concepts")
    @classmethod
    def _compiles(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for name, entries in value.items():
            for entry in entries:
                try:
                    re.compile(entry)
                except re.error as error:
                    raise ValueError(f"{name}: {entry!r} is not a regular expression: {error}") from None
                if _LOOSE_DOTS.search(entry):
                    raise ValueError(f"{name}: {entry!r} has dots for a gap without a space on either side")
        return value
