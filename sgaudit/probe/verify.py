"""Each link target of the site, asked once; once more, later, where the first answer proves nothing."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol
from urllib.parse import urldefrag, urlsplit

from sgaudit.config import Config
from sgaudit.fetch import Fetched, Fetcher
from sgaudit.model.evidence import DocumentSeen, LinkEvidence, Probe, Trouble
from sgaudit.pdf import unread
from sgaudit.probe.documents import DocumentMemory, Documents, is_pdf
from sgaudit.probe.text import visible_text
from sgaudit.progress import Progress, Stop

_ENOUGH = 200_000  # bytes of somebody else's page that are read for its title and first words
# A failure on the way says nothing of the way next time: these get a second attempt, as do 429 and 5xx.
_BEFORE_ANY_ANSWER = (
    Trouble.name_not_resolved, Trouble.refused, Trouble.tls, Trouble.tls_expired, Trouble.tls_name,
)  # fmt: skip
_PASSING = (*_BEFORE_ANY_ANSWER, Trouble.timeout, Trouble.proxy, Trouble.protocol)
_STOPPED = (Trouble.interrupted, Trouble.budget)


class LinkMemory(DocumentMemory, Protocol):
    """What is kept of links while they are tried. May be asked from any thread."""

    def keep_link(self, url: str, probes: Sequence[Probe], document: DocumentSeen | None) -> None:
        """Keep what was answered for an address."""


class _Way(Enum):
    """How an address is asked first."""

    head = "head"  # is it there?
    page = "page"  # and what are its title and first words?
    whole = "whole"  # CEOP's own pages: read in full


@dataclass
class _Target:
    """One address without its fragment, and every attempt made so far."""

    url: str
    way: _Way
    probes: list[Probe] = field(default_factory=list)
    document: DocumentSeen | None = None

    @property
    def host(self) -> str:
        return (urlsplit(self.url).hostname or "").lower()


def verify(
    config: Config,
    fetcher: Fetcher,
    stop: Stop,
    progress: Progress,
    links: Sequence[LinkEvidence],
    hosts: Collection[str],
    whole: Collection[str] = (),
    memory: LinkMemory | None = None,
) -> tuple[LinkEvidence, ...]:
    """Try every web address of `links` that has no probe yet, at most config.max_links; the order stays.

    Pages of `hosts` (the CEOP register's) are read in full, pages of other sites up to 200 KB, so that their probes
    have title and text; anything else is asked with HEAD, and with GET where HEAD was answered with anything but
    yes. What failed in a way that may pass is tried once more after all others, so that time has gone by without
    waiting. PDFs among the addresses of `whole` (those that safeguarding pages link to) are then read in full.
    Addresses that are not of the web (mailto, tel, data, javascript) get no probe. Those that were not tried
    get a probe that says why. `memory` is told of every address that will not be asked for once more.
    """
    targets = _targets(links, hosts)
    untried = [target for target in targets.values() if not target.probes]
    untried.sort(key=lambda target: target.way is not _Way.whole)
    for target in untried[config.max_links :]:
        message = f"Only {config.max_links:,} link targets are tried (max_links), and this is one too many."
        target.probes.append(Probe(url=target.url, method="HEAD", trouble=Trouble.budget, message=message))
    rounds = _Rounds(config, fetcher, stop, progress, memory)
    rounds.run(untried[: config.max_links], _first)
    rounds.run([target for target in targets.values() if _may_pass(target)], _second)
    documents = Documents(memory)

    def read_whole(fetcher: Fetcher, target: _Target) -> list[Probe]:
        probe, target.document = documents.read(fetcher, target.url)
        return [probe] if probe is not None else []

    named = [
        one
        for one in targets.values()
        if one.url in whole and one.document is None and one.probes and is_pdf(one.url, one.probes[-1])
    ]
    rounds.run(named, read_whole)
    for target in named:
        target.document = target.document or unread(stop.reason)
    return tuple(_with_probes(link, targets) for link in links)


def _targets(links: Sequence[LinkEvidence], hosts: Collection[str]) -> dict[str, _Target]:
    """Every web address among `links` once, in their order; one the crawl fetched keeps what it saw."""
    targets: dict[str, _Target] = {}
    for link in links:
        address = _web_address(link.url)
        if not address:
            continue
        target = targets.setdefault(address, _Target(address, _Way.head))
        if target.host in hosts:
            target.way = _Way.whole
        elif not link.internal and not {"a", "area", "frame"}.isdisjoint(link.kinds):
            target.way = _Way.page
        if not target.probes:
            target.probes.extend(link.probes)
            target.document = link.document
    return targets


def _web_address(url: str) -> str:
    """`url` without its fragment, empty when it is none that can be asked."""
    try:
        parts = urlsplit(url)
        return urldefrag(url).url if parts.scheme.lower() in ("http", "https") and parts.hostname else ""
    except ValueError:
        return ""


def _with_probes(link: LinkEvidence, targets: dict[str, _Target]) -> LinkEvidence:
    target = targets.get(_web_address(link.url))
    if target is None or (len(target.probes) == len(link.probes) and target.document is None):
        return link
    return link.model_copy(update={"probes": tuple(target.probes), "document": target.document})


def _first(fetcher: Fetcher, target: _Target) -> list[Probe]:
    if target.way is not _Way.head:
        return [_read(fetcher, target)]
    probe = fetcher.head(target.url, retries=0).probe
    if probe.status is None:
        odd = probe.trouble in (Trouble.protocol, Trouble.redirect_loop)
    else:
        # Asking again at once what was answered with "too many requests" would only make it worse.
        odd = probe.challenge or (not 200 <= probe.status < 300 and probe.status != 429)
    return [probe, _read(fetcher, target)] if odd else [probe]


def _second(fetcher: Fetcher, target: _Target) -> list[Probe]:
    """Asked as before where no answer came at all, since two failures of one kind count; else with GET."""
    last = target.probes[-1]
    if last.method == "HEAD" and last.trouble in _BEFORE_ANY_ANSWER:
        return _first(fetcher, target)
    return [_read(fetcher, target)]


def _read(fetcher: Fetcher, target: _Target) -> Probe:
    """GET with title and first words, when it is a page."""
    enough = None if target.way is _Way.whole else _ENOUGH
    fetched = fetcher.get(target.url, retries=0, enough=enough)
    if not fetched.body or not _is_html(fetched):
        return fetched.probe
    title, text = visible_text(fetched.text)
    return fetched.probe.model_copy(update={"title": title, "text": text})


def _is_html(fetched: Fetched) -> bool:
    kind = fetched.probe.content_type.partition(";")[0].strip().lower()
    return kind in ("text/html", "application/xhtml+xml") or (not kind and fetched.body.lstrip()[:1] == b"<")


def _may_pass(target: _Target) -> bool:
    """Whether the last attempt failed in a way that a later one may not."""
    last = target.probes[-1] if target.probes else None
    if last is None:
        return False
    return last.trouble in _PASSING or (last.status is not None and (last.status == 429 or 500 <= last.status < 600))


class _Rounds:
    """Goes through targets with config.connections threads, each host by at most connections_per_host of them.

    Each thread stays with one host until nothing is left to ask there, so a slow host keeps no thread waiting that
    could be asking another one.
    """

    def __init__(
        self, config: Config, fetcher: Fetcher, stop: Stop, progress: Progress, memory: LinkMemory | None
    ) -> None:
        self._memory = memory
        self._config = config
        self._fetcher = fetcher
        self._stop = stop
        self._progress = progress
        self._lock = threading.Lock()
        self._done = self._total = 0

    def run(self, targets: Sequence[_Target], ask: Callable[[Fetcher, _Target], list[Probe]]) -> None:
        """Ask each of `targets`; the probes are added to them."""
        if not targets or (self._stop.reason and all(target.probes for target in targets)):
            return
        self._fetcher.forgive()
        self._total += len(targets)
        self._progress("links", self._done, self._total)
        waiting: dict[str, deque[_Target]] = defaultdict(deque)
        for target in targets:
            waiting[target.host].append(target)
        lanes = [
            line
            for line in sorted(waiting.values(), key=len, reverse=True)
            for _ in range(min(len(line), self._config.connections_per_host))
        ]
        with ThreadPoolExecutor(self._config.connections, thread_name_prefix="links") as pool:
            for finished in [pool.submit(self._work, line, ask) for line in lanes]:
                finished.result()

    def _work(self, line: deque[_Target], ask: Callable[[Fetcher, _Target], list[Probe]]) -> None:
        while True:
            try:
                target = line.popleft()
            except IndexError:
                return
            probes = ask(self._fetcher, target)
            # An attempt that the end of the audit cut short must not hide what an earlier one saw.
            target.probes += [one for one in probes if not target.probes or one.trouble not in _STOPPED]
            if self._memory is not None and not _may_pass(target) and target.probes[-1].trouble not in _STOPPED:
                self._memory.keep_link(target.url, target.probes, target.document)
            with self._lock:
                self._done += 1
                self._progress("links", self._done, self._total, target.url)
