"""Which pages the browser opens: home, safeguarding, and of the rest one of each kind or all."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from sgaudit.config import Config
from sgaudit.model.evidence import PageEvidence, Trouble
from sgaudit.model.outcome import Role

_BROWSER_MAY_READ = (
    Trouble.blocked, Trouble.empty, Trouble.timeout, Trouble.tls, Trouble.protocol, Trouble.proxy,
    Trouble.stuck, Trouble.crashed,
)  # fmt: skip


def choose_pages(config: Config, pages: Sequence[PageEvidence]) -> list[tuple[str, Role]]:
    """The addresses to open in the browser with their roles, the most important first, at most max_browser_pages."""
    return wanted_pages(config, pages)[: config.max_browser_pages]


def wanted_pages(config: Config, pages: Sequence[PageEvidence]) -> list[tuple[str, Role]]:
    """All pages that the settings ask to be opened. Home comes first, then the safeguarding pages, then the sample."""
    needed = [page for page in pages if page.role in (Role.home, Role.safeguarding) and _can_be_opened(page)]
    needed.sort(key=lambda page: page.role is not Role.home)
    chosen = {page.final_url or page.url: page.role for page in needed}
    covered = {page.template for page in needed}
    for page in pages:
        url = page.final_url or page.url
        if (
            url in chosen
            or page.trouble is not None
            or page.status != 200
            or page.role in (Role.home, Role.safeguarding)
        ):
            continue
        if config.accessibility_pages == "all":
            chosen[url] = Role.sample
        elif config.accessibility_pages == "sample" and page.template not in covered:
            covered.add(page.template)
            chosen[url] = Role.sample
    return list(chosen.items())


def templates(built: Sequence[tuple[tuple[str, ...], str]]) -> list[str]:
    """A short name for how each page is built, equal for pages built alike.

    `built` holds each page's body classes and skeleton. A class that only one page has names that page, not its kind.
    """
    counts = Counter(name for classes, _ in built for name in set(classes))
    names = []
    for classes, shape in built:
        kept = sorted({name for name in classes if counts[name] > 1})
        names.append(hashlib.blake2b("\n".join((*kept, shape)).encode(), digest_size=4).hexdigest())
    return names


def _can_be_opened(page: PageEvidence) -> bool:
    """Whether there is, or may be for a browser, something to look at."""
    return page.trouble is None or page.trouble in _BROWSER_MAY_READ or page.status in (502, 503)
