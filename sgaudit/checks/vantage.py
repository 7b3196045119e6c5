"""From where the audit saw the site, and whether the school's own web filter keeps pupils from CEOP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sgaudit.checks.arrival import Answer
from sgaudit.checks.interface import Check, Need, Options, finding
from sgaudit.checks.places import Places
from sgaudit.model.evidence import Evidence
from sgaudit.model.outcome import Outcome
from sgaudit.model.report import Decided, EvidenceItem, Finding
from sgaudit.register import AddressClass, Phrase, Registers, host_of
from sgaudit.rules import Rule

Where = Literal["inside", "outside", "unknown"]
_OFFICIAL = (AddressClass.official, AddressClass.official_weak)


@dataclass(frozen=True)
class Vantage:
    """Whether the audit ran inside the school's network, and in one sentence how that is known."""

    where: Where
    reason: str


@dataclass(frozen=True)
class _Seen:
    """What came when one of CEOP's own addresses was asked for, and the pages that link to it."""

    url: str
    answer: Answer
    pages: tuple[str, ...]

    def words(self, phrases: tuple[Phrase, ...]) -> str:
        """The first of `phrases` on it, as it says it."""
        text = f"{self.answer.title}. {self.answer.text}"
        return next((" ".join(words.split()) for phrase in phrases if (words := phrase.found_in(text))), "")[:120]

    @property
    def arrived(self) -> bool:
        """Whether some page was shown."""
        status = self.answer.status
        return self.answer.trouble is None and status is not None and 200 <= status < 300


def vantage(evidence: Evidence, registers: Registers) -> Vantage:
    """What the settings say; else inside only where a filter that answered for CEOP says that it is a school's.

    Nothing that a machine can see proves that it stands outside, so that is never guessed.
    """
    given: tuple[Where, ...] = ("inside", "outside")
    for where in given:
        if evidence.settings.get("vantage") == where:
            return Vantage(where, "The settings say so (vantage).")
    filtered = [one for one in _asked_of_ceop(evidence, registers) if one.words(registers.block_page)]
    for one in filtered:
        if words := one.words(registers.school_filter):
            host = host_of(one.url)
            return Vantage("inside", f"This is a guess: the web filter that answered for {host} says “{words}”.")
    if filtered:
        return Vantage("unknown", "A web filter stands here, and nothing says whether it is the school's (vantage).")
    return Vantage("unknown", "The settings do not say (vantage).")


def _asked_of_ceop(evidence: Evidence, registers: Registers) -> Iterator[_Seen]:
    """Every answer to one of CEOP's own addresses, the browser's first."""
    for page in evidence.rendered:
        for press in page.presses:
            if press.landing is not None and _is_official(press.requested, registers):
                yield _Seen(press.requested, press.landing, (page.url,))
    for link in evidence.links:
        if _is_official(link.url, registers):
            for probe in link.probes:
                if probe.method.upper() != "HEAD":
                    yield _Seen(link.url, probe, link.pages)


def _is_official(url: str, registers: Registers) -> bool:
    entry = registers.classify(url)
    return entry is not None and entry.address_class in _OFFICIAL


def _decide(rule: Rule, evidence: Evidence, registers: Registers) -> Decided:
    return Decided(findings=(_finding(rule, evidence, registers),))


def _finding(rule: Rule, evidence: Evidence, registers: Registers) -> Finding:
    where = vantage(evidence, registers)
    answers = list(_asked_of_ceop(evidence, registers))
    filtered = next(((one, words) for one in answers if (words := one.words(registers.block_page))), None)
    if filtered is not None:
        return _filtered(rule, evidence, where, *filtered)
    if where.where != "inside":
        message = (
            "This audit is not known to have run inside the school's network, so whether its web filter lets pupils "
            "reach CEOP was not looked at."
        )
        return finding(rule, evidence.url, Outcome.inapplicable, message, what="filter")
    if not answers:
        message = "No address of CEOP's was asked for, so whether the web filter lets pupils reach it was not seen."
        return finding(rule, evidence.url, Outcome.inapplicable, message, what="filter")
    open_one = next((one for one in answers if one.arrived), None)
    if open_one is None:
        message = (
            f"{host_of(answers[0].url)} could not be reached from inside the school's network, and no filter says that "
            "it is the cause."
        )
        return finding(rule, evidence.url, Outcome.cant_tell, message, what="filter")
    message = f"{host_of(open_one.url)} opens from inside the school's network."
    return finding(rule, evidence.url, Outcome.passed, message, what="filter", fix=())


def _filtered(rule: Rule, evidence: Evidence, where: Vantage, seen: _Seen, words: str) -> Finding:
    host = host_of(seen.url)
    item = EvidenceItem(kind="landing", url=seen.url, quote=words, detail=where.reason)
    if where.where == "inside":
        guessed = "" if evidence.settings.get("vantage") == "inside" else f" {where.reason}"
        message = (
            f"The school's web filter blocks {host}: a pupil who presses the way to report there sees the filter's own "
            f"page (“{words}”). The link itself is not at fault.{guessed}"
        )
        outcome = Outcome.failed
    elif where.where == "outside":
        message = (
            f"A web filter outside the school answered in place of {host} (“{words}”), "
            "so what pupils meet was not seen."
        )
        outcome = Outcome.cant_tell
    else:
        message = (
            f"A web filter answered in place of {host} where this audit ran (“{words}”). If that is the school's "
            "network, pupils cannot report to CEOP from there; whether it is can be said with the setting vantage."
        )
        outcome = Outcome.cant_tell
    return Places(evidence).once(rule, seen.pages, outcome, message, item, what="filter")


SCHOOL_FILTER = Check(options=Options, decide=_decide, needs=frozenset({Need.crawl, Need.links}))
