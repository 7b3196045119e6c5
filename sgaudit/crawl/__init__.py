"""Explore and sample: which pages the site has, where they lead, which are the safeguarding pages and why."""

from __future__ import annotations

from contextlib import closing

from sgaudit.config import Config
from sgaudit.crawl.assemble import Crawled, assemble
from sgaudit.crawl.explore import Exploration
from sgaudit.crawl.home import open_home, open_named
from sgaudit.crawl.reading import Reader
from sgaudit.crawl.rendered import add_rendered
from sgaudit.crawl.roles import MOST
from sgaudit.crawl.sample import choose_pages
from sgaudit.crawl.settle import roles, settle
from sgaudit.crawl.sitemap import read_sitemaps
from sgaudit.crawl.style_sheets import read_style_sheets
from sgaudit.fetch import Fetcher
from sgaudit.model.kept import PageMemory
from sgaudit.progress import Progress, Stop

__all__ = ["Crawled", "Reader", "add_rendered", "choose_pages", "crawl"]

_NEAR = 2


def crawl(
    config: Config,
    fetcher: Fetcher,
    stop: Stop,
    progress: Progress,
    read: Reader | None,
    memory: PageMemory | None = None,
) -> Crawled:
    """Read the site of `config` from its home page on, within its limits; only `config.page` when pages are named.

    `read` opens a page in the browser, for pages of which programs see nothing; None when there is no browser.
    What `memory` has of a page is taken for it where its server says that it has not changed, but never for the home
    page and what turns out to be a safeguarding page. Whatever the site does becomes evidence; nothing it does raises.
    """
    with closing(Exploration(config, fetcher, stop, progress, read, memory)) as exploration:
        if config.page:
            open_named(exploration)
        else:
            _explore(exploration)
            if memory is not None:
                _read_safeguarding_in_full(exploration)
        read_style_sheets(exploration)
        return assemble(exploration)


def _explore(crawl: Exploration) -> None:
    home = open_home(crawl)
    if not home.readable or crawl.robots.unread:
        return
    config, frontier = crawl.config, crawl.frontier
    listed = read_sitemaps(
        crawl.site, crawl.fetcher, crawl.stop, crawl.robots.sitemaps, max(5_000, 3 * config.max_pages)
    )
    crawl.problems += listed.problems
    named = [
        f"{crawl.site.origin}{one}" for one in config.safeguarding if one.startswith("/") and not set("*?[") & set(one)
    ]
    seeds = [frontier.node(url) for url in (*map(crawl.site.page, named), *listed.urls)]
    for node in seeds:
        node.listed = True
    # What looks like safeguarding is read first: it must not be lost to a limit.
    crawl.read_all([node for node in seeds if node.promising][:20])
    crawl.walk([home.node], clicks=True)
    crawl.walk(seeds, clicks=False)
    if not _is_near(crawl) and crawl.look_again(home):
        crawl.forget_ways()
        home.node.depth, home.node.waiting = 0, True
        crawl.walk([home.node], clicks=True)
        crawl.walk(seeds, clicks=False)


def _read_safeguarding_in_full(crawl: Exploration) -> None:
    """Tonight's safeguarding pages may have been others before, and then their servers' word was taken for them."""
    for _ in range(3):  # what they say may make others of them
        found = list(roles(crawl, settle(crawl)))[:MOST]
        if not crawl.read_in_full(found):
            return


def _is_near(crawl: Exploration) -> bool:
    """Whether a safeguarding page was found a click or two from home; else the menu may be one that scripts build."""
    kept = settle(crawl)
    depths = (crawl.pages[number].node.depth for number in roles(crawl, kept))
    return any(depth is not None and depth <= _NEAR for depth in depths)
