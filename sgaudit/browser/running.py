"""A browser that is started for one piece of work, and gone when that is done, however it ended."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sgaudit.browser.finding import find_browser
from sgaudit.browser.launch import Launched
from sgaudit.browser.loop import Loop, Overdue
from sgaudit.config import Config

FOLDER = "sgaudit-browser-"
"""What the names of the browser's temporary folders begin with."""

_START_SECONDS = 150.0
_CLOSE_SECONDS = 30.0


@contextmanager
def running(config: Config) -> Iterator[tuple[Loop, Launched]]:
    """The browser and the loop to work with it in. Raises BrowserMissing, and Overdue where it does not start."""
    found = find_browser(config)
    with tempfile.TemporaryDirectory(prefix=FOLDER, ignore_cleanup_errors=True) as folder:
        loop = Loop()
        try:
            launched = Launched(config, found, Path(folder))
            try:
                loop.call(launched.start(), _START_SECONDS)
                yield loop, launched
            finally:
                _end(loop, launched)
        finally:
            loop.close()


def _end(loop: Loop, launched: Launched) -> None:
    try:
        loop.call(launched.close(), _CLOSE_SECONDS)
    except Overdue:
        launched.kill()
