"""One reporting route of one page: the same link or button at both widths, and what came of pressing it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

from sgaudit.checks.arrival import Arrival, arrived
from sgaudit.checks.content.images import is_file_name
from sgaudit.checks.interface import Options
from sgaudit.model.evidence import Control, Press, RenderedPage
from sgaudit.model.outcome import Outcome, Severity
from sgaudit.register import Address, AddressClass, Phrase, Registers, host_of

_LEADS = ("same-tab", "new-tab", "in-frame")
_ELSEWHERE = (AddressClass.education, AddressClass.superseded, AddressClass.other_service)
_REPORTS = re.compile(r"\breport|\bclick[\s_-]*ceop|ReportBtn|report[\s_-]*(?:btn|button|abuse)", re.IGNORECASE)
_FILE_NAME = re.compile(r"^\S*[\w-]+\.(?:gif|png|jpe?g|svg|webp|bmp|ico|tiff?|pdf|aspx?|php|html?)$", re.IGNORECASE)
_PHOTO = re.compile(
    r"^(?:img|image|dsc|dscn|screenshot|untitled|picture|logo|button|btn|banner|icon)[\s_\-\d]*$", re.IGNORECASE
)
_TELLS_TAB = re.compile(r"new (?:tab|window|page)|external|opens in|another (?:site|website)", re.IGNORECASE)
# One of these is in any name by which a child could know what the link is for.
_TELLING = re.compile(
    r"ceop|report|concern|worr|abuse|groom|exploit|child protection|safe|help|speak|tell|national crime|\bnca\b",
    re.IGNORECASE,
)
_HIDDEN = {
    "not-rendered": "it is not shown (hidden by the page's styles)",
    "visibility-hidden": "it is made invisible by the page's styles",
    "transparent": "it is see-through, so there is nothing to be seen",
    "zero-size": "it has no size (nothing is inside the link)",
    "off-page": "it lies outside the edge of the page",
    "clipped": "it is cut off completely",
    "closed-details": "it is inside a closed section",
    "inert": "it is switched off with all round it (inert)",
    "frame-hidden": "it is in a frame that cannot be seen",
    "white-on-white": "its text has the colour of the background",
    "font-size-zero": "its text has no size",
}

_OF_AREA = {
    **_HIDDEN,
    "not-rendered": "no picture on the page uses the image map it belongs to",
    "zero-size": "its area on the picture of the image map is empty or lies outside it",
}
# An address that lacks its beginning, or has one that is mistyped.
_MISTYPED = re.compile(r"(?:www\.)?ceop\.(?:police|gov)\.uk|h?t{1,3}ps?:?/+|[a-z]{2,7}:/+", re.IGNORECASE)


class RouteOptions(Options):
    """What the rule file says of reporting routes.

    `part` is works (is there one that works?) or quality (how could a working one be better?). `weak_names` are names
    that say nothing of where a link leads. `smallest` is the least width and height in CSS pixels of a picture button.
    `not_found` are words of a page that says it is missing although the server says all is well.
    """

    part: str = "works"
    weak_names: tuple[str, ...] = ()
    smallest: int = 24
    not_found: tuple[Phrase, ...] = ()


@dataclass(frozen=True)
class Fault:
    """What is wrong, as a clause; `unsure` when it is not known to be wrong."""

    reason: str
    severity: Severity = Severity.serious
    unsure: bool = False


@dataclass
class Route:
    """One control over all widths with its presses."""

    page: RenderedPage
    registers: Registers
    options: RouteOptions
    at: dict[int, Control]
    presses: dict[tuple[int, str], Press] = field(default_factory=dict)

    @cached_property
    def control(self) -> Control:
        """The control where it is best seen."""
        return min(self.at.values(), key=lambda one: (bool(one.hidden_because), one.hit is not True))

    @cached_property
    def entry(self) -> Address | None:
        """What the register says of its address."""
        return self.registers.classify(self.control.href) if self.control.href else None

    @property
    def name(self) -> str:
        """Its name as a reader would recognise it."""
        return self.control.name or self.control.text

    @cached_property
    def called(self) -> str:
        """How messages speak of it."""
        noun = "button" if self.control.tag in ("button", "input") or self.control.role == "button" else "link"
        if self.control.images and not self.control.text:
            noun = "picture link" if noun == "link" else "picture button"
        return f"{noun} “{self.name[:60]}”" if self.name else f"{noun} without a name"

    @cached_property
    def promises(self) -> bool:
        """Whether it presents itself as the way to report to CEOP, and not as a mention of CEOP."""
        clues = self.control.route_clues
        if any(clue in clues for clue in ("official-address", "ceop-handler", "retired-address", "ceop-form")):
            return True
        if self.entry is not None and self.entry.address_class in (AddressClass.lookalike, AddressClass.wrong_country):
            return True
        return any(clue in clues for clue in ("ceop-name", "ceop-image")) and self.says_report

    @cached_property
    def says_report(self) -> bool:
        """Whether its words or its picture's file name speak of reporting."""
        return speaks_of_reporting(self.control)

    @cached_property
    def wrong_place(self) -> Fault | None:
        """Why its address alone rules it out, None when it does not."""
        entry, host = self.entry, host_of(self.control.href)
        if entry is None:
            return None
        if entry.address_class is AddressClass.lookalike:
            return Fault(
                f"it goes to {host}, which is made to look like CEOP's address and is not theirs", Severity.critical
            )
        if entry.address_class is AddressClass.wrong_country:
            return Fault(f"it goes to {host}: {entry.note}", Severity.critical)
        if entry.address_class in _ELSEWHERE:
            return Fault(f"it goes to {host}: {entry.note}", Severity.critical)
        if entry.address_class is AddressClass.retired:
            landing = self.landing
            ended = self._arrival(landing) if landing else None
            if ended is not None and ended.outcome is Outcome.passed:
                return Fault(
                    f"it goes to {self.control.href[:120]}, {entry.note}; that still forwards to CEOP today, "
                    "and may stop any day"
                )
            return Fault(f"it goes to {self.control.href[:120]}: {entry.note}", Severity.critical)
        return None

    def visible(self, width: int) -> bool:
        """Whether a person can see it at this width, after opening what folds it away if need be."""
        control = self.at.get(width)
        if control is None:
            return False
        press = self.presses.get((width, "mouse"))
        return not control.hidden_because or (press is not None and press.how in _LEADS)

    @cached_property
    def landing(self) -> Press | None:
        """The press that says most about where it leads."""
        led = [press for press in self.presses.values() if press.landing is not None]
        return min(led, key=lambda press: (press.means != "mouse", -press.width), default=None)

    def _arrival(self, press: Press) -> Arrival:
        assert press.landing is not None
        return arrived(press.landing, press.requested, self.registers, self.options.not_found)

    @cached_property
    def arrival(self) -> Arrival | None:
        """Where it leads, None when nothing opened."""
        return self._arrival(self.landing) if self.landing else None

    def faults(self, width: int) -> list[Fault]:
        """Everything that keeps it from working at this width; empty means that it works."""
        if self.wrong_place is not None:
            return [self.wrong_place]
        if "ceop-form" in self.control.route_clues:
            return [Fault("it sends a form to CEOP, and this audit never sends forms", unsure=True)]
        control = self.at.get(width)
        if control is None:
            return [Fault("it is not on the page", Severity.critical)]
        if not self.visible(width):
            mouse = self.presses.get((width, "mouse"))
            unsure = mouse is not None and mouse.problem in ("stuck", "page-lost")
            known = _OF_AREA if control.tag == "area" else _HIDDEN
            why = known.get(control.hidden_because, "it cannot be pressed") if control.hidden_because else ""
            if why and mouse is not None and mouse.problem == "not-visible" and mouse.detail.startswith("pressing"):
                why = f"{why}, and {mouse.detail}"
            if why:
                return [Fault(why, Severity.critical, unsure=unsure)]
        found = list(self._pressed(width, control))
        found += list(self._named(control))
        return found

    def _pressed(self, width: int, control: Control) -> Iterator[Fault]:
        mouse, keyboard = self.presses.get((width, "mouse")), self.presses.get((width, "keyboard"))
        if mouse is None:
            yield Fault("it was not pressed", unsure=True)
            return
        if fault := self._press_fault(mouse, control):
            yield fault
            if fault.unsure or fault.severity is Severity.critical:
                return
        if keyboard is not None and (fault := self._press_fault(keyboard, control)):
            yield fault
        if control.aria_hidden:
            yield Fault("it is hidden from screen readers (aria-hidden)")

    def _press_fault(self, press: Press, control: Control) -> Fault | None:
        if press.problem in ("stuck", "page-lost", "detached"):
            return Fault(f"it could not be pressed to the end: {press.detail}", unsure=True)
        if press.problem == "form":
            return Fault("it sends a form, and this audit never sends forms", unsure=True)
        if press.problem:
            return _mouse_fault(press, control) if press.means == "mouse" else _keyboard_fault(press)
        if press.how == "other-app" and (wrong := _mistyped(control.raw_href)):
            return Fault(f"its address “{wrong}” is mistyped", Severity.critical)
        if press.how == "other-app":
            return Fault("it opens another program (e-mail or telephone) and not CEOP's site", Severity.critical)
        if press.how == "download":
            return Fault("it hands out a file and does not open CEOP's site", Severity.critical)
        if press.landing is None:
            return Fault("nothing opened", Severity.critical)
        arrival = self._arrival(press)
        if arrival.outcome is Outcome.passed:
            return None
        if wrong := _mistyped(control.raw_href):
            return Fault(f"its address “{wrong}” is mistyped, so {arrival.reason}", arrival.severity)
        return Fault(arrival.reason, arrival.severity, unsure=arrival.outcome is not Outcome.failed)

    def _named(self, control: Control) -> Iterator[Fault]:
        name = control.name.strip()
        if not name:
            yield Fault("it has no name, so a screen reader can only say “link” or “button”")
        elif _FILE_NAME.match(name) or _PHOTO.match(name):
            yield Fault(f"its name is a file name or says nothing (“{name[:80]}”); a screen reader reads that out")
        elif _contradicts(control):
            yield Fault(f"a screen reader calls it “{name[:60]}”, while “{control.text.strip()[:60]}” is what is shown")
        elif re.search(r"\blogo\b", name, re.IGNORECASE) and not _REPORTS.search(name):
            yield Fault(
                f"its name (“{name[:80]}”) speaks of a picture and not of what the link does", Severity.moderate
            )

    def works(self, width: int) -> bool:
        """Whether it works at this width."""
        return not self.faults(width)

    @property
    def dead(self) -> Fault | None:
        """Why a child who presses it is misled, None when it works, is hidden or does not promise a report.

        A broken link to advice on CEOP's site is a broken link: nobody takes it for the way to report.
        """
        clues = self.control.route_clues
        offers = self.says_report or self.wrong_place is not None or "ceop-image" in clues or "ceop-handler" in clues
        if not (self.promises and offers) or not any(self.visible(width) for width in self.at):
            return None
        if self.wrong_place is not None:
            return self.wrong_place
        for width in self.at:
            press = self.presses.get((width, "mouse"))
            if press is None or not self.visible(width) or press.problem in ("covered", "not-visible", "off-page"):
                continue
            fault = self._press_fault(press, self.at[width])
            if fault is not None and not fault.unsure and "changed" not in press.detail:
                return fault
        return None

    def lesser(self) -> Iterator[str]:
        """How a working route could be better, each a clause."""
        control = self.control
        if self.entry is not None and urlsplit(control.href).scheme == "http":
            yield "its address begins with http:// and not https://"
        arrival = self.arrival
        first = self.entry or (self.registers.classify(self.landing.requested) if self.landing else None)
        if first is not None and first.address_class is AddressClass.official_weak:
            yield f"it leads to {host_of(control.href) or 'CEOP'}: {first.note}; the Safety Centre is the better target"
        elif arrival is not None and arrival.address_class is AddressClass.official_weak:
            yield "it ends elsewhere on CEOP's site and not in the Safety Centre"
        ended = self.landing.landing.url if self.landing and self.landing.landing else ""
        if urlsplit(ended).scheme == "http" and urlsplit(control.href).scheme != "http":
            yield f"it ends at {ended[:80]}, which is not encrypted"
        name = control.name.strip()
        if any(is_file_name(name, image.src) for image in control.images):
            yield f"its name (“{name[:60]}”) is the name of its picture's file"
        elif name.lower().strip(" .>»:!") in self.options.weak_names or not _TELLING.search(name):
            yield f"its name (“{name[:60]}”) does not say where it leads"
        elif re.fullmatch(r"(?:the )?(?:click )?ceop[.!:]?", name, re.IGNORECASE) and name.lower() != "click ceop":
            yield f"its name (“{name[:60]}”) does not say that one can report there"
        for width, one in sorted(self.at.items(), reverse=True):
            small = min(one.box.width, one.box.height) < self.options.smallest
            if small and one.images and not one.text and not one.hidden_because:
                yield (
                    f"it is only {one.box.width:.0f} by {one.box.height:.0f} pixels large at {width} pixels page "
                    f"width; {self.options.smallest} by {self.options.smallest} is the least"
                )
                break
        for (width, means), press in sorted(self.presses.items(), reverse=True):
            if means == "mouse" and press.covered_dismissed:
                over = self.at[width].covered_by or "something"
                yield f"at {width} pixels page width something lies over it until that is put away ({over[:120]})"
                break
        else:
            for width, one in sorted(self.at.items(), reverse=True):
                apart = bool(one.covered_by) and not one.covered_by.endswith("which surrounds it")
                if one.hit is False and not one.hidden_because and apart:
                    over = one.covered_by[:120]
                    yield f"at {width} pixels page width something lies over its middle at first ({over})"
                    break
        if any(press.detail.startswith("after opening") for press in self.presses.values()):
            yield "it can only be seen after something else has been opened"
        if any("on a page in between" in press.detail for press in self.presses.values()):
            yield "it leads to a page in between, where one must press again"
        if any("after a question" in press.detail for press in self.presses.values()):
            yield "it opens only after a question of the page has been answered"
        elif any("second press" in press.detail for press in self.presses.values()):
            yield "it opens only at the second press"
        if any(press.how == "new-tab" for press in self.presses.values()) and not _TELLS_TAB.search(name):
            yield "it opens a new tab without saying so"
        if any(not image.loaded and image.visible for image in control.images):
            yield "its picture does not load"
        if any("its picture is blank" in press.detail for press in self.presses.values()):
            yield "its picture is blank: there is nothing on it to be seen"


