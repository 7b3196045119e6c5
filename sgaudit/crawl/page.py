"""One page of a crawl: what was seen at its address, by what means, and what it names."""

from __future__ import annotations

from dataclasses import dataclass, field

from sgaudit.crawl.frontier import Node
from sgaudit.crawl.reading import Got
from sgaudit.crawl.table import Mentions
from sgaudit.model.evidence import Probe, Trouble


@dataclass(frozen=True, slots=True)
class Seen:
    """What there was to see at one address, and by what means; `by_script` when only scripts write it."""

    got: Got
    by_script: bool = False
    fetched_by: str = "requests"


@dataclass(slots=True)
class Page:
    """One page read, or tried. `node` is its own address, `url` the one that was asked for.

    `follows` is false when the page asks programs not to follow its links. `same_as` is the number of the page that
    this one is under another address. `says` is a hash of its text.
    """

    node: Node
    url: str
    seen: Seen
    mentions: Mentions = field(default_factory=Mentions)
    follows: bool = True
    same_as: int | None = None
    says: int = 0

    @property
    def got(self) -> Got:
        """What it gave."""
        return self.seen.got

    @property
    def readable(self) -> bool:
        """Whether there was a page to look at."""
        return self.got.trouble is None and self.got.document is not None


def forbidden(url: str, reason: str) -> Got:
    """What is known of an address that robots.txt keeps from us."""
    probe = Probe(url=url, method="GET", final_url=url, trouble=Trouble.robots, message=reason)
    return Got(probe, trouble=Trouble.robots, reason=reason)
