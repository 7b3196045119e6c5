"""The workshop's door: a browser that is started, looks at pages and is ended, for callers that know no asyncio."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Coroutine
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from sgaudit.browser.canary import sing
from sgaudit.browser.clues import RouteClues
from sgaudit.browser.gate import Guard
from sgaudit.browser.launch import Launched
from sgaudit.browser.looking import Looker
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
_PRESS_SECONDS = 180.0
_FORGOTTEN_SECONDS = 2 * 86_400.0


class Browser:
    """A browser for one audit; a context manager, whose start raises BrowserMissing.

    Pictures go to `folder`/evidence. `guard` says which addresses may not be asked. Whatever a page does, `look` and
    `read` come back in bounded time with evidence; when `stop` says so, at once.
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
        self._looker: Looker | None = None
        self._tab: Tab | None = None

    def __enter__(self) -> Self:
        _sweep()
        with ExitStack() as stack:
            self._loop, self._launched = stack.enter_context(running(self._config))
            self._tab = Tab(self._config, self._launched, self._guard)
            self._looker = Looker(self._config, self._tab, self._clues, self._engine, self._folder, self._stop)
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

    def look(self, url: str, role: Role, *, press: bool, scan: bool) -> RenderedPage:
        """All there is to see of one page at both widths. Never raises for what a page does."""
        assert self._looker is not None, "the browser is not started"
        seconds = 6 * self._config.page_timeout + 120 + (_PRESS_SECONDS if press else 0)
        return self._page(url, role, self._looker.look(url, role, press=press, scan=scan), seconds)

    def read(self, url: str) -> RenderedPage:
        """What the crawl needs of a page that only scripts can show: snapshot, title, language. Never raises."""
        assert self._looker is not None, "the browser is not started"
        return self._page(url, Role.other, self._looker.read(url), 3 * self._config.page_timeout + 60)

    def canary(self) -> Canary:
        """Whether the engine finds what is planted for it. Never raises."""
        if self._engine is None:
            return Canary(engine="", alive=False, message="No engine was given.")
        assert self._tab is not None, "the browser is not started"
        try:
            return self._call(sing(self._tab, self._engine), _CANARY_SECONDS)
        except Interrupted:
            message = self._stop.reason
        except Exception as error:  # noqa: BLE001 - an engine that cannot be tried is not alive, whatever the cause
            message = f"The page with known faults could not be scanned ({type(error).__name__}: {error})."
        return Canary(engine=self._engine.name, version=self._engine.version, alive=False, message=message[:500])

    def _page(self, url: str, role: Role, work: Coroutine[Any, Any, RenderedPage], seconds: float) -> RenderedPage:
        try:
            return self._call(work, seconds)
        except Interrupted:
            return RenderedPage(url=url, role=role, trouble=Trouble.interrupted, message=self._stop.reason)
        except Overdue as error:
            message = f"The page kept the browser busy without end ({error})."
            return RenderedPage(url=url, role=role, trouble=Trouble.stuck, message=message)

    def _call(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        assert self._loop is not None and self._launched is not None and self._tab is not None
        try:
            return self._loop.call(work, seconds, lambda: bool(self._stop.reason))
        except (Interrupted, Overdue) as error:
            self._tab.distrust()
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
