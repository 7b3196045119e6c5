"""The workshop's door: a browser that is started, looks at pages and is ended, for callers that know no asyncio."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Any, Self, TypeVar

from sgaudit.browser.canary import sing
from sgaudit.browser.clues import RouteClues
from sgaudit.browser.gate import Guard
from sgaudit.browser.launch import Launched
from sgaudit.browser.looking import FarEnds, Looker
from sgaudit.browser.loop import Interrupted, Loop, Overdue
from sgaudit.browser.running import FOLDER, running
from sgaudit.browser.session import Tab
from sgaudit.config import Config
from sgaudit.engines import Engine
from sgaudit.model.evidence import Canary, RenderedPage, Trouble
from sgaudit.model.outcome import Role
from sgaudit.progress import Stop
from sgaudit.register import Registers

T = TypeVar("T")

_CANARY_SECONDS = 120.0
_LOOK_SECONDS = 0.2
_PRESS_SECONDS = 180.0
_FORGOTTEN_SECONDS = 2 * 86_400.0


@dataclass(frozen=True)
class _Desk:
    """A tab, and who looks at pages in it."""

    tab: Tab
    looker: Looker


class Browser:
    """A browser for one audit; a context manager, whose start raises BrowserMissing.

    Pictures go to `folder`/evidence. `guard` says which addresses may not be asked. Whatever a page does, `look`,
    `looks` and `read` come back in bounded time with evidence; when `stop` says so, at once.
    """

    def __init__(
        self,
        config: Config,
        registers: Registers,
        stop: Stop,
        folder: Path,
        engine: Engine | None = None,
        *,
        guard: Guard | None = None,
    ) -> None:
        self._config = config
        self._clues = RouteClues(registers)
        self._stop = stop
        self._folder = folder
        self._engine = engine
        self._guard = guard
        self._stack = ExitStack()
        self._loop: Loop | None = None
        self._launched: Launched | None = None
        self._desks: list[_Desk] = []

    def __enter__(self) -> Self:
        _sweep()
        with ExitStack() as stack:
            self._loop, self._launched = stack.enter_context(running(self._config))
            far_ends = FarEnds()
            for _ in range(self._config.tabs):
                tab = Tab(self._config, self._launched, self._guard)
                looker = Looker(self._config, tab, self._clues, self._engine, self._folder, self._stop, far_ends)
                self._desks.append(_Desk(tab, looker))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def versions(self) -> tuple[str, str]:
        """The browser's name and version."""
        assert self._launched is not None, "the browser is not started"
        return self._launched.name, self._launched.version

    @property
    def engine_version(self) -> str:
        """That of the engine's own rules, empty where there is none."""
        return self._engine.version if self._engine is not None else ""

    def look(self, url: str, role: Role, *, press: bool, scan: bool) -> RenderedPage:
        """All there is to see of one page at both widths. Never raises for what a page does."""
        return self._looked(self._desks[0], url, role, press=press, scan=scan, given_up=lambda: False)

    def looks(
        self, asked: Sequence[tuple[str, Role]], *, press: bool, scan: bool, begun: Callable[[int, str], None]
    ) -> Iterator[tuple[int, RenderedPage]]:
        """`look` at many pages, as many at once as the settings have tabs: each with its number, as it is done.

        `begun` is told the number and address of a page when its turn comes. A page during which the browser ended,
        which the page beside it may have brought about, is looked at once more by itself when all others are done.
        Pages whose turn has not come when `stop` says so are not among the answers.
        """
        given_up = Event()
        waiting, alone = deque(enumerate(asked)), list[tuple[int, tuple[str, Role]]]()
        free, working = list(self._desks), dict[Future[RenderedPage], tuple[int, _Desk]]()
        with ThreadPoolExecutor(len(free), "sgaudit-look") as pool:
            try:
                while (waiting and not self._stop.reason) or working:
                    while free and waiting and not self._stop.reason:
                        number, (url, role) = waiting.popleft()
                        begun(number, url)
                        desk = free.pop(0)
                        work = pool.submit(
                            self._looked, desk, url, role, press=press, scan=scan, given_up=given_up.is_set
                        )
                        working[work] = (number, desk)
                    for work in wait(working, _LOOK_SECONDS, FIRST_COMPLETED).done:
                        number, desk = working.pop(work)
                        free.append(desk)
                        page = work.result()
                        if page.trouble is Trouble.crashed and len(self._desks) > 1:
                            alone.append((number, asked[number]))
                        else:
                            yield number, page
            finally:
                given_up.set()
        for number, (url, role) in alone:
            yield number, self.look(url, role, press=press, scan=scan)

    def read(self, url: str) -> RenderedPage:
        """What the crawl needs of a page that only scripts can show: snapshot, title, language. Never raises."""
        desk = self._desks[0]
        return self._page(desk, url, Role.other, desk.looker.read(url), 3 * self._config.page_timeout + 60)

    def canary(self) -> Canary:
        """Whether the engine finds what is planted for it. Never raises."""
        if self._engine is None:
            return Canary(engine="", alive=False, message="No engine was given.")
        desk = self._desks[0]
        try:
            return self._call(desk, sing(desk.tab, self._engine), _CANARY_SECONDS)
        except Interrupted:
            message = self._stop.reason
        except Exception as error:  # noqa: BLE001 - an engine that cannot be tried is not alive, whatever the cause
            message = f"The page with known faults could not be scanned ({type(error).__name__}: {error})."
        return Canary(engine=self._engine.name, version=self._engine.version, alive=False, message=message[:500])

    def _looked(
        self, desk: _Desk, url: str, role: Role, *, press: bool, scan: bool, given_up: Callable[[], bool]
    ) -> RenderedPage:
        # One page at a time is pressed, so the last may wait for all others.
        seconds = 6 * self._config.page_timeout + 120 + (_PRESS_SECONDS * len(self._desks) if press else 0)
        return self._page(desk, url, role, desk.looker.look(url, role, press=press, scan=scan), seconds, given_up)

    def _page(
        self,
        desk: _Desk,
        url: str,
        role: Role,
        work: Coroutine[Any, Any, RenderedPage],
        seconds: float,
        given_up: Callable[[], bool] = lambda: False,
    ) -> RenderedPage:
        try:
            return self._call(desk, work, seconds, given_up)
        except Interrupted:
            return RenderedPage(url=url, role=role, trouble=Trouble.interrupted, message=self._stop.reason)
        except Overdue as error:
            message = f"The page kept the browser busy without end ({error})."
            return RenderedPage(url=url, role=role, trouble=Trouble.stuck, message=message)

    def _call(
        self, desk: _Desk, work: Coroutine[Any, Any, T], seconds: float, given_up: Callable[[], bool] = lambda: False
    ) -> T:
        assert self._loop is not None and self._launched is not None, "the browser is not started"
        try:
            return self._loop.call(work, seconds, lambda: bool(self._stop.reason) or given_up())
        except (Interrupted, Overdue) as error:
            desk.tab.distrust()
            if isinstance(error, Overdue) and not error.obeyed:
                self._launched.kill()
            raise


def _sweep() -> None:
    """Remove what audits that were killed in the middle left behind days ago."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        try:
            if time.time() - folder.stat().st_mtime > _FORGOTTEN_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # somebody else's, or gone by now
