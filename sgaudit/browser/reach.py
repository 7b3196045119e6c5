"""Getting at an element as a person would: finding it, opening what hides it, putting away what lies over it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.async_api import ElementHandle, Frame
from playwright.async_api import Error as PlaywrightError

from sgaudit.browser.troubles import first_line
from sgaudit.browser.waiting import until
from sgaudit.model.evidence import Control

if TYPE_CHECKING:
    from sgaudit.browser.session import Tab

_STEP_SECONDS = 6.0
_CLICK_MS = 1500
_LAYER_SECONDS = 3.0
_MOST_TURNS = 12
_TURN_SECONDS = 0.3
_OPEN_SECONDS = 1.0
_MOST_TURNED = 3
# What a control is called that shows more, or the next of several, where nothing in the page ties it to them.
_TURN = r"\b(?:next|more|show|expand|open|menu|forward|view|report|worried|help)\b|^[›»→>☰≡+▼▾⌄]$|☰"
PUT_AWAY = "only after a layer was put away"
# Chromium drops a click into another site's frame for about half a second after that frame has moved.
FRAME_STILL_SECONDS = 0.7
_TELL = f"(el, arg) => {(Path(__file__).parent / 'press.js').read_text('utf-8').strip()}[arg.ask](el, arg)"
# What puts a consent layer away, the choice that gives least away first.
_DISMISS = (
    r"\b(?:reject|decline|refuse|deny)\b",
    r"\b(?:necessary|essential)\b|\bno,? thank|\b(?:not now|later|skip)\b",
    r"\b(?:close|dismiss|hide)\b|^[×✕✖x]$",
    r"\b(?:save|confirm)\b.{0,20}\b(?:choice|preference|setting|selection)",
    r"\b(?:accept|agree|allow|ok|okay|got it|continue|understand|understood|fine|happy|yes|enter)\b",
)


@dataclass(frozen=True)
class Cause:
    """Why something could not be pressed: the word of Press.problem, and what the browser said."""

    problem: str
    detail: str


class Reach:
    """Reaches for elements of the page that `tab` has open. Raises Stuck, and Playwright's Error where it went away."""

    def __init__(self, tab: Tab) -> None:
        self._tab = tab

    async def find(self, control: Control) -> tuple[Frame | None, ElementHandle | None]:
        """The element that a look at the page called `control`, and the frame it is in.

        Scripts may put it there, or give it its address, a while after the page was opened.
        """
        found: tuple[Frame | None, ElementHandle | None] = (None, None)

        async def there() -> bool:
            nonlocal found
            for frame in frames:
                locator = frame.locator(control.selector)
                for handle in (await self._tab.run(locator.element_handles(), _STEP_SECONDS))[:20]:
                    raw = await self._tab.run(handle.get_attribute("href"), _STEP_SECONDS)
                    if (raw or "")[:500] == control.raw_href or raw is None:
                        found = frame, handle
                        return True
            return False

        frames = await self._frames(control)
        await until(there, _LAYER_SECONDS, 0.1)
        return found

    async def _frames(self, control: Control) -> list[Frame]:
        """The frames that may hold it; one that only loads when scrolled to is scrolled to."""
        page = self._tab.page
        if not control.frame:
            return [page.main_frame]
        if not self._at(control.frame):
            top = await self._tab.run(page.main_frame.query_selector("html"), _STEP_SECONDS)
            if top is not None:
                await self.ask(top, "scrollThrough")
                await until(lambda: bool(self._at(control.frame)), _LAYER_SECONDS)
        return self._at(control.frame)

    def _at(self, address: str) -> list[Frame]:
        """The frames at an address, or those at the same place whose query is another at every visit."""
        frames = self._tab.page.frames[1:]
        exact = [one for one in frames if one.url == address]
        return exact or [one for one in frames if one.url.partition("?")[0] == address.partition("?")[0]]

    async def ask(self, handle: ElementHandle, question: str, **arg: Any) -> Any:
        """The answer of one of the functions of press.js."""
        return await self._tab.run(handle.evaluate(_TELL, {"ask": question, **arg}), _STEP_SECONDS)

    async def element(self, handle: ElementHandle, question: str, **arg: Any) -> ElementHandle | None:
        """The element that one of the functions of press.js answers with."""
        found = await self._tab.run(handle.evaluate_handle(_TELL, {"ask": question, **arg}), _STEP_SECONDS)
        return found.as_element()

    async def bring_out(self, handle: ElementHandle, *, keys: bool) -> tuple[str, str]:
        """Open what hides the element, at most three things within one another, by the keyboard alone where `keys`.

        Says what was done, "" if in vain; and then what was tried.
        """
        notes: list[str] = []
        tried = ""
        turned = False
        for _ in range(_MOST_TURNED if keys else 2 * _MOST_TURNED):
            opener = None if turned else await self.element(handle, "opener")
            if opener is None:
                opener = await self.element(handle, "turner", words=_TURN)
                turned = True
            if opener is None:
                break
            said = await self.said(opener)
            try:
                if await self._opened(handle, opener, keys=keys):
                    return "; ".join(dict.fromkeys([*notes, _opened_note(said)])), ""
            except PlaywrightError:
                break  # what was to open it went away or cannot be pressed
            tried = f"pressing “{said}” does not bring it out" if said else tried
            if not turned:
                notes.append(_opened_note(said))
                turned = len(notes) >= _MOST_TURNED
        return "", tried

    async def _opened(self, handle: ElementHandle, opener: ElementHandle, *, keys: bool) -> bool:
        """Whether pressing `opener` lets the element be seen."""

        async def seen() -> bool:
            return bool(await self.ask(handle, "seen"))

        if not keys:
            await self._tab.run(opener.click(timeout=_CLICK_MS), _STEP_SECONDS)
            return await until(seen, _OPEN_SECONDS, 0.1)
        worked = await self.element(opener, "worked") or opener
        if (await self.ask(worked, "before"))["place"] < 0:
            return False
        await self._tab.run(worked.focus(), _STEP_SECONDS)
        for _ in range(_MOST_TURNS):
            if (await self.ask(opener, "active"))["on"] or (await self.ask(worked, "isBox")):
                break
            await self._tab.run(self._tab.page.keyboard.press("ArrowRight"), _STEP_SECONDS)
        if await until(seen, _TURN_SECONDS, 0.1):
            return True
        key = "Space" if await self.ask(worked, "isBox") else "Enter"
        await self._tab.run(self._tab.page.keyboard.press(key), _STEP_SECONDS)
        return await until(seen, _OPEN_SECONDS, 0.1)

    async def bring_up(self, handle: ElementHandle) -> str:
        """Get down a page that the browser does not scroll: by the wheel, or by putting away what holds it.

        Says what was done, "" if in vain or if this is not what keeps the element from being seen.
        """
        page = self._tab.page
        where = await self.ask(handle, "depth")
        if where["seen"] or not where["held"]:
            return ""
        await self._tab.run(page.mouse.move(5, 5), _STEP_SECONDS)
        for _ in range(_MOST_TURNS):
            await self._tab.run(page.mouse.wheel(0, 600), _STEP_SECONDS)
            await asyncio.sleep(_TURN_SECONDS)
            before, where = where, await self.ask(handle, "depth")
            if where["seen"]:
                return "after scrolling to it"
            if where["top"] == before["top"]:
                break
        put_away = await self.dismiss(handle, anywhere=True)
        return PUT_AWAY if put_away and not (await self.ask(handle, "depth"))["held"] else ""

    async def still(self, frame: Frame, handle: ElementHandle) -> None:
        """An element in a frame comes into view and to rest."""
        if frame is self._tab.page.main_frame:
            return
        try:
            await self._tab.run(handle.scroll_into_view_if_needed(timeout=_CLICK_MS), _STEP_SECONDS)
        except PlaywrightError:
            return  # the click itself will say what is wrong
        await asyncio.sleep(FRAME_STILL_SECONDS)

    async def layer_back(self, handle: ElementHandle) -> bool:
        """Wait for the layer that lay over the element when the page was read, and may come late; whether it came."""

        async def covered() -> bool:
            return bool(await self.ask(handle, "covered"))

        return await until(covered, _LAYER_SECONDS)

    async def layer_goes(self, handle: ElementHandle) -> bool:
        """Wait for a layer over the element to go by itself, as a loading sign does; whether it went."""

        async def free() -> bool:
            return not await self.ask(handle, "covered")

        return await until(free, _LAYER_SECONDS, 0.1)

    async def goer(self, words: str) -> ElementHandle | None:
        """The button that goes on in a layer that the page has brought up, None when there is none."""
        top = await self._tab.run(self._tab.page.main_frame.query_selector("html"), _STEP_SECONDS)
        return await self.element(top, "goer", words=words) if top else None

    async def said(self, handle: ElementHandle) -> str:
        """What a button says, in short."""
        return str(await self.ask(handle, "said"))[:60]

    async def dismiss(self, handle: ElementHandle, *, anywhere: bool = False) -> bool:
        """Put away what lies over the element, by a plain button within it. True when such a button was pressed.

        `anywhere` means what lies over the middle of the window.
        """
        box = await self._tab.run(handle.bounding_box(), _STEP_SECONDS)
        size = self._tab.page.viewport_size
        if anywhere and size is not None:
            box = {"x": 0, "y": 0, "width": size["width"], "height": size["height"]}
        top = await self._tab.run(self._tab.page.main_frame.query_selector("html"), _STEP_SECONDS)
        if box is None or top is None:
            return False
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        button = await self.element(top, "dismisser", words=_DISMISS, **point)
        if button is not None:
            inner = await self._tab.run(button.content_frame(), _STEP_SECONDS)
            if inner is not None:
                root = await self._tab.run(inner.query_selector("html"), _STEP_SECONDS)
                button = await self.element(root, "dismisserHere", words=_DISMISS) if root else None
        if button is None:
            return False
        try:
            await self._tab.run(button.click(timeout=_CLICK_MS, no_wait_after=True), _STEP_SECONDS)
        except PlaywrightError:
            return False
        await asyncio.sleep(0.5)
        return True


def _opened_note(said: str) -> str:
    return f"after opening “{said}”" if said else "after opening what hides it"


def cause_of(message: str) -> Cause:
    """Which of the reasons for a click that did not happen this is, from Playwright's own log of it."""
    over = re.search(r"(<[^>]{1,200}>)[^\n]*?(?:from [^\n]*? subtree )?intercepts pointer events", message)
    if over:
        return Cause("covered", f"{over.group(1)} lies over it")
    if "outside of the viewport" in message:
        return Cause("off-page", "it lies outside the page")
    if "not visible" in message:
        return Cause("not-visible", "it is not visible")
    if "not attached" in message or "detached" in message:
        return Cause("detached", "it was taken off the page while it was being pressed")
    if "not enabled" in message:
        return Cause("no-effect", "it is switched off (disabled)")
    if "not stable" in message:
        return Cause("unsteady", "it never stops moving, so it cannot be pressed")
    return Cause("no-effect", first_line(message))
