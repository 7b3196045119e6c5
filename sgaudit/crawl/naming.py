"""What the site calls itself, and what of a page's title is the page's own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_BETWEEN = re.compile(r"\s*[|»·•]\s*|\s+[-–—:~]+\s+|:\s+")


def shared_parts(titles: Sequence[str]) -> tuple[str, ...]:
    """The parts of titles that more than half of at least two pages share, commonest first."""
    counts = Counter(part for title in titles for part in dict.fromkeys(_parts(title)))
    least = max(2, len(titles) // 2 + 1)
    return tuple(part for part, count in counts.most_common(3) if count >= least)


def own_title(title: str, shared: Sequence[str]) -> str:
    """`title` without the parts that other pages have too; empty when nothing is left."""
    return " - ".join(part for part in _parts(title) if part not in shared)


def site_name(declared: str, titles: Sequence[str], host: str) -> str:
    """What the home page declares (og:site_name), else what the titles share, else the host."""
    return declared or next(iter(shared_parts(titles)), "") or host


def _parts(title: str) -> list[str]:
    return [part for part in _BETWEEN.split(title) if part]
