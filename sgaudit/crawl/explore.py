"""The walk over the site: nearest pages first, in an order that does not depend on which answer comes first."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from sgaudit.config import Config
from sgaudit.crawl.addresses import Site, host_of, resolve
from sgaudit.crawl.by_browser import ByBrowser
from sgaudit.crawl.document import Document
from sgaudit.crawl.frontier import Frontier, Node, pattern_of
from sgaudit.crawl.keeping import get_to_keep, packed, unpacked
from sgaudit.crawl.links import Link
from sgaudit.crawl.page import Page, Seen, forbidden
from sgaudit.crawl.reading import Got, Reader, asks_to_sign_in, get_page
from sgaudit.crawl.robots import Pace, Robots
from sgaudit.crawl.table import LinkTable
from sgaudit.crawl.topic import STRONG, weight
from sgaudit.fetch import Fetcher
from sgaudit.model.evidence import Probe, Problem, Trouble
from sgaudit.model.kept import Kept, PageMemory
from sgaudit.progress import Progress, Stop

P = ParamSpec("P")
T = TypeVar("T")

SHARE_OF_TIME = 0.6
"""The part of the run's time that reading pages may take; the browser and the links need the rest."""

_CUT_SHORT = (Trouble.interrupted, Trouble.budget)
_LYING = 20


