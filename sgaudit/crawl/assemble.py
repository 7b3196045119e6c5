"""What a crawl found becomes evidence: pages with their roles, links with their probes, a sentence for each limit."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sgaudit.crawl.addresses import host_of
from sgaudit.crawl.by_browser import MOST as MOST_BY_BROWSER
from sgaudit.crawl.explore import Exploration
from sgaudit.crawl.naming import site_name
from sgaudit.crawl.page import Page, forbidden
from sgaudit.crawl.robots import Robots
from sgaudit.crawl.roles import MOST
from sgaudit.crawl.sample import templates, wanted_pages
from sgaudit.crawl.settle import original, roles, settle
from sgaudit.crawl.table import Mentions, Target
from sgaudit.model.evidence import LinkEvidence, PageEvidence, Probe, Problem, Skipped, Trouble
from sgaudit.model.outcome import Role
from sgaudit.model.visits import trimmed

_PASSING = (
    Trouble.blocked, Trouble.timeout, Trouble.refused, Trouble.tls, Trouble.protocol, Trouble.proxy, Trouble.empty,
    Trouble.stuck, Trouble.crashed, Trouble.too_large, Trouble.name_not_resolved,
)  # fmt: skip


@dataclass(frozen=True)
class Crawled:
    """All that the crawl saw. `hosts` are the site's own; `incomplete` has a sentence for every limit that was hit.

    `robots` is what the site's robots.txt allows, also to whoever asks later. `prints` are digests of what pages hold
    as they were served, by where they stand; none for what only the browser could read, and without a memory.
    """

    pages: tuple[PageEvidence, ...]
    links: tuple[LinkEvidence, ...]
    hosts: tuple[str, ...]
    site_name: str
    skipped: tuple[Skipped, ...]
    problems: tuple[Problem, ...]
    incomplete: tuple[str, ...]
    robots: Robots
    prints: Mapping[str, str] = field(default_factory=dict)


def assemble(crawl: Exploration) -> Crawled:
    """Turn everything into evidence. Reads nothing more."""
    kept = settle(crawl)
    named = bool(crawl.config.page)
    found = {} if named else roles(crawl, kept)
    chosen = dict(list(found.items())[:MOST])
    kinds = dict(zip(kept, templates([_built(crawl.pages[number]) for number in kept]), strict=True))
    pages = [_page(crawl, number, chosen, kinds[number]) for number in _in_order(crawl, kept)]
    opened = dict(wanted_pages(crawl.config, pages)[: crawl.config.max_browser_pages])
    pages = [
        page.model_copy(update={"role": Role.sample})
        if page.role is Role.other and (page.final_url or page.url) in opened
        else page
        for page in pages
    ]
    document = crawl.pages[0].got.document if crawl.pages else None
    titles = [page.title for page in pages if page.trouble is None and page.title]
    return Crawled(
        pages=tuple(pages),
        links=tuple(_links(crawl)),
        hosts=crawl.site.hosts,
        site_name=site_name(document.head.site_name if document else "", titles, host_of(crawl.site.origin)),
        skipped=(*crawl.frontier.notes.all(crawl.site.home), *_left_out(crawl, pages, found)),
        problems=(*crawl.problems, *_unmatched(crawl, found)),
        incomplete=tuple(_incomplete(crawl, pages)),
        robots=crawl.robots,
        prints={
            page.got.final_url: page.got.print.hex()
            for page in crawl.pages
            if page.got.print and page.readable and page.seen.fetched_by == "requests" and not page.seen.by_script
        },
    )


def _page(crawl: Exploration, number: int, found: Mapping[int, tuple[str, ...]], template: str) -> PageEvidence:
    page = crawl.pages[number]
    got, document = page.got, page.got.document
    role, reasons = (Role.safeguarding, found[number]) if number in found else (Role.other, ())
    if crawl.config.page:
        role, reasons = Role.safeguarding, ("named with --page",)
    if page.url == crawl.site.home:
        role, reasons = Role.home, ("the address that was audited",)
    return PageEvidence(
        url=page.url,
        final_url=got.final_url,
        status=got.probe.status,
        content_type=got.probe.content_type,
        title=document.title if document else "",
        lang=document.lang if document else "",
        headings=tuple(text for _, text in document.headings) if document else (),
        depth=page.node.depth,
        role=role,
        role_reasons=reasons,
        template=template,
        fetched_by=page.seen.fetched_by,
        by_script=page.seen.by_script,
        size=got.probe.size,
        trail=got.probe.trail,
        trouble=got.trouble,
        reason=got.reason,
        seen_at=got.seen_at,
    )


def _links(crawl: Exploration) -> list[LinkEvidence]:
    # Pages that only inner frames show are no pages of their own, but their links count.
    readable = [number for number, page in enumerate(crawl.pages) if page.readable]
    held = [(number, _own_mentions(crawl, number)) for number in _in_order(crawl, readable)]

    def address(number: int) -> str:
        return crawl.pages[number].got.final_url

    def places(url: str) -> frozenset[str] | None:
        node = crawl.frontier.nodes.get(crawl.site.page(url))
        if node is None or node.page is None:
            return None
        page = crawl.pages[node.page]
        document = page.got.document
        if not page.readable or page.seen.by_script or document is None or document.ids is None:
            return None
        return frozenset(document.ids)

    return crawl.table.evidence(held, address, lambda target: _probes(crawl, target), places)


def _own_mentions(crawl: Exploration, number: int) -> Mentions:
    """What a page names; of one that is another under a second address only what that other does not name."""
    mentions = crawl.pages[number].mentions
    if (first := original(crawl, number)) == number:
        return mentions
    named = set(crawl.pages[first].mentions.targets)
    return Mentions(array("I", [target for target in mentions.targets if target not in named]))


def _probes(crawl: Exploration, target: Target) -> tuple[Probe, ...]:
    """What the crawl itself already knows of a target, so that it is not asked for twice."""
    if not target.internal:
        return ()
    if target.url in crawl.style_sheets:
        return (crawl.style_sheets[target.url],)
    node = crawl.frontier.nodes.get(target.page) if target.page == target.url else None
    if node is not None and node.probe is not None:
        return (node.probe, node.by_browser) if node.by_browser else (node.probe,)
    if node is not None and node.page is not None and crawl.pages[node.page].readable:
        probe = crawl.pages[node.page].got.probe
        if probe.trail and trimmed(probe.final_url) == target.url:
            return (probe.model_copy(update={"url": target.url, "trail": ()}),)
    if reason := crawl.robots.forbids(target.url):
        return (forbidden(target.url, reason).probe,)
    return ()


def _incomplete(crawl: Exploration, pages: list[PageEvidence]) -> list[str]:
    config = crawl.config
    waiting = [node for node in crawl.frontier.nodes.values() if node.left and not node.asked and node.page is None]
    left = Counter(node.left for node in waiting if node.left == "nofollow" or not crawl.frontier.endless(node))
    home = crawl.pages[0] if crawl.pages and not config.page else None
    sentences = []
    if crawl.stop.reason:
        sentences.append("The crawl was stopped before every page was read.")
    elif left["time"]:
        seconds = "a second" if crawl.robots.pause == 1 else f"{crawl.robots.pause:g} seconds"
        pause = f" The site asks for a pause of {seconds} between requests." if crawl.robots.pause else ""
        sentences.append(f"The time for reading pages was used up before every page was read (--deadline).{pause}")
    if left["pages"]:
        allowed = f"{config.max_pages:,} this audit was" if config.max_pages > 1 else "one this audit was"
        sentences.append(f"The site has more pages than the {allowed} allowed to read (--max-pages).")
    if left["depth"]:
        clicks = "click" if config.max_depth == 1 else "clicks"
        sentences.append(f"Pages more than {config.max_depth} {clicks} from the home page were not read (--max-depth).")
    if left["bytes"]:
        limit = f"{config.max_total_bytes / 1e6:,.0f} MB"
        sentences.append(f"The pages are larger than the {limit} this audit was allowed to load (max_total_bytes).")
    if home is not None and home.readable and crawl.robots.unread:
        sentences.append(crawl.robots.forbids(crawl.site.home))
    if home is not None and not home.follows and left["nofollow"]:
        sentences.append("The home page asks programs not to follow its links, so what they lead to was not read.")
    if crawl.table.full:
        sentences.append("The site links to more addresses than can be held, so not all of its links were checked.")
    if crawl.by_browser.unread:
        why = (
            "no browser was there to read them"
            if not crawl.by_browser.is_there
            else f"only {MOST_BY_BROWSER} were read by one"
        )
        sentences.append(f"Pages of this site show their content only by script, and {why}.")
    unread = [page for page in pages if _was_kept_from_us(page)]
    if unread and len(unread) < len(pages):
        first = f"{urlsplit(unread[0].url).path}: {unread[0].reason}"
        many = f"{len(unread):,} pages" if len(unread) > 1 else "One page"
        sentences.append(f"{many} could not be read; {'the first is ' if len(unread) > 1 else 'it is '}{first}")
    return sentences


def _was_kept_from_us(page: PageEvidence) -> bool:
    """Whether there is something at an address that was not seen; what lies behind a sign-in is not meant for us."""
    if page.by_script or (page.trouble is Trouble.blocked and page.status in (200, 401, 407)):
        return False
    return page.trouble in _PASSING or (page.status or 0) >= 500


def _left_out(crawl: Exploration, pages: list[PageEvidence], found: Mapping[int, tuple[str, ...]]) -> list[Skipped]:
    """What was met and not looked at, beyond the single addresses."""
    home = crawl.site.home
    notes = [
        Skipped(url=url, reason="The address is too long to be asked for.") for url in list(crawl.table.overlong)[:20]
    ]
    if len(found) > MOST:
        more = len(found) - MOST
        said = f"{more:,} more pages are about safeguarding; the {MOST} clearest were looked at as safeguarding pages."
        notes.append(Skipped(url=crawl.pages[list(found)[MOST]].got.final_url, reason=said))
    wanted = len(wanted_pages(crawl.config, pages))
    if wanted > (most := crawl.config.max_browser_pages):
        said = f"{wanted:,} pages were to be opened in the browser, which was allowed {most:,} (max_browser_pages)."
        notes.append(Skipped(url=home, reason=said))
    dead = [page for page in crawl.pages if page.got.trouble is not None and not page.node.linked and page.node.listed]
    return notes + [Skipped(url=page.url, reason=f"Only the site map names it. {page.got.reason}") for page in dead]


def _unmatched(crawl: Exploration, found: Mapping[int, tuple[str, ...]]) -> list[Problem]:
    patterns = crawl.config.safeguarding
    if not patterns or found or crawl.config.page:
        return []
    message = f"No page that was read matches {', '.join(patterns)}, named under [pages] safeguarding in sgaudit.toml."
    return [Problem(stage="crawl", url=crawl.site.home, type="safeguarding-pages", message=message)]


def _built(page: Page) -> tuple[tuple[str, ...], str]:
    document = page.got.document
    return (document.classes, document.shape) if document else ((), "")


def _in_order(crawl: Exploration, kept: list[int]) -> list[int]:
    """Home first, then by clicks from it, then what only the site map names."""

    def place(number: int) -> tuple[bool, bool, int, int]:
        depth = crawl.pages[number].node.depth
        return (crawl.pages[number].url != crawl.site.home, depth is None, depth or 0, number)

    return sorted(kept, key=place)
