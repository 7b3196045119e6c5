"""The site's own style sheets, read for the pictures they name."""

from __future__ import annotations

from sgaudit.crawl.explore import Exploration
from sgaudit.crawl.links import css_links
from sgaudit.fetch import Fetched

_MOST = 30
_LONGEST = 500_000


def read_style_sheets(crawl: Exploration) -> None:
    """Read them and what they import, at most so many; what they name joins the table of links."""
    waiting = [number for number, target in enumerate(crawl.table.targets) if "stylesheet" in target.kinds]
    while waiting and len(crawl.style_sheets) < _MOST and not crawl.stop.reason:
        batch, waiting = waiting[: crawl.config.connections], waiting[crawl.config.connections :]
        asked = [(number, crawl.submit(_get, crawl, url)) for number in batch if (url := _wanted(crawl, number))]
        for number, coming in asked:
            fetched = coming.result()
            if fetched is None:
                continue
            crawl.style_sheets[crawl.table.targets[number].url] = fetched.probe
            if fetched.body and "css" in fetched.probe.content_type:
                waiting += crawl.table.style_sheet(number, css_links(fetched.text))


def _wanted(crawl: Exploration, number: int) -> str:
    target = crawl.table.targets[number]
    known = not target.internal or target.url in crawl.style_sheets
    return "" if known or crawl.robots.forbids(target.url) else target.url


def _get(crawl: Exploration, url: str) -> Fetched | None:
    return crawl.fetcher.get(url, enough=_LONGEST) if crawl.pace.wait() else None