class Exploration:
    """One crawl while it lasts: what is known of the site, what was read, what was left out."""

    def __init__(
        self,
        config: Config,
        fetcher: Fetcher,
        stop: Stop,
        progress: Progress,
        read: Reader | None,
        memory: PageMemory | None = None,
    ) -> None:
        self.config = config
        self.fetcher = fetcher
        self.stop = stop
        self.site = Site(config.url)
        self.table = LinkTable(self.site)
        self.frontier = Frontier()
        self.pages: list[Page] = []
        self.problems: list[Problem] = []
        self.robots = Robots()
        self.ends = time.monotonic() + SHARE_OF_TIME * stop.remaining
        self.pace = Pace(0, stop, self.ends)
        self.style_sheets: dict[str, Probe] = {}
        self.by_browser = ByBrowser(read, stop)
        self._memory = memory
        self._progress = progress
        self._pool = ThreadPoolExecutor(config.connections, thread_name_prefix="crawl")
        self._digests: dict[bytes, int] = {}
        self._counted = self._flying = self._asked = self._bytes = self._lies = 0

    def close(self) -> None:
        """Let go of what is still waiting; requests under way end by their own limits."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def walk(self, start: list[Node], *, clicks: bool) -> None:
        """Read from `start` on, level by level. With `clicks` the levels are clicks from home, else they count nothing.

        What was read before is not asked for again, only walked through.
        """
        level, distance = start, 0
        while level:
            following: list[Node] = []
            for node in self._reading(level, far=distance > self.config.max_depth):
                if node.page is None or node.walked:
                    continue
                node.walked = True
                for other, free, follow in self._ways(node):
                    away = distance if free else distance + 1
                    nearer = clicks and (other.depth is None or away < other.depth)
                    if nearer:
                        other.depth = away
                    newly = follow and not other.waiting
                    other.allowed = other.allowed or follow
                    if nearer or newly:
                        other.waiting = other.waiting or follow
                        (level if free else following).append(other)
            # Where the budget ends within a level, what looks like safeguarding has been read.
            following.sort(key=lambda node: not node.promising)
            level, distance = following, distance + 1

    def forget_ways(self) -> None:
        """Forget depths and ways, not what was read: the next walk finds them anew."""
        for node in self.frontier.nodes.values():
            node.depth, node.walked, node.waiting = None, False, False

    def read_all(self, nodes: list[Node]) -> None:
        """Read each of `nodes` as far as the budget allows, and follow nothing."""
        for _ in self._reading(list(nodes), far=False):
            pass

    def _reading(self, level: list[Node], *, far: bool) -> Iterator[Node]:
        """Each node of `level` in order, once it has been read or is known not to be; `level` may grow meanwhile.

        One is taken in before the next is asked for, so that the same site is always read in the same order.
        """
        ahead: deque[tuple[Node, Future[Got | None] | None]] = deque()
        position = 0
        while position < len(level) or ahead:
            while position < len(level) and len(ahead) < 4 * self.config.connections:
                if self._flying and self._counted + self._flying >= self.config.max_pages:
                    break  # what is under way may turn out to be no page, and then there is room for more
                node = level[position]
                position += 1
                ahead.append((node, self._submit(node, far)))
            node, coming = ahead.popleft()
            if coming is not None:
                got = coming.result()
                self._flying -= 1
                if got is None or (got.trouble in _CUT_SHORT and not node.promising):
                    node.asked, node.left = False, "requests" if self.fetcher.spent else "time"
                else:
                    self.take(node, got)
                    self._tell(node.url)
            yield node

    def _submit(self, node: Node, far: bool) -> Future[Got | None] | None:
        if not self.may_ask(node, far=far):
            return None
        node.asked = True
        self._asked += 1
        self._flying += 1
        kept = self._memory.page(node.url) if self._memory is not None else None
        if kept is not None and node.promising and not kept.tonight:
            kept = None  # whatever its server says of it, this may be a page on which a child depends
        return self.submit(self._get, node.url, kept)

    def _get(self, url: str, kept: Kept | None) -> Got | None:
        if kept is not None and kept.tonight:
            if (got := unpacked(kept)) is not None:
                return got
            kept = None
        if not self.pace.wait():
            return None
        return get_page(self.fetcher, url) if self._memory is None else get_to_keep(self.fetcher, url, kept)

    def may_ask(self, node: Node, *, far: bool = False) -> bool:
        """Whether this address is to be read; what is left out is remembered with the reason."""
        if node.asked or node.page is not None:
            return False
        if not (node.allowed or node.listed):
            node.left = "nofollow"
            return False
        if reason := self.robots.forbids(node.url):
            self.frontier.notes.once(f"robots {node.url}", node.url, reason)
            if node.promising:
                self.keep(node, Seen(forbidden(node.url, reason)))
            return False
        if not node.linked and node.listed and self._lies >= _LYING:
            said = (
                "The site map lists many addresses that do not work, so the rest of those that only it names were left."
            )
            self.frontier.notes.once("lying sitemap", node.url, said)
            return False
        if self.frontier.refuses(node):
            return False
        node.left = self._bound(far)
        return not node.left

    def _bound(self, far: bool) -> str:
        """The limit that has been reached, empty when none has."""
        if self.stop.reason or time.monotonic() > self.ends:
            return "time"
        if self.fetcher.spent:
            return "requests"
        if far:
            return "depth"
        if self._counted + self._flying >= self.config.max_pages or self._asked > 4 * self.config.max_pages + 200:
            return "pages"
        return "bytes" if self._bytes >= self.config.max_total_bytes else ""

    def take(self, node: Node, got: Got) -> None:
        """Take in what `node` gave: a page of the site, or only the end of a link."""
        self.hear(node, got)
        if self._memory is not None and got.print and got.seen_at is None:
            self._memory.keep_page(node.url, got.mark, packed(got))
        if not got.is_file and node.page is None and self.site.owns(got.final_url):
            self.keep(node, self.seen(node, got))

    def hear(self, node: Node, got: Got) -> None:
        """Remember that `node` was asked and what was answered."""
        node.asked = True
        node.probe = got.probe
        self._bytes += got.probe.size

    def seen(self, node: Node, got: Got) -> Seen:
        """What there is to see at `node`, with the browser's help where a program sees nothing."""
        document = got.document
        if asks_to_sign_in(node.url, got):
            reason = f"This only leads to a sign-in at {host_of(got.final_url)}, so what lies behind it was not seen."
            return Seen(Got(got.probe, None, got.digest, Trouble.blocked, reason))
        by_script = document is not None and got.trouble is None and document.scripted
        if not (got.turned_away or by_script) or not (node.linked or node.listed):
            return Seen(got)
        found = self.by_browser.written(node) if by_script else self.by_browser.let_in(node)
        if found is not None:
            return Seen(found, by_script, "browser")
        if by_script:
            reason = "The page shows its content only by script, and no browser read it."
            got = Got(got.probe, document, got.digest, Trouble.empty, reason)
        return Seen(got, by_script)

    def keep(self, node: Node, seen: Seen) -> Page:
        """Make what was seen at `node` one of the pages, unless it already is one under another address."""
        got, home = seen.got, node
        if got.document is not None and got.trouble is None and self.site.owns(got.final_url):
            home = self.frontier.node(self.site.page(got.final_url))
            home.asked = True
            home.linked, home.listed = home.linked or node.linked, home.listed or node.listed
            if home.page is not None:
                node.page = home.page
                return self.pages[home.page]
        index = len(self.pages)
        page = Page(home, node.url, seen)
        self.pages.append(page)
        node.page = home.page = index
        if got.trouble is None or node.linked:
            self._counted += 1
        elif node.listed:
            self._lies += 1
        if page.readable and node.listed:
            self._lies = 0
        self._read_out(page)
        return page

    def _read_out(self, page: Page, *, again: bool = False) -> None:
        """Take in the document of a page and put away what is not needed any more; `again` when it is taken in."""
        document = page.got.document
        if document is None:
            return
        if page.readable and not again:
            self._take_in(page.node.page or 0, page, document)
        page.says = hash(document.text)
        document.links, document.text = [], ""

    def _take_in(self, index: int, page: Page, document: Document) -> None:
        """Take in what a page says and names, unless it is word for word one that was read before."""
        got = page.got
        earlier = index if page.seen.by_script else self._digests.setdefault(got.digest, index)
        if earlier != index:
            page.same_as = earlier
            return
        if document.cut:
            message = f"The page names more than {len(document.links):,} addresses; the rest of them were left out."
            self.problems.append(Problem(stage="crawl", url=got.final_url, type="links", message=message))
        base = resolve(got.final_url, document.head.base)[0] if document.head.base else got.final_url
        onward = [Link("refresh", document.head.refresh)] if document.head.refresh else []
        page.follows = not (self.config.robots and document.head.robots & {"nofollow", "none"})
        page.mentions = self.table.meet(index, base, [*document.links, *onward])
        self.frontier.learn(page.node, document.title, document.text)

    def _ways(self, node: Node) -> Iterator[tuple[Node, bool, bool]]:
        """Where one gets from a page that was read: the address, whether without a click, whether we may follow."""
        page = self.pages[node.page or 0]
        if page.node is not node:
            page.node.linked = page.node.linked or node.linked
            yield page.node, True, True
            return
        if page.same_as is not None:
            original = self.pages[page.same_as].node
            original.linked = original.linked or node.linked
            yield original, True, True
        free = set(page.mentions.free)
        kind = pattern_of(node.url)
        for number in page.mentions.targets:
            target = self.table.targets[number]
            if not target.page or not (target.linked or number in free):
                continue
            other = self.frontier.node(target.page)
            if other is node:
                continue
            if not other.asked and not other.waiting:
                other.origin = other.origin or kind
                other.promising = other.promising or any(weight(words) >= STRONG for words in target.words)
            other.linked = other.linked or target.linked
            follow = page.follows and (not self.config.robots or number not in page.mentions.unfollowed)
            yield other, number in free, follow

    def look_again(self, page: Page) -> bool:
        """Add the links of `page` that only the browser sees, as in a menu made by script. Whether there are any."""
        seen = self.by_browser.again(page)
        if seen is None or seen.document is None:
            return False
        return page.mentions.add(self.table.meet(page.node.page or 0, seen.final_url, seen.document.links))

    def read_in_full(self, numbers: Iterable[int]) -> bool:
        """Read those pages anew that were not read in this audit but are known from before. Whether there were any."""
        known = [self.pages[number] for number in numbers if self._is_from_before(self.pages[number])]
        coming = [(page, self.submit(self._get, page.url, None)) for page in known]
        changed = []
        for page, answer in coming:
            got = answer.result()
            if got is None:
                reason = "It was to be read in full, and the time for reading pages was used up."
                got = Got(page.got.probe, trouble=Trouble.interrupted, reason=reason)
            before = page.got.digest
            self.take(page.node, got)
            page.seen = self.seen(page.node, got)
            if page.got.digest != before:
                changed.append(page)
            self._read_out(page, again=page.got.digest == before)
        for page in changed:
            page.node.walked = False
            self.walk([page.node], clicks=False)
        return bool(known)

    def _is_from_before(self, page: Page) -> bool:
        if page.got.seen_at is None or self._memory is None:
            return False
        kept = self._memory.page(page.url)
        return kept is None or not kept.tonight

    def submit(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have `work` done by the crawl's own threads."""
        return self._pool.submit(work, *args, **kwargs)

    def _tell(self, what: str) -> None:
        self._progress("crawl", self._counted, min(len(self.frontier.nodes), self.config.max_pages), what)
