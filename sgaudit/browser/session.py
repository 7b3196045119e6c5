"""One page of the browser, used again for address after address, and given up as soon as it misbehaves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any, TypeVar

from playwright.async_api import Browser, BrowserContext, CDPSession, Dialog, Frame, Page
from playwright.async_api import Error as PlaywrightError

from sgaudit.browser.gate import Gate, Guard, Visit
from sgaudit.browser.launch import Launched
from sgaudit.browser.opening import Opened, Opening
from sgaudit.config import Config
from sgaudit.model.evidence import Trouble

T = TypeVar("T")

_STEP_SECONDS = 5.0
_NEW_SECONDS = 15.0
_MOST_VISITS = 50
_MOST_DIALOGS = 20


class Stuck(TimeoutError):
    """The browser did not answer in time. The page that was asked is not to be used any further."""


class Tab:
    """A page the audit works with. After any trouble, and every 50 addresses, it is replaced by a fresh one.

    Nothing of one address is left for the next: cookies, storage and the window's name are cleared in between.
    `dialogs` and `notes` belong to the address that was opened last. `pressing` says that somebody presses things on
    the pages opened from now on, and minds dialogs, windows and documents himself. `patience` is how long, in
    seconds, a server may take to answer.
    """

    def __init__(self, config: Config, launched: Launched, guard: Guard | None) -> None:
        self._config = config
        self._launched = launched
        self._guard = guard
        self._browser: Browser | None = None  # the one that the context belongs to
        self._context: BrowserContext | None = None
        self._page: Page | None = None
        self._session: CDPSession | None = None
        self._gate: Gate | None = None
        self._size = (config.widths[0], 800)
        self._visits = 0
        self._troubled = False
        self._listening = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._crash: asyncio.Future[None] | None = None
        self.slow: set[str] = set()
        self.dialogs: list[str] = []
        self.notes: list[str] = []
        self.pressing = False
        self.patience = config.page_timeout

    @property
    def page(self) -> Page:
        """The page as it is now; `renew` and `open` may replace it."""
        assert self._page is not None, "renew comes first"
        return self._page

    @property
    def session(self) -> CDPSession:
        """A connection to the page that was made before it opened anything."""
        assert self._session is not None, "renew comes first"
        return self._session

    @property
    def gate(self) -> Gate:
        """What every document of the page passes."""
        assert self._gate is not None, "renew comes first"
        return self._gate

    @property
    def visit(self) -> Visit:
        """What is known of the document that stands open."""
        return self.gate.visit

    async def obeys(self) -> bool:
        """Whether the page that is open still answers, though one of its frames may not."""
        if self._page is None or self._page.is_closed():
            return False
        if not self._troubled:
            return True
        try:
            return bool(await self.ask("1", _STEP_SECONDS) == 1)
        except (PlaywrightError, TimeoutError):
            return False

    def distrust(self) -> None:
        """The page was left in the middle of something: the next address gets a fresh one."""
        self._troubled = True

    async def run(self, awaitable: Awaitable[T], seconds: float) -> T:
        """Wait for the browser, but never longer than `seconds`. Raises Stuck, and Playwright's Error."""
        work = asyncio.ensure_future(awaitable)
        crash = self._crash
        either: set[asyncio.Future[Any]] = {work} if crash is None else {work, crash}
        try:
            await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
        finally:
            work.cancel()
        self._troubled = True
        if crash is not None and crash.done():
            raise PlaywrightError("the page crashed")
        raise Stuck(f"the browser gave no answer within {seconds:g} seconds")

    async def ask(self, expression: str, seconds: float = _STEP_SECONDS) -> Any:
        """The value of a script run in the page, out of its scripts' reach. Raises Stuck, and Playwright's Error."""
        place = {"frameId": self.gate.frame, "worldName": "sgaudit-session"}
        world = await self.run(self.session.send("Page.createIsolatedWorld", place), seconds)
        script = {
            "expression": expression,
            "contextId": world["executionContextId"],
            "returnByValue": True,
            "awaitPromise": True,
        }
        answer = await self.run(self.session.send("Runtime.evaluate", script), seconds)
        if "exceptionDetails" in answer:
            raise PlaywrightError(str(answer["exceptionDetails"].get("text", "a script failed")))
        return answer["result"].get("value")

    async def resize(self, width: int, height: int) -> None:
        """Give the page this size, and those that come after it. Raises Stuck, and Playwright's Error."""
        if (width, height) != self._size:
            self._size = (width, height)
            if self._page is not None and not self._page.is_closed():
                await self.run(self._page.set_viewport_size({"width": width, "height": height}), _STEP_SECONDS)

    async def open(self, url: str) -> Opened:
        """Open `url` as a first visitor would, and wait until it has loaded, or until it will not.

        What the site does wrong is in the answer's trouble. Raises Stuck or BrowserMissing when no page can be had.
        """
        await self.clear()
        self._visits += 1
        self._listen(True)
        opened = await Opening(self, self.gate.begin(url), self._config.page_timeout).open()
        return self._noted(opened)

    async def clear(self) -> None:
        """An empty page without memory. Raises Stuck or BrowserMissing when none can be had."""
        self.dialogs, self.notes = [], []
        await self._prepare()

    async def settle(self) -> Opened:
        """Wait for wherever the page is moving on to by itself, and say where it stands."""
        return self._noted(await Opening(self, self.visit, self._config.page_timeout).settle())

    def hush(self) -> None:
        """Stop minding dialogs, windows and documents of the page that stands open."""
        self._listen(False)
        self.visit.active = False

    async def refusal(self, url: str) -> str:
        """Why a page at this address may not be shown, empty when it may."""
        return await self.gate.refusal(url)

    async def renew(self) -> None:
        """Give the page up, however stuck it is, and take a fresh one. Raises Stuck and BrowserMissing."""
        if not await self._dropped():
            await self._launched.restart(self._browser)
        try:
            await self._fresh()
        except (PlaywrightError, TimeoutError):
            await self._launched.restart(self._browser)
            await self._fresh()

    async def close(self) -> None:
        """Give the page up."""
        await self._dropped()

    def _noted(self, opened: Opened) -> Opened:
        if opened.trouble is not None and not opened.usable:
            self._troubled = True
        if self.pressing:
            self.hush()
        return replace(opened, notes=tuple(dict.fromkeys(self.notes)))

    async def _prepare(self) -> None:
        """A page without memory stands ready."""
        if self._page is None or self._troubled or self._visits >= _MOST_VISITS or self._page.is_closed():
            await self.renew()
            return
        try:
            self.visit.active = False
            await self.run(self._page.goto("about:blank"), _STEP_SECONDS)
            everything = {"origin": "*", "storageTypes": "all"}
            await self.run(self.session.send("Storage.clearDataForOrigin", everything), _STEP_SECONDS)
            await self.ask("window.name = ''")
        except (PlaywrightError, TimeoutError):
            await self.renew()

    async def _dropped(self) -> bool:
        """Close the page and all that belongs to it; False when the browser does not obey any more."""
        context, session, page = self._context, self._session, self._page
        self._context = self._session = self._page = self._gate = None
        self._troubled = self._listening = False
        self._visits = 0
        if context is None or page is None or session is None:
            return True
        # An endless script is ended first, then its page, then all that was opened with it.
        await self._ended(session.send("Runtime.terminateExecution"))
        return await self._ended(page.close()) and await self._ended(context.close())

    async def _ended(self, step: Awaitable[Any]) -> bool:
        try:
            await asyncio.wait_for(step, _STEP_SECONDS)
        except PlaywrightError:
            return True  # it is closed already
        except TimeoutError:
            return False
        return True

    async def _fresh(self) -> None:
        """A new context with one page. Raises Stuck, and Playwright's Error."""
        browser = self._browser = await self._launched.running()
        self._crash = asyncio.get_running_loop().create_future()
        width, height = self._size
        self._context = await self.run(
            browser.new_context(
                viewport={"width": width, "height": height},
                user_agent=self._config.user_agent or self._launched.user_agent,
                locale="en-GB",
                timezone_id="Europe/London",
                reduced_motion="reduce",
                service_workers="block",
                accept_downloads=False,
                permissions=[],
            ),
            _NEW_SECONDS,
        )
        self._page = await self.run(self._context.new_page(), _NEW_SECONDS)
        self._session = await self.run(self._context.new_cdp_session(self._page), _NEW_SECONDS)
        tree = await self.run(self._session.send("Page.getFrameTree"), _STEP_SECONDS)
        frame = str(tree["frameTree"]["frame"]["id"])
        self._gate = Gate(self._session, frame, self._guard, self._config.max_page_bytes)
        await self.run(self._gate.open(), _NEW_SECONDS)
        self._page.on("crash", self._crashed)
        if self._guard is not None:
            self._page.on("framenavigated", self._moved)

    def _listen(self, on: bool) -> None:
        if on is self._listening or self._context is None:
            return
        self._listening = on
        if on:
            self.page.on("dialog", self._dialog)
            self._context.on("page", self._window)
        else:
            self.page.remove_listener("dialog", self._dialog)
            self._context.remove_listener("page", self._window)

    async def _dialog(self, dialog: Dialog) -> None:
        if len(self.dialogs) < _MOST_DIALOGS:
            self.dialogs.append(f"{dialog.type}: {dialog.message[:200]}")
        try:
            await (dialog.accept() if dialog.type == "beforeunload" else dialog.dismiss())
        except PlaywrightError:
            return  # the page went away, and the dialog with it

    def _crashed(self, page: Page) -> None:
        if page is self._page and self._gate is not None and self._crash is not None and not self._crash.done():
            self._gate.visit.fail(Trouble.crashed, "The page crashed the browser.")
            self._crash.set_result(None)

    def _window(self, page: Page) -> None:
        self.notes.append("The page opened another window by itself, which was closed.")
        self._later(page.close())

    def _moved(self, frame: Frame) -> None:
        """Frames of other sites move on past the gate; one that went where it may not is emptied."""
        if frame.parent_frame is not None and frame.url.startswith("http"):
            self._later(self._emptied(frame))

    async def _emptied(self, frame: Frame) -> None:
        if self._gate is not None and (reason := await self._gate.refusal(frame.url)):
            self.notes.append(f"A frame of the page was emptied: {reason}")
            await frame.goto("about:blank")

    def _later(self, work: Any) -> None:
        async def quietly() -> None:
            try:
                await asyncio.wait_for(work, _NEW_SECONDS)
            except (PlaywrightError, TimeoutError):
                return  # what was to be put away has gone by itself

        task = asyncio.ensure_future(quietly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
