"""What a press set off, by the browser's own events: a navigation, a new page, a download, another program, nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag

from playwright.async_api import CDPSession, Dialog, Download, Frame, Page, Request, Response, Route
from playwright.async_api import Error as PlaywrightError

from sgaudit.model.evidence import Hop, Landing
from sgaudit.register import Registers

# A pop-up that opens later than this after the click is blocked in the browsers of visitors, though not here.
POPUP_SECONDS = 1.2


def landing_key(url: str, place: str) -> str:
    """How a landing is remembered: a site may refuse in a frame what it shows in a tab."""
    return f"{urldefrag(url).url}{' in a frame' if place == 'in-frame' else ''}"


@dataclass
class Course:
    """One navigation that the press began, as far as it has come. `place` is same-tab, new-tab or in-frame.

    `frame` is None while a new page is not there yet: its first request comes before it.
    """

    place: str
    requested: str
    frame: Frame | None
    stopped: bool = False
    answers: list[Hop] = field(default_factory=list)
    failure: str = ""
    last: float = 0.0
    begun: float = field(default_factory=time.monotonic)

    @property
    def ended(self) -> bool:
        """Whether the last request was answered with something other than a redirect, or failed."""
        return bool(self.failure) or (bool(self.answers) and not 300 <= self.answers[-1].status < 400)


class Effects:
    """Listens from before a press until `close`; `known` addresses are stopped at the start of their navigation."""

    def __init__(self, page: Page, source: Frame | None, known: Mapping[str, Landing], registers: Registers) -> None:
        self.page = page
        self.source = source
        self.known = known
        self.registers = registers
        self.course: Course | None = None
        self.download = ""
        self.other_app = ""
        self.form = ""
        self.popup: Page | None = None
        self._unasked = False
        self.said: list[str] = []
        self.broke = ""
        self._pressed = 0.0
        self._opened = 0.0
        self._event = asyncio.Event()
        self._cdp: CDPSession | None = None

    async def open(self) -> None:
        """Begin to listen."""
        context = self.page.context
        await context.route("**/*", self._route)
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("requestfailed", self._failed)
        context.on("page", self._page)
        self.page.on("download", self._download)
        self.page.on("dialog", self._dialog)
        self.page.on("pageerror", self._error)
        self._cdp = await context.new_cdp_session(self.page)
        self._cdp.on("Page.frameRequestedNavigation", self._asked)
        self._cdp.on("Page.windowOpen", self._window)
        await self._cdp.send("Page.enable")

    async def close(self) -> None:
        """Stop listening; pages the press opened are closed."""
        context = self.page.context
        context.remove_listener("request", self._request)
        context.remove_listener("response", self._response)
        context.remove_listener("requestfailed", self._failed)
        context.remove_listener("page", self._page)
        self.page.remove_listener("download", self._download)
        self.page.remove_listener("dialog", self._dialog)
        self.page.remove_listener("pageerror", self._error)
        try:
            await context.unroute("**/*", self._route)
            if self._cdp is not None:
                await self._close_others(self._cdp)
                await self._cdp.detach()
        except PlaywrightError:
            self._cdp = None  # the press took the page away, and all that belonged to it

    @staticmethod
    async def _close_others(session: CDPSession) -> None:
        """Close every other page. One whose navigation was stopped is never announced, and would hide ours."""
        own = (await session.send("Target.getTargetInfo"))["targetInfo"]
        for other in (await session.send("Target.getTargets"))["targetInfos"]:
            kin = other["type"] == "page" and other.get("browserContextId") == own.get("browserContextId")
            if kin and other["targetId"] != own["targetId"]:
                await session.send("Target.closeTarget", {"targetId": other["targetId"]})

    @property
    def late_popup(self) -> bool:
        """Whether a new page was opened in a way that the browsers of visitors block."""
        if self.popup is None and (self.course is None or self.course.place != "new-tab"):
            return False
        # A new page is announced only when its first answer is there, so the moment of the call counts.
        opened = self._opened or (self.course.begun if self.course else 0.0) or self._pressed
        return self._unasked or opened - self._pressed > POPUP_SECONDS

    def pressed(self) -> None:
        """The press is happening now: what came before was not its doing."""
        self._pressed = time.monotonic()

    async def wait(self, seconds: float) -> bool:
        """Whether something came of the press within `seconds`."""
        if not await self._happens(seconds):
            return False
        if self.popup is not None and self.course is None:
            # A new page may be there before the address it is to show.
            self._event.clear()
            await self._happens(seconds)
        return True

    async def _happens(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def _place(self, frame: Frame | None) -> str:
        """How a navigation of `frame` looks from the pressed control, empty when it is the page's own doing."""
        if frame is None:
            return "new-tab"
        if frame.page is not self.page:
            return "new-tab" if frame.page is self.popup and frame is frame.page.main_frame else ""
        return "same-tab" if frame is self.page.main_frame else "in-frame"

    def _frame_of(self, request: Request) -> Frame | None:
        """The frame that asks, None where the page it belongs to is only just being made."""
        try:
            frame = request.frame
            return frame if frame.page else None
        except (PlaywrightError, AttributeError):
            return None

    def _begin(self, request: Request, *, stopped: bool = False) -> bool:
        """Take a navigation's request for the press's doing, if it is. True when it is."""
        if not self._pressed or not request.is_navigation_request():
            return False
        frame = self._frame_of(request)
        place = self._place(frame)
        known = self.registers.classify(request.url) is not None
        if not place or (place == "in-frame" and frame is not self.source and not known):
            return False
        if self.course is None:
            self.course = Course(place, request.url, frame, stopped)
        elif not self._is_course(frame):
            return False
        elif self.course.ended and not self.course.stopped:
            self.course.failure = ""
        self.course.last = time.monotonic()
        self._event.set()
        return True

    def _is_course(self, frame: Frame | None) -> bool:
        course = self.course
        if course is None:
            return False
        if course.frame is None and frame is not None and self._place(frame) == "new-tab":
            course.frame = frame
        return course.frame is frame or (frame is None and course.place == "new-tab")

    async def _route(self, route: Route) -> None:
        request = route.request
        if self._pressed and request.is_navigation_request() and request.method not in ("GET", "HEAD"):
            # Whatever a press sets off, nothing is ever sent.
            self.form = self.form or request.url
            self._event.set()
            await route.abort("aborted")
            return
        starts = self.course is None or self.course.stopped
        if starts and self._is_known(request) and self._begin(request, stopped=True):
            await route.abort("aborted")
            return
        await route.fallback()

    def _is_known(self, request: Request) -> bool:
        """Whether this starts on its way to where an earlier press has been."""
        if not request.is_navigation_request():
            return False
        return landing_key(request.url, self._place(self._frame_of(request))) in self.known

    def _request(self, request: Request) -> None:
        if request.method in ("GET", "HEAD") and (self.course is not None or not self._is_known(request)):
            self._begin(request)

    def _response(self, response: Response) -> None:
        request = response.request
        if not request.is_navigation_request() or not self._is_course(self._frame_of(request)):
            return
        assert self.course is not None
        self.course.answers.append(Hop(url=response.url, status=response.status))
        self.course.last = time.monotonic()

    def _failed(self, request: Request) -> None:
        if not request.is_navigation_request() or not self._is_course(self._frame_of(request)):
            return
        assert self.course is not None
        self.course.failure = request.failure or "failed"
        self.course.last = time.monotonic()

    def _page(self, page: Page) -> None:
        if self.popup is not None or not self._pressed or page.is_closed():
            return
        self.popup = page
        if self.course is not None and self.course.frame is None:
            self.course.frame = page.main_frame
        page.on("download", self._download)
        page.on("dialog", self._dialog)
        self._event.set()

    def _download(self, download: Download) -> None:
        self.download = download.url
        self._event.set()

    async def _dialog(self, dialog: Dialog) -> None:
        self.said.append(dialog.message[:200])
        try:
            await dialog.accept()
        except PlaywrightError:
            self.said.append("(the question had been answered already)")

    def _error(self, error: PlaywrightError) -> None:
        if self._pressed and not self.broke:
            self.broke = (error.message.splitlines() or [""])[0][:120]

    def _asked(self, event: dict[str, Any]) -> None:
        url = str(event.get("url", ""))
        scheme = url.partition(":")[0].lower()
        if self._pressed and scheme not in ("http", "https", "about", "javascript", "blob", "data", ""):
            self.other_app = url
            self._event.set()

    def _window(self, event: dict[str, Any]) -> None:
        if self._pressed and self._opened == 0.0:
            self._opened = time.monotonic()
            self._unasked = not event.get("userGesture", True)
