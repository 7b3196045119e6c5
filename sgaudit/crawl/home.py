"""The front door of the site: where the home page really is, and whether anything may be read behind it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from sgaudit.crawl.addresses import host_of, resolve
from sgaudit.crawl.explore import Exploration
from sgaudit.crawl.frontier import Node
from sgaudit.crawl.keeping import get_to_keep
from sgaudit.crawl.page import Page, Seen, forbidden
from sgaudit.crawl.reading import Got
from sgaudit.crawl.robots import Pace, Robots, read_robots
from sgaudit.model.evidence import Hop, Probe, Problem, Trouble
from sgaudit.register import registrable_domain

_HOPS = 3
_SOON = 5.0


def open_home(crawl: Exploration) -> Page:
    """Read the home page and make the place where it is the base of the site.

    Unless robots.txt forbids it, the home page is asked for even where nothing else may be: a person named it.
    """
    site, asked_at = crawl.site, crawl.site.origin
    crawl.robots = read_robots(crawl.config, crawl.fetcher, asked_at)
    if not crawl.robots.unread and (reason := crawl.robots.forbids(site.home)):
        reason = f"{reason} Set robots = false under [crawl] in sgaudit.toml to audit a site of your own nevertheless."
        got = forbidden(site.home, reason)
    else:
        got = _follow(crawl, site.home)
    asked = Node(site.home, linked=True)
    seen = _moved(crawl, _not_a_file(crawl.seen(asked, got)))
    node = _front(crawl, site.page(site.home))
    crawl.hear(node, got)
    node.by_browser = asked.by_browser
    page = crawl.keep(node, seen)
    _front(crawl, page.node.url)
    page.url = site.home
    if site.origin != asked_at and page.readable:
        crawl.robots = read_robots(crawl.config, crawl.fetcher, site.origin)
    crawl.pace = Pace(crawl.robots.pause, crawl.stop, crawl.ends)
    return page


def _front(crawl: Exploration, url: str) -> Node:
    node = crawl.frontier.node(url)
    node.depth, node.linked, node.allowed, node.waiting = 0, True, True, True
    return node


def _not_a_file(seen: Seen) -> Seen:
    if not seen.got.is_file:
        return seen
    kind = seen.got.probe.content_type.partition(";")[0] or "a file"
    reason = f"This address gives {kind}, not a web page."
    return Seen(Got(seen.got.probe, trouble=Trouble.not_html, reason=reason))


def _follow(crawl: Exploration, url: str) -> Got:
    """The home page, through pages that only send the visitor on to it (<meta http-equiv=refresh>)."""
    got = get_to_keep(crawl.fetcher, url, None)
    for _ in range(_HOPS):
        document = got.document
        if document is None or got.trouble is not None or document.words > 30:
            break
        head = document.head
        if not head.refresh or head.refresh_seconds > _SOON:
            break
        onward = resolve(got.final_url, head.refresh)[0]
        if not onward.startswith("http") or onward == got.final_url:
            break
        trail = (*got.probe.trail, Hop(url=got.final_url, status=got.probe.status or 200))
        got = get_to_keep(crawl.fetcher, onward, None)
        probe = got.probe.model_copy(update={"url": url, "trail": (*trail, *got.probe.trail)})
        got = replace(got, probe=probe)
    return got


def _moved(crawl: Exploration, seen: Seen) -> Seen:
    """Take the site to where its home page is; what cannot be the school's own page is seen as trouble."""
    site, got = crawl.site, seen.got
    landed = got.final_url
    if got.probe.status is None or not landed.startswith("http"):
        return seen
    before, after = host_of(site.home), host_of(landed)
    if not site.owns(landed):
        foreign = registrable_domain(before) != registrable_domain(after)
        if foreign and (got.document is None or got.trouble is not None):
            return seen
        message = f"{before} forwards to {after}, which was audited as the school's site."
        crawl.problems.append(Problem(stage="crawl", url=site.home, type="moved", message=message))
    parts = urlsplit(landed)
    if f"{parts.scheme}://{parts.netloc}" != site.origin:
        site.adopt(landed)
    return seen


def open_named(crawl: Exploration) -> None:
    """Read the pages that the settings name, and nothing else of the site.

    As a person named them, a robots.txt that cannot be read does not stand in the way; one that forbids them does.
    """
    robots = read_robots(crawl.config, crawl.fetcher, crawl.site.origin)
    crawl.robots = Robots() if robots.unread else robots
    crawl.pace = Pace(crawl.robots.pause, crawl.stop, crawl.ends)
    nodes = list(dict.fromkeys(crawl.frontier.node(crawl.site.page(url)) for url in crawl.config.page))
    for node in nodes:
        node.linked = node.allowed = node.promising = True
    crawl.read_all(nodes)
    for node in nodes:
        if node.page is None and node.probe is not None:
            crawl.keep(node, _not_a_page(crawl, node.probe))


def _not_a_page(crawl: Exploration, probe: Probe) -> Seen:
    if crawl.site.owns(probe.final_url):
        return _not_a_file(Seen(Got(probe, is_file=True)))
    reason = f"This address forwards to another site, {host_of(probe.final_url)}."
    return Seen(Got(probe, trouble=Trouble.unsupported, reason=reason))
