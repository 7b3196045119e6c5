"""What a look at one address left for later nights, as the stages hand it to the memory and get it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Kept:
    """What was kept of one address. `seen` is when it was really looked at.

    `tonight` is true for what the audit that is being resumed had finished: it counts as it is. Else the address must
    first prove to be what it was: `mark` is what the stage that kept it needs for that. `body` is the stage's own.
    """

    seen: datetime
    tonight: bool
    mark: str
    body: bytes


class PageMemory(Protocol):
    """What the crawl kept of pages. An address that must be read in full tonight is not known."""

    def page(self, url: str) -> Kept | None:
        """What there is of `url`."""

    def keep_page(self, url: str, mark: str, body: bytes) -> None:
        """Keep what was read at `url` just now."""
