"""The reporting route is pressed as a person would press it: by mouse and by keyboard, at both widths."""

from __future__ import annotations

import time
from collections.abc import MutableMapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.async_api import ElementHandle, Frame
from playwright.async_api import Error as PlaywrightError

from sgaudit.browser.clues import RouteClues
from sgaudit.browser.effects import Effects, landing_key
from sgaudit.browser.hands import ONWARD, Act, Hands
from sgaudit.browser.landing import follow
from sgaudit.browser.reach import PUT_AWAY, Reach
from sgaudit.browser.troubles import first_line
from sgaudit.model.evidence import Control, Landing, Press, Trouble, View

if TYPE_CHECKING:
    from sgaudit.browser.session import Tab

_MOST = 4
_PAGE_SECONDS = 120.0
_EFFECT_SECONDS = 2.5
# What came to nothing once is not waited for as long again.
_AGAIN_SECONDS = 1.0
_STEP_SECONDS = 6.0
# A window narrower than this, in CSS pixels, is a phone's.
NARROW = 600
# Troubles that may have passed a moment later.
_PASSING = frozenset(
    {Trouble.timeout, Trouble.refused, Trouble.protocol, Trouble.name_not_resolved, Trouble.crashed, Trouble.empty}
)


async def press_routes(
    tab: Tab,
    url: str,
    views: Sequence[View],
    clues: RouteClues,
    landings: MutableMapping[str, Landing],
    folder: Path,
    prefix: str,
    widths: Sequence[int],
) -> tuple[Press, ...]:
    """Press every likely reporting route of the page at `url`, opened anew where a press changed it.

    `landings` (by `landing_key`, shared over the run) gains what is met for the first time; an address in it is
    only watched until its navigation begins. Pictures go to `folder`/evidence. Nothing is ever submitted.
    """
    presser = _Presser(tab, url, clues, landings, folder, prefix)
    return await presser.all(views, widths)


