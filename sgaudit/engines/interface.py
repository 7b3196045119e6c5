"""What every accessibility engine is."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol, TypeVar

from playwright.async_api import Page

from sgaudit.model.evidence import Scan

T = TypeVar("T")


class Ground(Protocol):
    """An open page, and a way to wait for its answers that always ends."""

    @property
    def page(self) -> Page: ...

    async def run(self, awaitable: Awaitable[T], seconds: float) -> T:
        """Wait at most `seconds`. Raises TimeoutError, and Playwright's Error."""


class Engine(Protocol):
    """One accessibility engine. `version` is that of its own rules, empty when it cannot be told."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    async def scan(self, ground: Ground, seconds: float) -> Scan:
        """What it says of the page as it stands open, in all its frames, within `seconds`.

        Never raises for what a page does: the scan's trouble and its untested frames say what could not be looked at.
        """