def _mouse_fault(press: Press, control: Control) -> Fault:
    over = control.covered_by or press.detail
    said = {
        "covered": f"something lies over it and cannot be put away ({over[:160]})",
        "not-visible": f"it cannot be seen when it is to be pressed ({press.detail})",
        "off-page": "it lies outside the edge of the page",
        "no-effect": f"pressing it leads nowhere ({press.detail})",
    }
    if press.problem == "covered" and control.covered_by.endswith("which surrounds it"):
        return Fault(f"a press on its middle does not reach it ({over[:160]})", Severity.critical)
    if control.covered_by == "pointer-events: none":
        return Fault("the page's styles make it ignore every press (pointer-events: none)", Severity.critical)
    return Fault(said.get(press.problem, f"it could not be pressed ({press.detail})"), Severity.critical)


def _keyboard_fault(press: Press) -> Fault:
    said = {
        "not-focusable": f"it works with the mouse only: {press.detail}",
        "focus-lost": f"it cannot be reached with the Tab key ({press.detail})",
        "no-effect": f"the Enter key leads nowhere ({press.detail})",
        "not-visible": "it cannot be seen, so it could not be tried with the keyboard",
    }
    return Fault(said.get(press.problem, f"it could not be tried with the keyboard ({press.detail})"))


def _contradicts(control: Control) -> bool:
    """Whether what a screen reader is told has not a word of what is shown, and only the latter speaks of CEOP."""
    name, text = control.name.lower(), control.text.lower()
    shared = set(re.findall(r"\w{3,}", name)) & set(re.findall(r"\w{3,}", text))
    return bool(text.strip()) and not shared and bool(_TELLING.search(text)) and not _TELLING.search(name)


