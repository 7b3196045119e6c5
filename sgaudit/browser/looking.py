"""One page looked at: opened once, read at each width, scanned, photographed, and its way to CEOP pressed."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Error as PlaywrightError

from sgaudit.browser.clues import RouteClues
from sgaudit.browser.finding import BrowserMissing
from sgaudit.browser.gather import Gathered, gather
from sgaudit.browser.opening import Opened
from sgaudit.browser.pictures import file_name, photograph
from sgaudit.browser.press import press_routes
from sgaudit.browser.session import Stuck, Tab
from sgaudit.browser.troubles import first_line, meaning, sentence
from sgaudit.config import Config
from sgaudit.engines import Engine
from sgaudit.model.evidence import FrameSeen, Landing, Press, RenderedPage, Scan, Trouble, View
from sgaudit.model.outcome import Role
from sgaudit.progress import Stop

_STEP_SECONDS = 8.0
# A page with scripts may fill itself after its load. It is at rest when nothing was added for a while.
_REST = """new Promise((done) => {
  const scripts = Array.from(document.querySelectorAll("script"));
  if (!scripts.some((one) => /^$|javascript|ecmascript|module/i.test(one.type))) return done(0);
  const loaded = (performance.getEntriesByType("navigation")[0] || {}).loadEventEnd || performance.now();
  const began = performance.now();
  let added = 0;
  const watch = new MutationObserver((all) => {
    if (all.some((one) => one.addedNodes.length)) added = performance.now();
  });
  watch.observe(document, { childList: true, subtree: true });
  const look = () => {
    const now = performance.now();
    if ((now - loaded >= 2000 && now - added >= 400) || now - began > 5000) {
      watch.disconnect();
      done(now - began);
    } else setTimeout(look, 50);
  };
  look();
})"""
_TALLEST = 2_400
_PICTURE_WIDTH = 720
_BLOCK_CONTROLS = 5
_BLOCK_WORDS = 250
_QUALITY = 50


class _Lost(Exception):
    """The page cannot be looked at any further; the trouble and a sentence say why."""

    def __init__(self, trouble: Trouble, message: str) -> None:
        super().__init__(message)
        self.trouble = trouble
        self.message = message


@dataclass
class _Sight:
    """What has been seen of one page so far."""

    url: str
    role: Role
    opened: Opened | None = None
    first: Gathered | None = None
    views: list[View] = field(default_factory=list)
    frames: dict[tuple[str, str], FrameSeen] = field(default_factory=dict)
    presses: tuple[Press, ...] = ()
    dialogs: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    loads: tuple[str, ...] | None = None

    @contextmanager
    def timed(self, phase: str) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        finally:
            self.timings[phase] = round(self.timings.get(phase, 0.0) + time.monotonic() - started, 3)

    def evidence(self, trouble: Trouble | None = None, message: str = "") -> RenderedPage:
        opened, first = self.opened, self.first
        return RenderedPage(
            url=self.url,
            final_url=opened.url if opened else "",
            role=self.role,
            status=opened.status if opened else None,
            trail=opened.trail if opened else (),
            title=first.title if first else "",
            lang=first.lang if first else "",
            snapshot=first.snapshot if first else "",
            views=tuple(self.views),
            frames=tuple(self.frames.values()),
            presses=self.presses,
            dialogs=self.dialogs,
            notes=tuple(dict.fromkeys(self.notes)),
            timings=self.timings,
            loads=self.loads,
            trouble=trouble,
            message=message,
        )


@dataclass
class FarEnds:
    """What pressing learnt of the far ends, shared by all pages of a run. One page is pressed at a time, so that each
    far end is asked once.
    """

    landings: MutableMapping[str, Landing] = field(default_factory=dict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Looker:
    """Looks at pages in one tab."""

    def __init__(
        self,
        config: Config,
        tab: Tab,
        clues: RouteClues,
        engine: Engine | None,
        folder: Path,
        stop: Stop,
        far_ends: FarEnds,
    ) -> None:
        self._config = config
        self._tab = tab
        self._clues = clues
        self._engine = engine
        self._folder = folder
        self._stop = stop
        self._far_ends = far_ends
        self._scan_seconds = max(20.0, 2 * config.page_timeout)

    async def look(self, url: str, role: Role, *, press: bool, scan: bool) -> RenderedPage:
        """All there is to see of one page, with a second chance after a crash. Never raises for what goes wrong."""
        for _ in range(2):
            sight = _Sight(url, role)
            page = await self._bounded(sight, self._look(sight, press=press, scan=scan))
            if page.trouble is not Trouble.crashed:
                break
        return page

    async def read(self, url: str) -> RenderedPage:
        """The page's text, links and title at the first width, and nothing else. Never raises."""
        for _ in range(2):
            sight = _Sight(url, Role.other)
            page = await self._bounded(sight, self._read(sight))
            if page.trouble is not Trouble.crashed:
                break
        return page

    async def _bounded(self, sight: _Sight, work: Awaitable[None]) -> RenderedPage:
        try:
            await work
        except _Lost as error:
            return self._told(sight, error.trouble, error.message)
        except BrowserMissing as error:
            return self._told(sight, Trouble.crashed, f"The browser ended and could not be started again: {error}")
        except Stuck:
            return self._told(sight, Trouble.stuck, "The page stopped answering while it was looked at.")
        except PlaywrightError as error:
            trouble, clause = meaning(str(error))
            told = {Trouble.crashed: sentence(clause)}
            return self._told(
                sight, Trouble.crashed, told.get(trouble, f"The page went away while it was looked at ({clause}).")
            )
        except Exception as error:  # noqa: BLE001 - the page is a stranger's: whatever it broke is what we saw of it
            message = f"The page could not be understood ({type(error).__name__}: {first_line(str(error))})."
            return self._told(sight, Trouble.protocol, message)
        return self._told(sight)

    def _told(self, sight: _Sight, trouble: Trouble | None = None, message: str = "") -> RenderedPage:
        self._tab.pressing = False
        sight.dialogs = sight.dialogs or tuple(self._tab.dialogs)
        return sight.evidence(trouble, message)

    def _may_go_on(self) -> None:
        if reason := self._stop.reason:
            raise _Lost(Trouble.interrupted, reason)

    async def _open(self, sight: _Sight) -> None:
        """The page stands open at the first width."""
        width = self._config.widths[0]
        with sight.timed("navigation"):
            try:
                await self._tab.resize(width, height_for(width))
            except (PlaywrightError, TimeoutError):
                self._tab.distrust()  # the page of before has gone; a fresh one comes with the right size
            sight.opened = await self._tab.open(sight.url)
        sight.notes += sight.opened.notes
        if sight.opened.trouble is not None:
            raise _Lost(sight.opened.trouble, sight.opened.message)

    async def _read(self, sight: _Sight) -> None:
        self._may_go_on()
        await self._open(sight)
        await self._come_to_rest(sight)
        await self._gathered(sight, self._config.widths[0])

    async def _look(self, sight: _Sight, *, press: bool, scan: bool) -> None:
        self._may_go_on()
        await self._open(sight)
        if role_matters(sight.role):
            await self._come_to_rest(sight)
        opened = self._tab.visit
        widths = tuple(dict.fromkeys(self._config.widths))
        for width in widths:
            self._may_go_on()
            if width != widths[0]:
                await self._narrowed(sight, width)
            view = await self._gathered(sight, width)
            result = await self._scanned(sight, width) if scan and self._engine else None
            picture = await self._photographed(sight, view)
            sight.views.append(view.model_copy(update={"scan": result, "screenshot": picture}))
        sight.dialogs = tuple(self._tab.dialogs)
        sight.notes += self._tab.notes
        visit = self._tab.visit
        if visit is opened and not visit.opaque and not sight.frames:
            sight.loads = tuple(visit.loads)
        if press and any(control.route_clues for view in sight.views for control in view.controls):
            async with self._far_ends.turn:
                self._may_go_on()
                await self._pressed(sight, widths)

    async def _come_to_rest(self, sight: _Sight) -> None:
        """Wait for what scripts add after the load; a page that moves on meanwhile is waited for by its reader."""
        with sight.timed("navigation"):
            try:
                await self._tab.ask(_REST, _STEP_SECONDS)
            except PlaywrightError:
                sight.opened = await self._tab.settle()
        if sight.opened is not None and sight.opened.trouble is not None:
            raise _Lost(sight.opened.trouble, sight.opened.message)

    async def _narrowed(self, sight: _Sight, width: int) -> None:
        """The same page at the next width: resized, or opened anew where it did not survive the first."""
        with sight.timed("navigation"):
            if await self._tab.obeys():
                await self._tab.resize(width, height_for(width))
                return
            await self._tab.renew()
            await self._tab.resize(width, height_for(width))
            opened = await self._tab.open(sight.url)
        if opened.trouble is not None:
            raise _Lost(opened.trouble, f"It could not be opened again at {width} pixels: {opened.message}")

    async def _gathered(self, sight: _Sight, width: int) -> View:
        """Read the page; once more where it moved on meanwhile."""
        for attempt in (1, 2, 3):
            before = len(self._tab.visit.hops)
            problem: PlaywrightError | None = None
            with sight.timed("gather"):
                try:
                    found = await gather(
                        self._tab,
                        width=width,
                        height=height_for(width),
                        clues=self._clues,
                        with_snapshot=sight.first is None,
                    )
                except PlaywrightError as error:
                    problem = error
            if problem is None and len(self._tab.visit.hops) == before:
                return self._kept(sight, found)
            if attempt == 3 or (problem is not None and "crash" in str(problem).lower()):
                break
            sight.notes.append("The page moved on by itself while it was read.")
            with sight.timed("navigation"):
                sight.opened = await self._tab.settle()
            if sight.opened.trouble is not None:
                raise _Lost(sight.opened.trouble, sight.opened.message)
        if problem is not None:
            raise problem
        raise _Lost(Trouble.redirect_loop, "The page never stands still: it keeps moving on to another.")

    def _kept(self, sight: _Sight, found: Gathered) -> View:
        if words := self._block_page(found):
            said = f"A filter or firewall answered in place of the page (“{words}”)."
            raise _Lost(Trouble.blocked, said)
        sight.first = sight.first or found
        sight.notes += found.notes
        for frame in found.frames:
            known = sight.frames.get((frame.selector, frame.url))
            if known is None or (known.read and not frame.read):
                sight.frames[frame.selector, frame.url] = frame
        return found.view

    def _block_page(self, found: Gathered) -> str:
        """The words that give away a filter's page: short, without a menu, and saying that something was blocked."""
        text = f"{found.title} {re.sub(r'<[^>]*>', ' ', found.snapshot)}"
        if not found.snapshot or len(found.view.controls) > _BLOCK_CONTROLS or len(text.split()) > _BLOCK_WORDS:
            return ""
        said = (phrase.found_in(text) for phrase in self._clues.registers.block_page)
        return next((words[:120] for words in said if words), "")

    async def _scanned(self, sight: _Sight, width: int) -> Scan:
        assert self._engine is not None
        done = [view.scan for view in sight.views if view.scan is not None and view.scan.trouble is Trouble.timeout]
        if done:
            return done[0].model_copy(
                update={"message": f"{done[0].message} It was not tried again at {width} pixels."}
            )
        with sight.timed("axe"):
            return await self._engine.scan(self._tab, self._scan_seconds)

    async def _photographed(self, sight: _Sight, view: View) -> str:
        """The name of a picture of the page; empty when none could be taken."""
        if not await self._tab.obeys():
            return ""
        with sight.timed("screenshot"):
            try:
                return await photograph(self._tab, sight.url, view, self._folder)
            except (PlaywrightError, TimeoutError, OSError) as error:
                sight.notes.append(f"No picture could be taken at {view.width} pixels ({first_line(str(error))}).")
                return ""

    async def _pressed(self, sight: _Sight, widths: tuple[int, ...]) -> None:
        self._tab.pressing = True
        self._tab.hush()
        try:
            with sight.timed("press"):
                sight.presses = await press_routes(
                    self._tab,
                    sight.url,
                    sight.views,
                    self._clues,
                    self._far_ends.landings,
                    self._folder,
                    file_name(sight.url),
                    widths,
                )
        finally:
            self._tab.pressing = False


def role_matters(role: Role) -> bool:
    """Whether this is one of the pages on which all must be seen, however late it appears."""
    return role in (Role.home, Role.safeguarding)


def height_for(width: int) -> int:
    """The window's height at a width: a laptop's, or a phone's."""
    return 800 if width >= 600 else 667
