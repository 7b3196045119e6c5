"""The one log file: a line an event, with its time, and no secret in it."""

from __future__ import annotations

import logging
import re
import sys
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

_BYTES = 1_000_000
_KEPT = 5
_LONGEST = 2_000
_ADDRESS = re.compile(r"(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}://)([^\s/?#]*@)?([^\s?#]*)(\?[^\s#]*)?", re.IGNORECASE)


class LogFile:
    """The file at `path`, begun anew at 1 MB, five older ones kept; None logs nothing.

    Nothing here raises: `problem` says, once, that the file could not be written.
    """

    def __init__(self, path: Path | None) -> None:
        self.problem = ""
        self._path = path
        self._handler: _Handler | None = None
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._handler = _Handler(self, path)
            except OSError as error:
                self.failed(error)

    def say(self, event: str, text: str) -> None:
        """Write one line: when, which event (one word), what; control characters and secrets of addresses left out."""
        if self._handler is None:
            return
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        line = f"{now} {event} {one_line(masked(text))[:_LONGEST]}"
        self._handler.handle(logging.LogRecord("sgaudit", logging.INFO, "", 0, line, None, None))

    def close(self) -> None:
        """Let the file go."""
        if self._handler is not None:
            try:
                self._handler.close()
            except OSError as error:  # what was kept back to be written could not be
                self.failed(error)

    def failed(self, error: BaseException | None) -> None:
        """Note that the file cannot be written."""
        reason = (error.strerror if isinstance(error, OSError) else "") or type(error).__name__
        self.problem = self.problem or f"{self._path}: the log cannot be written ({reason})."


class _Handler(RotatingFileHandler):
    def __init__(self, log: LogFile, path: Path) -> None:
        super().__init__(path, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8", errors="replace")
        self._log = log

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002 - logging calls it so
        self._log.failed(sys.exc_info()[1])


def masked(text: str) -> str:
    """The text with no user name, password or query value in the addresses it holds."""
    return _ADDRESS.sub(_without_secrets, text)


def _without_secrets(address: re.Match[str]) -> str:
    scheme, user, rest, query = address.groups()
    names = re.sub(r"=[^&;]*", "=...", query) if query else ""
    if query and "=" not in query:
        names = "?..."
    return f"{scheme}{'...@' if user else ''}{rest}{names}"


def one_line(text: str) -> str:
    """The text on one line, without characters that a terminal obeys."""
    return "".join(character if character.isprintable() else " " for character in " ".join(text.split()))
