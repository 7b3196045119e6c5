"""The reporting route is pressed as a person would press it: by mouse and by keyboard, at both widths."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag

from playwright.async_api import ElementHandle, Frame
from playwright.async_api import Error as PlaywrightError

from sgaudit.browser.clues import RouteClues
from sgaudit.browser.effects import Effects
from sgaudit.browser.landing import follow
from sgaudit.model.evidence import Control, Landing, Press, Trouble, View

if TYPE_CHECKING:
    from sgaudit.browser.session import Tab

_MOST = 4
_PAGE_SECONDS = 120.0
_CLICK_SECONDS = 2.5
_EFFECT_SECONDS = 3.0
_STEP_SECONDS = 6.0
# Chromium drops a click into another site's frame for about half a second after that frame has moved.
_FRAME_STILL_SECONDS = 0.7
_TELL = f"(el, arg) => {(Path(__file__).parent / 'press.js').read_text('utf-8').strip()}[arg.ask](el, arg)"
# What puts a consent layer away, the choice that gives least away first.
_DISMISS = (
    r"\b(?:reject|decline|refuse|deny)\b",
    r"\b(?:necessary|essential)\b|\bno,? thank",
    r"\b(?:close|dismiss|hide)\b|^[×✕✖x]$",
    r"\b(?:accept|agree|allow|ok|okay|got it|continue|understand|understood)\b",
)


@dataclass(frozen=True)
class _Cause:
    problem: str
    detail: str


@dataclass
class _Act:
    """One press in the making."""

    control: Control
    width: int
    means: str
    notes: list[str] = field(default_factory=list)
    tabs: int | None = None
    dismissed: bool = False

    def made(self, how: str, problem: str = "", detail: str = "", **more: Any) -> Press:
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

    `landings` (by requested address, shared over the run) gains what is met for the first time; an address in it is
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
        self.url = url
        self.clues = clues
        self.landings = landings
        self.folder = folder
        self.prefix = prefix
        self.stale = True
        self.lost = False
        self.dismissed_any = False
        self.ends = time.monotonic() + _PAGE_SECONDS

    async def all(self, views: Sequence[View], widths: Sequence[int]) -> tuple[Press, ...]:
        by_width = {view.width: {_key(one): one for one in view.controls if one.route_clues} for view in views}
        seen: dict[tuple[str, str], Control] = {}
        for view in views:
            for control in view.controls:
                known = seen.get(_key(control))
                if control.route_clues and (known is None or known.hidden_because):
                    seen[_key(control)] = control
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
        act = _Act(control, view.width, means)
        if absent:
            return act.made("not-pressed", "not-visible", "it is not on the page at this width")
        if time.monotonic() > self.ends or self.lost:
            return act.made("not-pressed", "stuck", "there was no time left for this page")
        try:
            return await self._tried(act, view)
        except PlaywrightError as error:
            self.stale = True
            return act.made("nothing", "page-lost", _first(error))
        except Exception as error:  # noqa: BLE001 - a stranger's page broke our press; that is what we saw of it
            await self._renew()
            return act.made("nothing", "stuck", _first(error))

    async def _tried(self, act: _Act, view: View) -> Press:
        """One press, and once more on a page opened anew when nothing came of it on one that had been used."""
        used = await self._ready(view)
        press = await self._once(act, view)
        if used and press.problem in ("no-effect", "detached", "focus-lost", "not-focusable"):
            self.stale = True
            act.notes.clear()
            await self._ready(view)
            press = await self._once(act, view)
        return press

    async def _ready(self, view: View) -> bool:
        """The page stands open at this width. True when it has been pressed on since it was opened."""
        if not self.stale:
            return True
        await self.tab.resize(view.width, view.height)
        opened = await self.tab.open(self.url)
        trouble = getattr(opened, "trouble", None)
        if trouble is not None:
            self.lost = True
            raise PlaywrightError(f"the page could not be opened again: {getattr(opened, 'message', trouble)}")
        self.stale = False
        return False

    async def _once(self, act: _Act, view: View) -> Press:
        control = act.control
        frame, handle = await self._find(control)
        if handle is None or frame is None:
            return act.made("nothing", "detached", "it was there when the page was read, and gone when it was pressed")
        if control.hidden_because and control.tag != "area":
            opened = await self._bring_out(act, handle)
            if not opened:
                return act.made("not-pressed", "not-visible", control.hidden_because)
        elif control.hidden_because:
            return act.made("not-pressed", "not-visible", control.hidden_because)
        effects = Effects(self.tab.page, frame, self.landings, self.clues.registers)
        await self.tab.run(effects.open(), _STEP_SECONDS)
        try:
            if act.means == "mouse":
                cause = await self._mouse(act, frame, handle, effects)
            else:
                cause = await self._keyboard(act, frame, handle, effects)
            if cause is not None:
                return act.made("nothing", cause.problem, cause.detail)
            return await self._outcome(act, effects)
        finally:
            await self.tab.run(effects.close(), _STEP_SECONDS)

    async def _find(self, control: Control) -> tuple[Frame | None, ElementHandle | None]:
        page = self.tab.page
        frames = [page.main_frame] if not control.frame else [one for one in page.frames if one.url == control.frame]
        for frame in frames:
            locator = frame.locator(control.selector)
            try:
                await self.tab.run(locator.first.wait_for(state="attached", timeout=3000), _STEP_SECONDS)
            except PlaywrightError:
                continue  # not in this frame; the next with the same address may have it
            handles = await self.tab.run(locator.element_handles(), _STEP_SECONDS)
            for handle in handles[:20]:
                raw = await self.tab.run(handle.get_attribute("href"), _STEP_SECONDS)
                if (raw or "")[:500] == control.raw_href or raw is None:
                    return frame, handle
        return None, None

    async def _ask(self, handle: ElementHandle, question: str, **arg: Any) -> Any:
        text = await self.tab.run(handle.evaluate(_TELL, {"ask": question, **arg}), _STEP_SECONDS)
        return json.loads(text)

    async def _element(self, handle: ElementHandle, question: str, **arg: Any) -> ElementHandle | None:
        found = await self.tab.run(handle.evaluate_handle(_TELL, {"ask": question, **arg}), _STEP_SECONDS)
        return found.as_element()

    async def _bring_out(self, act: _Act, handle: ElementHandle) -> bool:
        """Open what hides the element, as a person would; at most three things within one another."""
        for _ in range(3):
            opener = await self._element(handle, "opener")
            if opener is None:
                return False
            said = " ".join((await self.tab.run(opener.inner_text(), _STEP_SECONDS)).split())[:60]
            try:
                await self.tab.run(opener.click(timeout=1500), _STEP_SECONDS)
            except PlaywrightError:
                return False
            self.stale = False
            act.notes.append(f"after opening “{said}”" if said else "after opening what hides it")
            try:
                await self.tab.run(handle.wait_for_element_state("visible", timeout=1200), _STEP_SECONDS)
            except PlaywrightError:
                continue  # there may be something within something
            return True
        return False

    async def _mouse(self, act: _Act, frame: Frame, handle: ElementHandle, effects: Effects) -> _Cause | None:
        await self._still(frame, handle)
        cause = await self._click(act, handle, effects)
        if cause is not None and cause.problem == "covered" and await self._dismiss(handle):
            act.dismissed = True
            cause = await self._click(act, handle, effects)
            if cause is None:
                act.notes.append("only after a layer over it was put away")
        if cause is None and frame is not self.tab.page.main_frame and not await effects.wait(1.5):
            await asyncio.sleep(_FRAME_STILL_SECONDS)
            cause = await self._click(act, handle, effects)
        return cause

    async def _still(self, frame: Frame, handle: ElementHandle) -> None:
        if frame is self.tab.page.main_frame:
            return
        try:
            await self.tab.run(handle.scroll_into_view_if_needed(timeout=1500), _STEP_SECONDS)
        except PlaywrightError:
            return  # the click itself will say what is wrong
        await asyncio.sleep(_FRAME_STILL_SECONDS)

    async def _click(self, act: _Act, handle: ElementHandle, effects: Effects) -> _Cause | None:
        target, where = handle, None
        if act.control.tag == "area":
            picture = await self._element(handle, "area")
            box = await self.tab.run(picture.bounding_box(), _STEP_SECONDS) if picture else None
            if picture is None or box is None:
                return _Cause("not-visible", "the picture of the image map is not there")
            x, y = await self._ask(handle, "middle", width=box["width"], height=box["height"])
            target, where = picture, {"x": x, "y": y}
        effects.pressed()
        try:
            await self.tab.run(
                target.click(timeout=_CLICK_SECONDS * 1000, no_wait_after=True, position=where), _STEP_SECONDS
            )
        except PlaywrightError as error:
            if effects.course is not None:
                return None
            return _cause(str(error))
        return None

    async def _dismiss(self, handle: ElementHandle) -> bool:
        """Put away what lies over the element, by a plain button within it. True when such a button was pressed."""
        box = await self.tab.run(handle.bounding_box(), _STEP_SECONDS)
        if box is None:
            return False
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        top = await self.tab.run(self.tab.page.main_frame.query_selector("html"), _STEP_SECONDS)
        if top is None:
            return False
        button = await self._element(top, "dismisser", words=_DISMISS, **point)
        if button is not None:
            inner = await self.tab.run(button.content_frame(), _STEP_SECONDS)
            if inner is not None:
                root = await self.tab.run(inner.query_selector("html"), _STEP_SECONDS)
                button = await self._element(root, "dismisserHere", words=_DISMISS) if root else None
        if button is None:
            return False
        try:
            await self.tab.run(button.click(timeout=1500, no_wait_after=True), _STEP_SECONDS)
        except PlaywrightError:
            return False
        self.dismissed_any = True
        await asyncio.sleep(0.5)
        return True

    async def _keyboard(self, act: _Act, frame: Frame, handle: ElementHandle, effects: Effects) -> _Cause | None:
        page = self.tab.page
        placed = await self._ask(handle, "before")
        if placed["place"] < 0:
            return _Cause("not-focusable", "Tab does not stop at it")
        act.tabs = placed["place"] + 1
        key = placed["key"]
        if not key and frame.parent_frame is not None:
            holder = await self.tab.run(frame.frame_element(), _STEP_SECONDS)
            outside = await self._ask(holder, "before")
            act.tabs += max(0, outside["place"])
            key = outside["key"]
        await self.tab.run(page.keyboard.press(key or "Tab"), _STEP_SECONDS)
        active = await self._ask(handle, "active")
        if not active["on"]:
            instead = f"; it went to {active['instead']}" if active["instead"] else ""
            return _Cause("focus-lost", f"Tab did not bring the focus to it{instead}")
        effects.pressed()
        await self.tab.run(page.keyboard.press("Enter"), _STEP_SECONDS)
        return None

    async def _outcome(self, act: _Act, effects: Effects) -> Press:
        """What came of the press, followed to its end where it is new."""
        something = await effects.wait(_EFFECT_SECONDS)
        if effects.said:
            act.notes.append(f"the page asked: “{effects.said[0]}”")
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
        if effects.popup is not None and effects.late_popup:
            return act.made("nothing", "no-effect", "it opens a pop-up so late that browsers block it")
        course = effects.course
        if course is None:
            if effects.popup is not None:
                return act.made("new-tab", "no-effect", "a new page opened, but stayed empty")
            self.stale = True
            detail = "something happened that led nowhere" if something else "nothing happened"
            return act.made("nothing", "no-effect", detail)
        address = urldefrag(course.requested).url
        if course.stopped:
            # The navigation was stopped at its start, so the page still stands.
            return act.made(course.place, requested=course.requested, landing=self.landings[address], shared=True)
        self.stale = True
        landing = await follow(self.tab, course)
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
            _, handle = await self._find(control)
            if handle is None:
                return ""
            if control.tag == "area":
                handle = await self._element(handle, "area") or handle
            await self.tab.run(handle.scroll_into_view_if_needed(timeout=1500), _STEP_SECONDS)
            await self._ask(handle, "outline", on=True)
            box = await self.tab.run(handle.bounding_box(), _STEP_SECONDS)
            if box is None:
                return ""
            height = min(float(view.height), max(260.0, box["height"] + 160))
            top = min(max(0.0, box["y"] + box["height"] / 2 - height / 2), max(0.0, view.height - height))
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            clip = {"x": 0, "y": top, "width": float(view.width), "height": height}
            await self.tab.run(
                self.tab.page.screenshot(
                    path=path, type="jpeg", quality=60, clip=clip, animations="disabled", timeout=4000
                ),  # type: ignore[arg-type]
                _STEP_SECONDS,
            )
            await self._ask(handle, "outline", on=False)
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


def _first(error: Exception) -> str:
    text = str(error).strip()
    return text.splitlines()[0][:300] if text else type(error).__name__


def _cause(message: str) -> _Cause:
    """Which of the reasons for a click that did not happen this is, from Playwright's own log of it."""
    over = re.search(r"(<[^>]{1,200}>)[^\n]*?(?:from [^\n]*? subtree )?intercepts pointer events", message)
    if over:
        return _Cause("covered", f"{over.group(1)} lies over it")
    if "outside of the viewport" in message:
        return _Cause("off-page", "it lies outside the page")
    if "not visible" in message:
        return _Cause("not-visible", "it is not visible")
    if "not attached" in message or "detached" in message:
        return _Cause("detached", "it was taken off the page while it was being pressed")
    if "not enabled" in message:
        return _Cause("no-effect", "it is switched off (disabled)")
    if "not stable" in message:
        return _Cause("no-effect", "it never stops moving, so it cannot be pressed")
    return _Cause("no-effect", message.strip().splitlines()[0][:200])
