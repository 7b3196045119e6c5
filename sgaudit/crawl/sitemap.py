"""The addresses a site map lists: bounded, forgiving, and never believed without a look at the page."""

from __future__ import annotations

import html
import re
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urljoin

from sgaudit.crawl.addresses import Site, normal
from sgaudit.fetch import Fetcher
from sgaudit.model.evidence import Problem
from sgaudit.progress import Stop

_MOST_FILES = 20
_DEEPEST = 3
_LONGEST = 10_000_000
_SECONDS = 30.0

_ROOT = re.compile(r"<(?:(\w{1,20}):)?(urlset|sitemapindex)[\s>]")
_LOC = r"<{0}loc>\s*(?:<!\[CDATA\[)?\s*([^<>\]]{{1,2000}}?)\s*(?:\]\]>)?\s*</{0}loc>"


@dataclass
class Listed:
    """The pages that site maps list on the audited site, in their order, and what could not be read of them."""

    urls: dict[str, None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    cut: bool = False


def read_sitemaps(site: Site, fetcher: Fetcher, stop: Stop, named: tuple[str, ...], most: int) -> Listed:
    """Read the site maps `named` in robots.txt, else /sitemap.xml, and those they point to; at most `most` addresses.

    A site map that robots.txt names and that cannot be read is a problem; a missing /sitemap.xml is none.
    """
    listed = Listed()
    ends = time.monotonic() + _SECONDS
    waiting = [(urljoin(f"{site.origin}/", one), 0) for one in named] or [(f"{site.origin}/sitemap.xml", 0)]
    asked: set[str] = set()
    while waiting and not stop.reason and len(listed.urls) < most:
        url, depth = waiting.pop(0)
        if url in asked or not site.owns(url):
            continue
        if len(asked) == _MOST_FILES or time.monotonic() > ends:
            listed.cut = True
            break
        asked.add(url)
        fetched = fetcher.get(url, max_bytes=_LONGEST, retries=0)
        if fetched.probe.status != 200 or not fetched.body:
            if named:
                said = fetched.probe.message or f"The answer was {fetched.probe.status}."
                listed.problems.append(
                    Problem(stage="crawl", url=url, type="sitemap", message=f"A site map could not be read. {said}")
                )
            continue
        text = _text(fetched.body)
        root = _ROOT.search(text[:20_000])
        if root and root[2] == "sitemapindex":
            if depth < _DEEPEST:
                deeper = islice(_addresses(text, root[1]), _MOST_FILES + 1)
                waiting += [(urljoin(url, one), depth + 1) for one in deeper]
        else:
            _collect(listed, site, _addresses(text, root[1]) if root else text.split()[:most], most)
    listed.cut = listed.cut or len(listed.urls) >= most
    return listed


def _collect(listed: Listed, site: Site, found: Iterator[str] | list[str], most: int) -> None:
    for raw in found:
        if len(listed.urls) >= most:
            return
        try:
            url = normal(raw)[0]
        except ValueError:
            continue
        if site.owns(url):
            listed.urls[site.page(url)] = None


def _addresses(text: str, prefix: str | None) -> Iterator[str]:
    # Found by pattern, not by an XML parser: nothing is expanded, and a broken file still yields what it has.
    name = f"{re.escape(prefix)}:" if prefix else ""
    for found in re.finditer(_LOC.format(name), text):
        yield html.unescape(found[1])


def _text(body: bytes) -> str:
    if body.startswith(b"\x1f\x8b"):
        try:
            body = zlib.decompressobj(31).decompress(body, _LONGEST)
        except zlib.error:
            return ""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    return body.decode("utf-8-sig", "replace")
