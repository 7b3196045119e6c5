"""What a person does to one link or button: looks at it, presses it by mouse or key, and presses on when asked to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from playwright.async_api import ElementHandle, FloatRect, Frame, Position
from playwright.async_api import Error as PlaywrightError

from sgaudit.browser.effects import Course, Effects
from sgaudit.browser.reach import FRAME_STILL_SECONDS, PUT_AWAY, Cause, Reach, cause_of
from sgaudit.browser.waiting import until
from sgaudit.model.evidence import Control, Press

if TYPE_CHECKING:
    from sgaudit.browser.session import Tab

_CLICK_SECONDS = 2.5
_AGAIN_SECONDS = 1.0
_STEP_SECONDS = 6.0
_TAP_SECONDS = 0.6
_DRAWN_SECONDS = 1.2
_MOST_TABS = 30
# What an element draws may stand out of its box a little.
_MARGIN = 24.0
ASKED = "only after a question of the page was answered"
BLANK = "its picture is blank"
ONWARD = "only after a press on a page in between"
SECOND_PRESS = "only at the second press"
# What a question put by the page is answered with to go on.
_GO_ON = r"\b(?:continue|proceed|leave|yes|go (?:on|to|there)|take me|visit|open|ok|okay|i understand)\b"


_NOT_DRAWN = Cause(
    "not-visible",
    "nothing is drawn where it stands: its picture is blank or did not load, or something is painted over it",
)
_NO_TAP = Cause("no-effect", "the page takes the finger's touch for itself, so a tap does nothing")


@dataclass
class Act:
    """One press in the making."""

    control: Control
    width: int
    means: str
    notes: list[str] = field(default_factory=list)
    tabs: int | None = None
    dismissed: bool = False

    def made(self, how: str, problem: str = "", detail: str = "", **more: Any) -> Press:
        """The press as evidence."""
        said = "; ".join(part for part in (*self.notes, detail) if part)
        return Press(
            selector=self.control.selector,
            frame=self.control.frame,
            width=self.width,
            means=self.means,
            how=how,
            problem=problem,
            detail=said[:500],
            tabs=self.tabs,
            covered_dismissed=self.dismissed,
            **more,
        )


class Hands:
    """Presses elements of the page that `tab` has open. Raises Stuck, and Playwright's Error where it went away."""

    def __init__(self, tab: Tab, reach: Reach) -> None:
        self._tab = tab
        self._reach = reach

    async def mouse(
        self, act: Act, frame: Frame, handle: ElementHandle, effects: Effects, *, touch: bool
    ) -> Cause | None:
        """Press with the mouse, after a touch where a finger is what visitors have; why that failed, else None."""
        await self._reach.still(frame, handle)
        layered = act.control.hit is False and await self._reach.layer_back(handle)
        if layered and await self._reach.dismiss(handle):
            act.dismissed = True
            act.notes.append(PUT_AWAY)
        elif layered:
            await self._reach.layer_goes(handle)
        if not await self._drawn(act, handle):
            return _NOT_DRAWN
        if touch and act.control.tag != "area" and await self._swallowed(handle, effects):
            return _NO_TAP
        cause = await self._click(act, handle, effects)
        if cause is not None and cause.problem == "covered":
            if await self._reach.dismiss(handle):
                act.dismissed = True
                act.notes.append(PUT_AWAY)
                cause = await self._click(act, handle, effects) if await self._drawn(act, handle) else _NOT_DRAWN
            elif not layered and await self._reach.layer_goes(handle):
                cause = await self._click(act, handle, effects) if await self._drawn(act, handle) else _NOT_DRAWN
        if cause is None and frame is not self._tab.page.main_frame and not await effects.wait(1.5):
            await asyncio.sleep(FRAME_STILL_SECONDS)
            cause = await self._click(act, handle, effects)
        return cause

    async def keyboard(self, act: Act, frame: Frame, handle: ElementHandle, effects: Effects) -> Cause | None:
        """Press by Tab and Enter; why that could not be done, None when it was."""
        placed = await self._reach.ask(handle, "before")
        if placed["place"] < 0:
            return Cause("not-focusable", "the Tab key does not stop at it")
        act.tabs = placed["place"] + 1
        key = placed["key"]
        if not key and frame.parent_frame is not None:
            holder = await self._tab.run(frame.frame_element(), _STEP_SECONDS)
            outside = await self._reach.ask(holder, "before")
            act.tabs += max(0, outside["place"])
            key = outside["key"]
        active = await self._tabbed(handle, key, 1 if key else min(_MOST_TABS, act.tabs + 3))
        if not active["on"]:
            instead = f"; it went to {active['instead']}" if active["instead"] else ""
            return Cause("focus-lost", f"Tab did not bring the focus to it{instead}")
        effects.pressed()
        await self._tab.run(self._tab.page.keyboard.press("Enter"), _STEP_SECONDS)
        return None

    async def _tabbed(self, handle: ElementHandle, key: str, most: int) -> dict[str, Any]:
        """Where the focus is after at most so many presses, fewer when it has come to the element."""
        active: dict[str, Any] = {"on": False, "instead": ""}
        for _ in range(most):
            await self._tab.run(self._tab.page.keyboard.press(key or "Tab"), _STEP_SECONDS)
            active = await self._reach.ask(handle, "active")
            if active["on"]:
                break
        return active

    async def insist(self, act: Act, handle: ElementHandle, effects: Effects) -> bool:
        """Nothing came of a press: say yes to what the page asks now, or press a second time. True if it helped."""
        try:
            goer = await self._reach.goer(_GO_ON)
            target = goer or handle
            if act.means == "mouse":
                await self._tab.run(target.click(timeout=_CLICK_SECONDS * 1000, no_wait_after=True), _STEP_SECONDS)
            else:
                await self._tab.run(target.focus(), _STEP_SECONDS)
                if not (await self._reach.ask(target, "active"))["on"]:
                    return False
                await self._tab.run(self._tab.page.keyboard.press("Enter"), _STEP_SECONDS)
            said = await self._reach.said(goer) if goer else ""
        except PlaywrightError:
            return False  # what the first press left behind cannot be pressed
        if not await effects.wait(_AGAIN_SECONDS):
            if goer:
                act.notes.append(f"the page then offers “{said}”, which leads nowhere either")
            return False
        act.notes.append(f"{ASKED} (“{said}”)" if goer else SECOND_PRESS)
        return True

    async def onward(self, course: Course, is_goal: Callable[[str], bool]) -> str:
        """Press the link that goes on from a page which only says that one leaves the site; what it says, or ""."""
        frame = course.frame
        if frame is None or is_goal(frame.url):
            return ""
        root = await self._tab.run(frame.query_selector("html"), _STEP_SECONDS)
        link = await self._reach.element(root, "onward", words=_GO_ON) if root else None
        if link is None or not is_goal(str(await self._reach.ask(link, "leads"))):
            return ""
        said, before = await self._reach.said(link), course.last
        await self._tab.run(link.click(timeout=_CLICK_SECONDS * 1000, no_wait_after=True), _STEP_SECONDS)
        return said if await until(lambda: course.last != before, _CLICK_SECONDS) else ""

    async def why_nothing(self, act: Act, frame: Frame, handle: ElementHandle, effects: Effects) -> str:
        """What is known of why nothing came of a press."""
        raw = act.control.raw_href.strip()
        try:
            wanting = str(await self._reach.ask(handle, "wanting"))
            walled = await self._walled(frame)
            flees = act.means == "mouse" and not act.notes and await self._flees(handle)
        except PlaywrightError:
            return "nothing happened"  # the press took the element away
        if effects.broke:
            return f"the script that it sets off fails: “{effects.broke}”"
        if wanting:
            return f"the form it stands in wants “{wanting}” filled in first"
        if walled:
            return "the frame it stands in may not open pages: its sandbox does not let it"
        if flees:
            return "it moves away when the pointer comes to it"
        if raw.startswith("#") or raw.lower().startswith("javascript:"):
            return f"nothing happened: its address is only “{raw[:40]}”"
        return "nothing happened: a script of the page stops it" if raw else "nothing happened"

    async def _flees(self, handle: ElementHandle) -> bool:
        """Whether it is elsewhere once the pointer has come to it."""
        mouse = self._tab.page.mouse
        await self._tab.run(mouse.move(1, 1), _STEP_SECONDS)
        before = await self._tab.run(handle.bounding_box(), _STEP_SECONDS)
        if before is None:
            return False
        await self._tab.run(
            mouse.move(before["x"] + before["width"] / 2, before["y"] + before["height"] / 2), _STEP_SECONDS
        )
        await asyncio.sleep(0.1)
        after = await self._tab.run(handle.bounding_box(), _STEP_SECONDS)
        if after is None:
            return True
        far = max(abs(after["x"] - before["x"]), abs(after["y"] - before["y"]))
        return far > max(before["width"], before["height"]) / 2

    async def _walled(self, frame: Frame) -> bool:
        if frame.parent_frame is None:
            return False
        holder = await self._tab.run(frame.frame_element(), _STEP_SECONDS)
        rights = await self._tab.run(holder.get_attribute("sandbox"), _STEP_SECONDS)
        return rights is not None and not ("allow-popups" in rights or "allow-top-navigation" in rights)

    async def _swallowed(self, handle: ElementHandle, effects: Effects) -> bool:
        """Whether the page takes a touch for itself and makes nothing of it."""
        effects.pressed()
        return bool(await self._reach.ask(handle, "touched")) and not await effects.wait(_TAP_SECONDS)

    async def _click(self, act: Act, handle: ElementHandle, effects: Effects) -> Cause | None:
        target: ElementHandle = handle
        where: Position | None = None
        if act.control.tag == "area":
            picture = await self._reach.element(handle, "area")
            box = await self._tab.run(picture.bounding_box(), _STEP_SECONDS) if picture else None
            if picture is None or box is None:
                return Cause("not-visible", "the picture of the image map is not there")
            x, y = await self._reach.ask(handle, "middle", width=box["width"], height=box["height"])
            target, where = picture, {"x": x, "y": y}
        else:
            target = await self._reach.element(handle, "part") or handle
        effects.pressed()
        cause = await self._clicked(target, where, effects)
        if cause is not None and cause.problem == "unsteady":
            await self._reach.ask(handle, "hold")
            cause = await self._clicked(target, where, effects)
        return Cause("no-effect", cause.detail) if cause is not None and cause.problem == "unsteady" else cause

    async def _clicked(self, target: ElementHandle, where: Position | None, effects: Effects) -> Cause | None:
        try:
            await self._tab.run(
                target.click(timeout=_CLICK_SECONDS * 1000, no_wait_after=True, position=where), _STEP_SECONDS
            )
        except PlaywrightError as error:
            return None if effects.course is not None else cause_of(str(error))
        return None

    async def _drawn(self, act: Act, handle: ElementHandle) -> bool:
        """Whether there is something of the element to be seen. What lies over it is no concern of this.

        A picture that came and is all see-through is noted, and counts: where it stands can be seen.
        """
        ends = time.monotonic() + _DRAWN_SECONDS
        while not await self._stands_out(handle):
            if time.monotonic() > ends:
                break
            await asyncio.sleep(0.3)
        else:
            return True
        if not await self._reach.ask(handle, "fill", on=True):
            return False
        try:
            if not await self._stands_out(handle):
                return False
        finally:
            await self._reach.ask(handle, "fill", on=False)
        act.notes.append(BLANK)
        return True

    async def _stands_out(self, handle: ElementHandle) -> bool:
        """Whether the picture of the page changes when the element is taken out of it; also where that is not known."""
        if await self._reach.ask(handle, "covered"):
            return True
        shown = await self._reach.element(handle, "part")
        box = await self._tab.run(shown.bounding_box(), _STEP_SECONDS) if shown else None
        if box is None:
            return True
        faded = await self._reach.ask(handle, "fade", on=True)
        if not faded["can"]:
            return True
        try:
            without = await self._shot(box)
        finally:
            await self._reach.ask(handle, "fade", on=False, style=faded["style"])
        return without is None or without != await self._shot(box)

    async def _shot(self, box: FloatRect) -> bytes | None:
        """A picture of what is at `box` and round it, None where that is out of the window."""
        page = self._tab.page
        size = page.viewport_size
        if size is None:
            return None
        left, top = max(0.0, box["x"] - _MARGIN), max(0.0, box["y"] - _MARGIN)
        right = min(float(size["width"]), box["x"] + box["width"] + _MARGIN)
        bottom = min(float(size["height"]), box["y"] + box["height"] + _MARGIN)
        if right - left < 1 or bottom - top < 1:
            return None
        clip: FloatRect = {"x": left, "y": top, "width": right - left, "height": bottom - top}
        return await self._tab.run(page.screenshot(type="png", clip=clip, timeout=4000), _STEP_SECONDS)
