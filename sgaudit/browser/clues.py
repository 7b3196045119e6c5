"""What makes a link or button look like the way to CEOP: addresses of the register, names, pictures, scripts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sgaudit.model.evidence import Control
from sgaudit.register import AddressClass, Registers, host_of

# CEOP as a word of its own, or as camel case ("CEOPReportBtn", "ClickCEOP"). As a bare run of letters it is nearly
# always something else ("spaceOP", "CeoPic").
TOKEN: tuple[tuple[str, str], ...] = (
    (r"(?<![a-z])ceop(?![a-z])", "i"),
    (r"CEOP[A-Z]", ""),
    (r"[a-z]CEOP(?![A-Za-z])", ""),
)
_TOKEN = tuple(re.compile(source, re.IGNORECASE if flags else 0) for source, flags in TOKEN)
_ADDRESS = re.compile(r"(?:[\w-]+\.)*ceop\.(?:police|gov)\.uk(?:[\w./%?=&-]*)", re.IGNORECASE)
_REPORTING = re.compile(r"\b(?:report|concern|worried|worry|abuse|groom|help|unsafe|harm|safety)", re.IGNORECASE)
_FILE = re.compile(r"[^/?#]*(?=[?#]|$)")

_WORDS = {
    AddressClass.official: "official-address",
    AddressClass.official_weak: "official-weak-address",
    AddressClass.education: "education-address",
    AddressClass.superseded: "superseded-address",
    AddressClass.retired: "retired-address",
    AddressClass.wrong_country: "wrong-country-address",
    AddressClass.other_service: "other-service-address",
    AddressClass.lookalike: "lookalike-address",
}
# Known without a press, and no page a school's audit has business opening.
NOT_PRESSED = frozenset(
    {
        "education-address",
        "superseded-address",
        "wrong-country-address",
        "other-service-address",
        "lookalike-address",
        "unlinked-image",
        "ceop-form",
    }
)
_ORDER = ("official-address", "ceop-handler", "official-weak-address", "retired-address", "ceop-script")


class RouteClues:
    """Says of a control what speaks for its being the reporting route; built once from the registers."""

    def __init__(self, registers: Registers) -> None:
        self.registers = registers

    def of(self, control: Control, hints: str, *, unlinked: bool, scripted: bool) -> tuple[str, ...]:
        """The clue words of `control`; none when it has nothing to do with CEOP.

        `hints` are its id, class and title, `unlinked` marks a picture that nothing makes clickable, and `scripted`
        says that some script of its page names CEOP's address.
        """
        found: list[str] = []
        named = self.is_ceop(control.name, control.text)
        pictured = any(self.is_ceop(_file(image.src), image.alt or "") for image in control.images)
        hinted = self.is_ceop(hints)
        if unlinked:
            return ("unlinked-image",) if named or pictured or hinted else ("unlinked-image", "ceop-attribute")
        entry = self.registers.classify(control.href) if control.href else None
        if entry is not None:
            other = entry.address_class in (AddressClass.other_service,)
            if not other or named or pictured:
                found.append(_WORDS[entry.address_class])
        if control.handler.startswith("form "):
            _, method, action = control.handler.split(" ", 2)
            if self.official(action.split(";")[0]):
                # One that only asks for an address sends nothing, as a link does not.
                found.append("ceop-handler" if method == "get" else "ceop-form")
        if "ceop-form" not in found and any(self.official(address) for address in self.addresses_in(control.handler)):
            found.append("ceop-handler")
        if named:
            found.append("ceop-name")
        if pictured:
            found.append("ceop-image")
        if hinted and not (named or pictured):
            found.append("ceop-attribute")
        if scripted and not found and self._acts_by_script(control) and _REPORTING.search(f"{control.name} {hints}"):
            found.append("ceop-script")
        return tuple(found)

    @staticmethod
    def is_ceop(*texts: str) -> bool:
        """Whether one of `texts` names CEOP, and not merely holds its four letters."""
        return any(pattern.search(text) for text in texts for pattern in _TOKEN)

    @staticmethod
    def addresses_in(script: str) -> Iterable[str]:
        """The addresses on CEOP's hosts that a piece of script names."""
        return (f"https://{match.group(0)}" for match in _ADDRESS.finditer(script))

    def official(self, url: str) -> bool:
        """Whether `url` is one of CEOP's present addresses."""
        entry = self.registers.classify(url)
        return entry is not None and entry.address_class in (AddressClass.official, AddressClass.official_weak)

    @staticmethod
    def _acts_by_script(control: Control) -> bool:
        raw = control.raw_href.strip().lower()
        return not raw or raw.startswith(("#", "javascript:")) or bool(control.handler)

    def to_press(self, controls: Sequence[Control], page: str, most: int) -> tuple[Control, ...]:
        """The controls worth a press, best first and at most `most`; those classed by their address are left out."""
        chosen: dict[tuple[str, str], Control] = {}
        for control in sorted(controls, key=lambda one: self._rank(one, page)):
            if control.route_clues and not NOT_PRESSED.intersection(control.route_clues):
                chosen.setdefault((control.frame, control.selector), control)
        return tuple(chosen.values())[:most]

    def _rank(self, control: Control, page: str) -> tuple[int, int, int]:
        clues = control.route_clues
        best = min((_ORDER.index(clue) for clue in clues if clue in _ORDER), default=len(_ORDER))
        own = host_of(control.href) == host_of(page) and not control.handler
        plain = "ceop-image" not in clues
        return (best + (2 if own and plain else 0), 1 if control.hidden_because else 0, 1 if plain else 0)


def _file(src: str) -> str:
    path = src.split("?")[0].split("#")[0].rstrip("/")
    match = _FILE.search(path.rpartition("/")[2])
    return match.group(0) if match else ""
