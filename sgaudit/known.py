"""What is known from before, brought to the stages of one audit in the form in which each of them asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from sgaudit.browser import Browser
from sgaudit.config import Config
from sgaudit.crawl import Crawled
from sgaudit.fetch import Fetcher
from sgaudit.model.evidence import Canary, Certificate, DocumentSeen, LinkEvidence, Probe, RenderedPage
from sgaudit.model.outcome import Role
from sgaudit.probe import witness
from sgaudit.progress import Stop
from sgaudit.register import host_of
from sgaudit.reuse import Reuse


class Known:
    """What is known from before, as the stages of one audit ask for it; of nothing where there is no memory."""

    def __init__(self, config: Config, fetcher: Fetcher, stop: Stop, crawled: Crawled, reuse: Reuse | None) -> None:
        self._config = config
        self._fetcher = fetcher
        self._stop = stop
        self._crawled = crawled
        self._reuse = reuse
        self._shown: tuple[Certificate, ...] = ()
        self._heads: dict[str, Probe] = {}

    def looks(self, chosen: Sequence[tuple[str, Role]], conditions: Sequence[object]) -> Mapping[str, RenderedPage]:
        """The looks at `chosen` pages that stand for tonight's."""
        return self._reuse.looks(chosen, self._crawled.prints, conditions, self._tell) if self._reuse else {}

    def canary(self, browser: Browser, pages: Iterable[str]) -> Canary:
        """The engine's proof of itself: of tonight, unless what it said before may do for all of `pages`."""
        known = self._reuse.canary() if self._reuse and not any(map(self._reuse.needs_scan, pages)) else None
        return known or self.sung(browser)

    def sung(self, browser: Browser) -> Canary:
        """The engine's proof of itself, of now."""
        canary = browser.canary()
        if self._reuse is not None:
            self._reuse.keep_canary(canary)
        return canary

    def looked(
        self,
        browser: Browser,
        asked: Sequence[tuple[str, Role]],
        *,
        press: bool,
        scan: bool,
        begun: Callable[[int, str], None],
    ) -> Iterator[RenderedPage]:
        """Pages looked at tonight; without the engine where it has said before what it would say."""
        reuse = self._reuse
        spared = [one for one in asked if scan and reuse is not None and not reuse.needs_scan(one[0])]
        whole = [one for one in asked if one not in spared]
        for number, page in browser.looks(spared, press=press, scan=False, begun=begun):
            told = reuse.with_scans(page) if reuse is not None else page
            if told is None:
                whole.append(spared[number])
            else:
                yield self._kept(told)
        before = len(asked) - len(whole)
        for _, page in browser.looks(whole, press=press, scan=scan, begun=lambda one, url: begun(before + one, url)):
            yield self._kept(page)

    def _kept(self, page: RenderedPage) -> RenderedPage:
        if self._reuse is not None:
            self._reuse.keep_look(page)
        return page

    def links(self, links: tuple[LinkEvidence, ...], whole: frozenset[str]) -> tuple[LinkEvidence, ...]:
        """`links` with the answers that stand for tonight's, and with those that were already heard tonight."""
        if self._reuse is None:
            return links
        links, self._shown = self._reuse.links(links, whole)
        return tuple(
            link.model_copy(update={"probes": (self._heads[link.url],)})
            if link.internal and not link.probes and link.url in self._heads
            else link
            for link in links
        )

    def witness(self, rendered: Sequence[RenderedPage]) -> None:
        """Let the looks of tonight be recognised another night."""
        if self._reuse:
            self._reuse.witness(rendered, self._tell)

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """Those shown tonight, and those shown with the answers from before."""
        tonight = {(one.host, one.port): one for one in self._fetcher.certificates}
        return tuple(({(one.host, one.port): one for one in self._shown} | tonight).values())

    def keep_link(self, url: str, probes: Sequence[Probe], document: DocumentSeen | None) -> None:
        """Keep what was answered for an address, as LinkMemory says."""
        if self._reuse:
            self._reuse.keep_link(url, probes, document, self._fetcher.certificates)

    def document(self, digest: str) -> DocumentSeen | None:
        """What was read of a document with these very bytes."""
        return self._reuse.document(digest) if self._reuse else None

    def keep_document(self, digest: str, seen: DocumentSeen) -> None:
        """Keep what was read of a document."""
        if self._reuse:
            self._reuse.keep_document(digest, seen)

    def _tell(self, urls: Iterable[str]) -> Mapping[str, str]:
        own = frozenset(self._crawled.hosts)

        def forbids(url: str) -> str:
            return self._crawled.robots.forbids(url) if host_of(url) in own else ""

        return witness(self._config, self._fetcher, self._stop, urls, forbids, self._heads)
