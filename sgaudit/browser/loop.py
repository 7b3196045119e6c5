"""One asyncio loop in a thread of its own, so that whoever calls from outside always gets an answer in time."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError
from typing import Any, TypeVar

T = TypeVar("T")

_LOOK_SECONDS = 0.2
_GRACE_SECONDS = 5.0


class Overdue(Exception):
    """Work did not end in time and was given up. `obeyed` is false when it would not even be given up."""

    def __init__(self, seconds: float, *, obeyed: bool) -> None:
        super().__init__(f"no answer within {seconds:.0f} seconds")
        self.obeyed = obeyed


class Interrupted(Exception):
    """Work was given up because the audit must stop."""


class Loop:
    """The loop; whoever calls waits for his own piece of work."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="sgaudit-browser", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def call(self, work: Coroutine[Any, Any, T], seconds: float, must_stop: Callable[[], bool] = lambda: False) -> T:
        """The result of `work`. Raises what it raises, Overdue after `seconds`, and Interrupted once `must_stop`."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        ends = time.monotonic() + seconds
        try:
            while not future.done():
                if must_stop():
                    self._give_up(future)
                    raise Interrupted
                left = ends - time.monotonic()
                if left <= 0:
                    raise Overdue(seconds, obeyed=self._give_up(future))
                self._wait(future, min(left, _LOOK_SECONDS))
            return future.result()
        except CancelledError:
            raise Overdue(seconds, obeyed=True) from None
        except KeyboardInterrupt:
            future.cancel()
            raise

    def _give_up(self, future: Any) -> bool:
        future.cancel()
        done = threading.Event()
        try:
            # What was cancelled has run its clean-up once the loop answers again.
            self._loop.call_soon_threadsafe(self._loop.call_later, 0.05, done.set)
        except RuntimeError:
            return False  # the loop has ended
        return done.wait(_GRACE_SECONDS)

    @staticmethod
    def _wait(future: Any, seconds: float) -> None:
        try:
            future.exception(seconds)
        except (TimeoutError, CancelledError):
            return

    def close(self) -> None:
        """End the loop and its thread."""

        async def cancel_all() -> None:
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=_GRACE_SECONDS) if tasks else None

        try:
            asyncio.run_coroutine_threadsafe(cancel_all(), self._loop).result(_GRACE_SECONDS * 2)
        except TimeoutError:
            return  # a thread that hangs is a daemon's, and ends with the process
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_GRACE_SECONDS)
        if not self._thread.is_alive():
            self._loop.close()