class _Presser:
    def __init__(
        self,
        tab: Tab,
        url: str,
        clues: RouteClues,
        landings: MutableMapping[str, Landing],
        folder: Path,
        prefix: str,
    ) -> None:
        self.tab = tab
        self.reach = Reach(tab)
        self.hands = Hands(tab, self.reach)
        self.url = url
        self.clues = clues
        self.landings = landings
        self.folder = folder
        self.prefix = prefix
        self.stale = True
        self.lost = False
        self.brought_out: dict[tuple[str, str], str] = {}
        self.idle: set[tuple[str, str]] = set()
        self.opened: set[tuple[int, tuple[str, str]]] = set()
        self.tried: dict[tuple[int, tuple[str, str]], str] = {}
        self.unseen: set[tuple[int, tuple[str, str]]] = set()
        self.dismissed_any = False
        self.ends = time.monotonic() + _PAGE_SECONDS

    async def all(self, views: Sequence[View], widths: Sequence[int]) -> tuple[Press, ...]:
        by_width = {view.width: {_key(one): one for one in view.controls if one.route_clues} for view in views}
        seen: dict[tuple[str, str], Control] = {}
        for one in (control for view in views for control in view.controls if control.route_clues):
            known = seen.get(_key(one))
            if known is None or known.hidden_because:
                seen[_key(one)] = one
        chosen = self.clues.to_press(tuple(seen.values()), self.url, _MOST)
        presses: list[Press] = []
        for view in sorted(views, key=lambda one: -one.width):
            if view.width not in widths:
                continue
            self.stale = True
            for number, wanted in enumerate(chosen, 1):
                control = by_width[view.width].get(_key(wanted))
                pair = [
                    await self._press(control or wanted, view, means, control is None)
                    for means in ("mouse", "keyboard")
                ]
                if any(press.how != "not-pressed" for press in pair):
                    pair[0] = pair[0].model_copy(
                        update={"screenshot": await self._picture(control or wanted, view, number)}
                    )
                presses += pair
        if self.dismissed_any:
            await self._forget()
        return tuple(presses)

    async def _press(self, control: Control, view: View, means: str, absent: bool) -> Press:
        act = Act(control, view.width, means)
        if absent:
            return act.made("not-pressed", "not-visible", "it is not on the page at this width")
        if time.monotonic() > self.ends or self.lost:
            return act.made("not-pressed", "stuck", "there was no time left for this page")
        try:
            return await self._tried(act, view)
        except PlaywrightError as error:
            self.stale = True
            return act.made("nothing", "page-lost", first_line(str(error)) or type(error).__name__)
        except Exception as error:  # noqa: BLE001 - a stranger's page broke our press; that is what we saw of it
            await self._renew()
            return act.made("nothing", "stuck", first_line(str(error)) or type(error).__name__)

    async def _tried(self, act: Act, view: View) -> Press:
        """One press, and once more on a page opened anew when nothing came of it on one that had been used.

        A far end that cannot be reached is given a second try as well, the first time a run comes to it.
        """
        if act.means == "keyboard" and _folded(act.control) and _key(act.control) in self.brought_out:
            self.stale = True  # the mouse has opened what hides it; the keyboard must be able to do so as well
        used = await self._ready(view)
        press = await self._once(act)
        landing = press.landing
        missed = landing is not None and not press.shared and (landing.trouble in _PASSING or _out_of_order(landing))
        if missed or (used and press.problem in ("no-effect", "detached", "focus-lost", "not-focusable")):
            self.stale = True
            act.notes.clear()
            for place in ("same-tab", "in-frame") if missed else ():
                self.landings.pop(landing_key(press.requested, place), None)
            await self._ready(view)
            press = await self._once(act)
        return press

    async def _ready(self, view: View) -> bool:
        """The page stands open at this width. True when it has been pressed on since it was opened."""
        if not self.stale:
            return True
        await self.tab.resize(view.width, view.height)
        opened = await self.tab.open(self.url)
        if opened.trouble is not None:
            self.lost = True
            raise PlaywrightError(f"the page could not be opened again: {opened.message}")
        self.stale = False
        self.brought_out.clear()
        return False

    async def _once(self, act: Act) -> Press:
        control = act.control
        frame, handle = await self.reach.find(control)
        if handle is None or frame is None:
            return act.made("nothing", "detached", "it was there when the page was read, and gone when it was pressed")
        if control.hidden_because and control.tag != "area":
            if not await self._brought_out(act, handle):
                if act.means == "keyboard" and (act.width, _key(control)) in self.opened:
                    return act.made("not-pressed", "not-focusable", "what hides it cannot be opened with the keyboard")
                return act.made("not-pressed", "not-visible", self.tried.get((act.width, _key(control)), ""))
        elif control.hidden_because:
            return act.made("not-pressed", "not-visible", control.hidden_because)
        effects = Effects(self.tab.page, frame, self.landings, self.clues.registers)
        await self.tab.run(effects.open(), _STEP_SECONDS)
        try:
            if act.means == "mouse":
                touch = act.width < NARROW
                cause = await self.hands.mouse(act, frame, handle, effects, touch=touch)
                self.dismissed_any = self.dismissed_any or act.dismissed
            else:
                cause = await self.hands.keyboard(act, frame, handle, effects)
            if cause is not None:
                return act.made("nothing", cause.problem, cause.detail)
            return await self._outcome(act, frame, handle, effects)
        finally:
            await self.tab.run(effects.close(), _STEP_SECONDS)

    async def _brought_out(self, act: Act, handle: ElementHandle) -> bool:
        key = _key(act.control)
        if (act.width, key) in self.unseen:
            return False
        note = self.brought_out.get(key)
        if not note and _folded(act.control):
            note, tried = await self.reach.bring_out(handle, keys=act.means == "keyboard")
            if tried:
                self.tried.setdefault((act.width, key), tried)
        elif not note:
            note = await self.reach.bring_up(handle)
        if note:
            self.brought_out[key] = note
            self.opened.add((act.width, key))
            act.notes.append(note)
            if note == PUT_AWAY:
                act.dismissed = self.dismissed_any = True
        else:
            self.unseen.add((act.width, key))
        return bool(note)

    async def _outcome(self, act: Act, frame: Frame, handle: ElementHandle, effects: Effects) -> Press:
        """What came of the press, followed to its end where it is new."""
        something = await effects.wait(_AGAIN_SECONDS if _key(act.control) in self.idle else _EFFECT_SECONDS)
        if not something and not effects.said:
            something = await self.hands.insist(act, handle, effects)
        if effects.said:
            act.notes.append(f"the page asked: “{effects.said[0]}”")
        if effects.form:
            self.stale = True
            return act.made("nothing", "form", f"a form would be sent to {effects.form[:200]}", requested=effects.form)
        if effects.download:
            self.stale = True
            return act.made("download", "", f"a file was offered: {effects.download[:200]}", requested=effects.download)
        if effects.other_app:
            return act.made(
                "other-app",
                "",
                f"another program was asked for: {effects.other_app[:200]}",
                requested=effects.other_app,
            )
        if effects.late_popup:
            return act.made("nothing", "no-effect", "it opens a pop-up so late that browsers block it")
        course = effects.course
        if course is None:
            if effects.popup is not None:
                return act.made("new-tab", "no-effect", "a new page opened, but stayed empty")
            self.stale = True
            self.idle.add(_key(act.control))
            detail = "something happened that led nowhere"
            if not something:
                detail = await self.hands.why_nothing(act, frame, handle, effects)
            return act.made("nothing", "no-effect", detail)
        address = landing_key(course.requested, course.place)
        if course.stopped:
            # The navigation was stopped at its start, so the page still stands.
            return act.made(course.place, requested=course.requested, landing=self.landings[address], shared=True)
        self.stale = True
        landing = await follow(self.tab, course, self.clues.official)
        if landing.trouble is None and (onward := await self.hands.onward(course, self.clues.official)):
            act.notes.append(f"{ONWARD} (“{onward}”)")
            landing = await follow(self.tab, course, self.clues.official)
        if effects.download:
            return act.made("download", "", f"a file was offered: {effects.download[:200]}", requested=course.requested)
        self.landings[address] = landing
        if landing.trouble is Trouble.timeout and course.place != "new-tab":
            await self._renew()
        return act.made(course.place, requested=course.requested, landing=landing)

    async def _picture(self, control: Control, view: View, number: int) -> str:
        """The element with what stands round it, boxed; empty when it could not be photographed."""
        name = f"evidence/{self.prefix}-route-{number}-{view.width}.jpg"
        try:
            await self._ready(view)
            _, handle = await self.reach.find(control)
            if handle is None:
                return ""
            if control.tag == "area":
                handle = await self.reach.element(handle, "area") or handle
            await self.reach.ask(handle, "outline", on=True)
            box = await self.tab.run(handle.bounding_box(), _STEP_SECONDS)
            if box is None:
                return ""
            height = min(float(view.height), max(260.0, box["height"] + 160))
            top = min(max(0.0, box["y"] + box["height"] / 2 - height / 2), max(0.0, view.height - height))
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            clip: Any = {"x": 0, "y": top, "width": float(view.width), "height": height}
            await self.tab.run(
                self.tab.page.screenshot(
                    path=path, type="jpeg", quality=60, clip=clip, animations="disabled", timeout=4000
                ),
                _STEP_SECONDS,
            )
            await self.reach.ask(handle, "outline", on=False)
        except PlaywrightError:
            self.stale = True
            return ""  # a missing picture costs nothing but the picture
        return name

    async def _renew(self) -> None:
        self.stale = True
        await self.tab.renew()

    async def _forget(self) -> None:
        """Other pages must show their consent layers as on a first visit."""
        await self.tab.run(self.tab.page.context.clear_cookies(), _STEP_SECONDS)
        try:
            await self.tab.run(
                self.tab.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }"), _STEP_SECONDS
            )
        except PlaywrightError:
            await self._renew()


def _key(control: Control) -> tuple[str, str]:
    return control.frame, control.selector


def _out_of_order(landing: Landing) -> bool:
    """Whether the far end answered that it has trouble of its own, which may have passed a moment later."""
    return landing.status is not None and landing.status >= 500


def _folded(control: Control) -> bool:
    """Whether something that a visitor can open hides it, rather than its being out of reach of the page."""
    return bool(control.hidden_because) and control.hidden_because != "off-page"