def _mistyped(raw: str) -> str:
    """An address of CEOP's that was written wrongly, as far as it is worth quoting; "" when it was not."""
    text = raw.strip()
    whole = re.match(r"https?://(?!https?[:/])", text, re.IGNORECASE)
    return text[:60] if "ceop" in text.lower() and not whole and _MISTYPED.match(text) else ""


def speaks_of_reporting(control: Control) -> bool:
    """Whether a control's name, text or picture's file name speaks of reporting."""
    words = " ".join((control.name, control.text, *(_file(one.src) for one in control.images)))
    return _REPORTS.search(words) is not None


def routes_of(page: RenderedPage, registers: Registers, options: RouteOptions) -> list[Route]:
    """Every control of the page that has to do with CEOP, its widths and presses put together."""
    found: dict[tuple[str, str], Route] = {}
    for view in page.views:
        for control in view.controls:
            if control.route_clues and "unlinked-image" not in control.route_clues:
                key = (control.frame, control.selector)
                route = found.setdefault(key, Route(page, registers, options, {}))
                route.at.setdefault(view.width, control)
    for press in page.presses:
        route_or_none = found.get((press.frame, press.selector))
        if route_or_none is not None:
            route_or_none.presses[press.width, press.means] = press
    return list(found.values())


def _file(src: str) -> str:
    return urlsplit(src).path.rpartition("/")[2] if not src.startswith("data:") else ""
