"""What the far end turned out to be: CEOP's own page, something else, or nothing anybody can judge from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sgaudit.checks.unreached import UNREACHED
from sgaudit.model.evidence import Hop, Landing, Probe, Trouble
from sgaudit.model.outcome import Outcome, Severity
from sgaudit.register import AddressClass, Phrase, Registers, host_of, registrable_domain

_OFFICIAL = (AddressClass.official, AddressClass.official_weak)
# A page that says less than this, in characters, shows nothing, whatever its title.
_LEAST_TEXT = 20
_WORDS = {
    **UNREACHED,
    Trouble.name_not_resolved: "the name {host} could not be found from here",
    Trouble.refused: "{host} could not be reached from here",
    Trouble.tls_expired: "the certificate of {host} has expired, seen from here",
    Trouble.tls_name: "the certificate shown for {host} belongs to another name, seen from here",
    Trouble.blocked: "{host} turned the browser away or may not be opened here",
    Trouble.empty: "{host} gave nothing to show",
    Trouble.crashed: "the page of {host} could not be read",
}


class Answer(Protocol):
    """What both a press and a request of our own bring back."""

    @property
    def status(self) -> int | None: ...
    @property
    def trail(self) -> tuple[Hop, ...]: ...
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def trouble(self) -> Trouble | None: ...
    @property
    def message(self) -> str: ...


@dataclass(frozen=True)
class Arrival:
    """`word` is for the report's table, `reason` a clause without a full stop; `address_class` of where it ended."""

    outcome: Outcome
    word: str
    reason: str
    severity: Severity = Severity.critical
    address_class: AddressClass | None = None


def arrived(landing: Landing, requested: str, registers: Registers, not_found: tuple[Phrase, ...]) -> Arrival:
    """Judge where a press ended."""
    return _judge(landing, landing.url or requested, requested, registers, not_found)


def probed(probe: Probe, registers: Registers, not_found: tuple[Phrase, ...]) -> Arrival:
    """Judge what a program was answered; one that is turned away says nothing about people."""
    if probe.challenge or probe.status in (401, 403, 407, 429, 451):
        code = f" ({probe.status})" if probe.status else ""
        return Arrival(Outcome.cant_tell, "blocked", f"{host_of(probe.url)} turns programs away{code}")
    return _judge(probe, probe.final_url or probe.url, probe.url, registers, not_found)


def _judge(answer: Answer, ended: str, requested: str, registers: Registers, not_found: tuple[Phrase, ...]) -> Arrival:
    host = host_of(ended) or host_of(requested)
    entry = registers.classify(ended)
    kind = entry.address_class if entry else None
    status = answer.status
    if answer.trouble is Trouble.redirect_loop:
        return Arrival(Outcome.failed, "redirect-loop", f"{host} forwards round in circles and never arrives")
    said = f"{answer.title}\n{answer.text}"
    if words := _first(registers.block_page, said):
        return Arrival(
            Outcome.cant_tell,
            "filter",
            f"a web filter answered in place of CEOP's site, seen from where the audit ran (“{words}”)",
        )
    if answer.trouble is Trouble.blocked and status is not None and status < 400:
        return Arrival(
            Outcome.failed, "refuses-frame", f"{host} refuses to be shown inside a frame, so nothing appears"
        )
    if answer.trouble is Trouble.name_not_resolved and kind not in _OFFICIAL and not _official(requested, registers):
        return Arrival(
            Outcome.failed, "no-such-site", f"it leads to {host}, which is not CEOP's address and cannot be found"
        )
    if answer.trouble is not None and answer.trouble is not Trouble.http_status:
        words = _WORDS.get(answer.trouble, "{host} could not be opened").format(host=host)
        return Arrival(Outcome.cant_tell, "unreachable", words, address_class=kind)
    if status in (404, 410):
        return Arrival(Outcome.failed, "gone", f"{host} answers that this page does not exist ({status})")
    if status in (401, 403, 407, 429, 451):
        return Arrival(Outcome.cant_tell, "blocked", f"{host} turned the browser away ({status})", address_class=kind)
    if status is not None and status >= 500:
        return Arrival(
            Outcome.cant_tell, "server-error", f"{host} has trouble of its own ({status})", address_class=kind
        )
    if kind not in _OFFICIAL:
        return _elsewhere(ended, requested, host, entry.note if entry else "", kind)
    if words := _first(not_found, answer.title) or _first(not_found, answer.text[:400]):
        return Arrival(Outcome.failed, "soft-404", f"the page that opens at {host} says it is not there (“{words}”)")
    if words := _first(registers.closed_notice, said):
        return Arrival(
            Outcome.failed, "closed", f"CEOP's own page says that it cannot take reports at the moment (“{words}”)"
        )
    if words := _first(registers.error_page, f"{answer.title}\n{answer.text[:800]}"):
        return Arrival(
            Outcome.cant_tell, "error-page", f"the page that opens at {host} says that something is wrong (“{words}”)"
        )
    if status is None or not 200 <= status < 300:
        return Arrival(Outcome.cant_tell, "unclear", f"{host} answered with the code {status or 'none'}")
    if len(answer.text.strip()) < _LEAST_TEXT:
        said = f"a page opens at {host}, but nothing on it shows that it is CEOP's: it is all but empty"
        return Arrival(Outcome.cant_tell, "empty", said)
    if not _first(registers.ceop_page, said):
        return Arrival(
            Outcome.cant_tell, "unrecognised", f"a page opens at {host}, but nothing on it shows that it is CEOP's"
        )
    return Arrival(Outcome.passed, kind.value if kind else "", f"CEOP's page at {host} opens", address_class=kind)


def _elsewhere(ended: str, requested: str, host: str, note: str, kind: AddressClass | None) -> Arrival:
    asked = host_of(requested)
    if kind is AddressClass.lookalike:
        return Arrival(
            Outcome.failed, "lookalike", f"it ends at {host}, which resembles CEOP's address and is not theirs"
        )
    if kind is not None:
        return Arrival(Outcome.failed, kind.value, f"it ends at {host}: {note}", address_class=kind)
    if asked and registrable_domain(asked) != registrable_domain(host):
        return Arrival(Outcome.failed, "hijacked", f"it leads to {asked}, but ends on another site, {host}")
    return Arrival(Outcome.failed, "elsewhere", f"it opens {ended[:200]}, which is not CEOP's site")


def _official(url: str, registers: Registers) -> bool:
    entry = registers.classify(url)
    return entry is not None and entry.address_class in _OFFICIAL


def _first(phrases: tuple[Phrase, ...], text: str) -> str:
    return next((words for phrase in phrases if (words := phrase.found_in(text))), "")[:120]
