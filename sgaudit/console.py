"""What a person at a terminal sees while the audit works: one line on stderr, and nothing where nobody watches."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from sgaudit.progress import Progress, Stop, quiet

_STAGES = {
    "browser": "Starting the browser",
    "crawl": "Reading the site",
    "pages": "Opening pages in the browser",
    "links": "Checking links",
}


def watched(environ: dict[str, str] | None = None) -> bool:
    """Whether somebody watches: stderr is a terminal and this is no CI job."""
    environ = dict(os.environ) if environ is None else environ
    return sys.stderr.isatty() and not environ.get("CI") and environ.get("TERM") != "dumb"


def say(text: str = "") -> None:
    """A line for people, on stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


class LiveLine:
    """A Progress that rewrites one line, at most ten times a second, and leaves one behind for each stage."""

    def __init__(self, width: int) -> None:
        self._width = max(20, width)
        self._stage = ""
        self._last = 0.0

    def __call__(self, stage: str, done: int, total: int | None, what: str = "") -> None:
        now = time.monotonic()
        if stage != self._stage:
            if self._stage:
                sys.stderr.write("\n")
            self._stage = stage
        elif now - self._last < 0.1 and done != total:
            return
        self._last = now
        count = f" {done} of {total}" if total is not None else f" {done}" if done else ""
        line = f"{_STAGES.get(stage, stage)}{count} {what}".rstrip()
        line = "".join(character if character.isprintable() else "?" for character in line)
        sys.stderr.write("\r" + line[: self._width - 1].ljust(self._width - 1))
        sys.stderr.flush()

    def close(self) -> None:
        """End the line."""
        if self._stage:
            sys.stderr.write("\n")


@contextmanager
def working(deadline: float, *, silent: bool) -> Iterator[tuple[Progress, Stop]]:
    """Progress and Stop for one run. The first Ctrl-C asks the stages to end and report; the second ends at once."""
    stop = Stop(deadline)
    line = LiveLine(os.get_terminal_size(sys.stderr.fileno()).columns) if not silent and watched() else None

    def interrupted(_signum: int, _frame: FrameType | None) -> None:
        stop.interrupt()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        say("\nStopping: what was gathered so far will be reported. Press Ctrl-C again to give up at once.")

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield line or quiet, stop
    finally:
        signal.signal(signal.SIGINT, before)
        if line:
            line.close()
