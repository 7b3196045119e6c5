"""When to stop and what is going on: the two things every long stage must ask and tell."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Progress(Protocol):
    """Told while a stage works: its name, how many are done, of how many (None: not known yet), and what is at hand."""

    def __call__(self, stage: str, done: int, total: int | None, what: str = "") -> None:
        """Show it, or stay quiet."""


def quiet(stage: str, done: int, total: int | None, what: str = "") -> None:
    """A Progress that says nothing."""


class Stop:
    """Set by Ctrl-C or by the deadline (seconds from now). Stages look at `reason` between steps and return early."""

    def __init__(self, deadline: float = float("inf")) -> None:
        self._ends = time.monotonic() + deadline
        self._interrupted = threading.Event()

    def interrupt(self) -> None:
        """Ask every stage to come to an end with what it has."""
        self._interrupted.set()

    @property
    def remaining(self) -> float:
        """Seconds until the deadline, never below 0."""
        return max(0.0, self._ends - time.monotonic())

    @property
    def reason(self) -> str:
        """Empty while work may go on, else a sentence."""
        if self._interrupted.is_set():
            return "The audit was interrupted before it was finished."
        if self.remaining <= 0:
            return "The audit's deadline passed before it was finished."
        return ""

    def wait(self, seconds: float) -> bool:
        """Sleep, but wake for an interruption. True when work must stop."""
        return self._interrupted.wait(min(seconds, self.remaining)) or bool(self.reason)
