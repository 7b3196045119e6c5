"""What of earlier nights may stand for tonight: which pages, looks and links, for how long, and on what proof.

Nothing is taken on trust alone. A page's server says that it has not changed; for a look of the browser, besides, its
HTML and every file it was made of are still the same, and so are browser, engine, widths and rules; a link was good,
on nobody's route to help, and its certificate lasts. What can still change unseen: what scripts make of the time of day
or of chance, what a server gives to browsers only, and a site that lies about its versions. That is why all of it is
really looked at again within 7 days (links of other sites within 30), each on a day of its own, and why it is never
done where a child's way to help is concerned: the home page, safeguarding pages, pages that carry the button, what
safeguarding pages link to, and the addresses of the registers. Those pages are opened, read and pressed every night;
only what the engine said of accessibility stands for tonight, where what was read tonight is the very same as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from sgaudit import __version__
from sgaudit.config import Config
from sgaudit.memory import Memory
from sgaudit.model.evidence import Canary, Certificate, DocumentSeen, Evidence, LinkEvidence, Probe, RenderedPage, Scan
from sgaudit.model.kept import Kept
from sgaudit.model.outcome import LinkVerdict, Role
from sgaudit.model.report import Report
from sgaudit.register import Registers, host_of, is_under
from sgaudit.rules import RulePack

_PAGES = (timedelta(days=4), timedelta(days=7))
_LINKS = (timedelta(days=7), timedelta(days=30))
_CERTIFICATE = timedelta(days=30)
"""A certificate that ends sooner is looked at every night: whether it was renewed is what a school wants to know."""

_NOTHING_TO_RESUME = (
    "there is no audit of this site that was stopped in the last 24 hours under these settings, so all of it was done"
)
_PICTURE, _PAGE, _LOOK, _SCAN, _CANARY, _LINK = "picture", "page", "look", "scan", "canary", "link"
_DOCUMENT = "document"
_NO_ROUTE = (Role.sample, Role.other)
_MOST_PICTURES = 60

Witness = Callable[[Iterable[str]], Mapping[str, str]]
"""Tells the version of files, empty where it cannot (see sgaudit.probe.witness)."""


def ground_of(config: Config) -> str:
    """Under which conditions pages are seen: what was kept under others is not known."""
    names = sorted(f"{one.host}:{one.port}:{one.address}:{one.to_port}" for one in config.resolve)
    return _digest(__version__, config.url, config.isolated, config.user_agent, config.vantage, *names)


_NO_MATTER = frozenset({
    "output", "format", "log", "deadline", "policy", "baseline", "history", "keep_runs", "keep_days", "fail_on",
    "fresh", "resume", "tabs",
})  # fmt: skip


def settings_of(config: Config, pack: RulePack) -> str:
    """What must be the same for an audit that was stopped to be resumed: settings and rules."""
    plain = config.model_dump(mode="json", exclude=set(_NO_MATTER))
    return _digest(__version__, json.dumps(plain, sort_keys=True), pack.sha256)


@contextmanager
def reusing(
    config: Config, pack: RulePack, file: Path, run: str, folder: Path, started: datetime
) -> Iterator[Reuse | None]:
    """What is known from before, in `file`, for the audit `run` whose pictures go to `folder`.

    None for a folder that is served: it is at hand, and what was built may be a change that is thrown away.
    """
    if config.serve is not None:
        yield None
        return
    with Memory(file, run, ground_of(config), settings=settings_of(config, pack), resume=config.resume) as memory:
        yield Reuse(memory, pack, started, folder, fresh=config.fresh, resume=config.resume)


class Reuse:
    """What is known from before in one audit, and what it leaves. With `fresh` nothing of other audits is known."""

    def __init__(
        self, memory: Memory, pack: RulePack, started: datetime, folder: Path, *, fresh: bool, resume: bool = False
    ) -> None:
        self._memory = memory
        self._pack = pack
        self._started = started
        self._folder = folder
        self._fresh = fresh
        self._resume = resume
        self._looks = _digest()
        self._scans: dict[str, Kept] = {}
        self._prints: Mapping[str, str] = {}
        self._looked: dict[str, RenderedPage] = {}
        self._whole: frozenset[str] = frozenset()

    @property
    def problems(self) -> tuple[str, ...]:
        """What went wrong with the memory, each in a sentence without a full stop."""
        nothing = "" if self.resumes or not self._resume else _NOTHING_TO_RESUME
        return tuple(filter(None, (self._memory.problem, nothing)))

    @property
    def resumes(self) -> str:
        """The id of the stopped audit that this one goes on with."""
        return self._memory.resumed

    def page(self, url: str) -> Kept | None:
        """What the crawl kept of `url`, as PageMemory says."""
        return self._known(_PAGE, url, _PAGES)

    def keep_page(self, url: str, mark: str, body: bytes) -> None:
        """Keep a page; whether it lies on the way to help is known only at the end."""
        self._memory.keep(_PAGE, url, body, mark)

    def looks(
        self, chosen: Sequence[tuple[str, Role]], prints: Mapping[str, str], conditions: Sequence[object], tell: Witness
    ) -> dict[str, RenderedPage]:
        """Those of the `chosen` pages of which an earlier look stands for tonight's, their pictures put in place.

        `prints` are digests of the HTML of tonight, `conditions` whatever else made a look what it is.
        """
        self._looks, self._prints = _digest(*conditions, self._pack.sha256), prints
        looks = {url: found for url, _ in chosen if (found := self._known(_LOOK, url, _PAGES)) is not None}
        scans = {url: found for url, _ in chosen if (found := self._known(_SCAN, url, _PAGES)) is not None}
        finished = {url for url, found in looks.items() if found.tonight}
        rest = [url for url, role in chosen if role in _NO_ROUTE and url in looks and url not in finished]
        files = {(_LOOK, url): self._files(looks[url], url) for url in rest}
        files |= {(_SCAN, url): self._files(found, url) for url, found in scans.items() if not found.tonight}
        tonight = tell(sorted({name for mark in files.values() for name in mark or ()}))
        same = {key for key, mark in files.items() if mark is not None and mark.items() <= tonight.items()}
        self._scans = {url: found for url, found in scans.items() if (_SCAN, url) in same}
        good = finished | {url for kind, url in same if kind == _LOOK}
        pages = {url: page for url in good if (page := self._restored(looks[url])) is not None}
        return {url: page.model_copy(update={"role": role}) for url, role in chosen if (page := pages.get(url))}

    def canary(self) -> Canary | None:
        """The engine's last proof of itself under tonight's conditions, for a night on which it is not used."""
        kept = self._known(_CANARY, self._looks, _PAGES)
        try:
            return Canary.model_validate_json(kept.body).model_copy(update={"seen_at": kept.seen}) if kept else None
        except ValidationError:
            return None

    def keep_canary(self, canary: Canary) -> None:
        """Keep the engine's proof of itself."""
        if canary.alive and canary.seen_at is None:
            self._memory.keep(_CANARY, self._looks, canary.model_dump_json().encode("utf-8"), ready=True)

    def needs_scan(self, url: str) -> bool:
        """Whether nothing is known that could stand for what the engine would say of a page that is looked at now."""
        return url not in self._scans

    def with_scans(self, page: RenderedPage) -> RenderedPage | None:
        """The look with what the engine said of the very same sight before; None where it is not the same."""
        kept = self._scans.get(page.url)
        try:
            told = _SCANS.validate_json(kept.body) if kept else None
        except ValidationError:
            return None
        if kept is None or told is None or told.sight != _sight(page) or len(told.scans) != len(page.views):
            return None
        scans = (scan.model_copy(update={"seen_at": kept.seen}) for scan in told.scans)
        views = (view.model_copy(update={"scan": scan}) for view, scan in zip(page.views, scans, strict=True))
        return page.model_copy(update={"views": tuple(views)})

    def keep_look(self, page: RenderedPage) -> None:
        """Keep what the browser saw of a page in full; what it could not see is tried again another time."""
        scans = [view.scan for view in page.views]
        if page.trouble is not None or page.status != 200 or any(scan and scan.trouble for scan in scans):
            return
        for name in _pictures(page):
            path = self._folder / name
            if path.is_file():
                self._memory.keep(_PICTURE, name, path.read_bytes(), ready=True)
        body = page.model_dump_json(exclude_defaults=True).encode("utf-8")
        self._memory.keep(_LOOK, page.url, body)
        self._memory.flush()
        self._looked[page.url] = page

    def links(
        self, links: Sequence[LinkEvidence], whole: frozenset[str]
    ) -> tuple[tuple[LinkEvidence, ...], tuple[Certificate, ...]]:
        """`links` with what is known of good ones, and the certificates that were shown then.

        `whole` are the addresses that safeguarding pages link to: of those only this same audit's own answers count.
        """
        self._whole = whole
        found: list[LinkEvidence] = []
        certificates: list[Certificate] = []
        for link in links:
            known = self._answer(link, whole)
            if known is not None:
                link, shown = known
                certificates += shown
            found.append(link)
        return tuple(found), tuple(certificates)

    def keep_link(
        self, url: str, probes: Sequence[Probe], document: DocumentSeen | None, shown: Iterable[Certificate]
    ) -> None:
        """Keep what was answered; whether it is good is decided only with the report."""
        hosts = {host_of(one) for probe in probes for one in (probe.url, probe.final_url, *_way(probe))}
        told = _Answer(tuple(probes), document, tuple(one for one in shown if one.host in hosts))
        self._memory.keep(_LINK, url, _ANSWER.dump_json(told, exclude_defaults=True))

    def document(self, digest: str) -> DocumentSeen | None:
        """What was read of a document with these very bytes, by this version of ours."""
        kept = self._known(_DOCUMENT, digest, _LINKS)
        try:
            return DocumentSeen.model_validate_json(kept.body) if kept else None
        except ValidationError:
            return None

    def keep_document(self, digest: str, seen: DocumentSeen) -> None:
        """Keep what was read of it: the same bytes hold the same, whenever they come."""
        self._memory.keep(_DOCUMENT, digest, seen.model_dump_json().encode("utf-8"), ready=True)

    def end(self, evidence: Evidence, report: Report) -> None:
        """The audit was finished: decide what of it later nights may use, nothing where it came to no verdict."""
        if not evidence.no_verdict:
            route = set(_on_the_route(evidence))
            self._memory.make_all_ready(_PAGE)
            self._memory.make_ready(_PAGE, route, ready=False)
            self._memory.make_ready(_LOOK, route, ready=False)
            self._memory.make_ready(_LINK, self._good(report))
        self._memory.end()

    def witness(self, evidence: Sequence[RenderedPage], tell: Witness) -> None:
        """Take down the versions of all files that tonight's looks were made of, so that a later night can compare."""
        looked = [
            page
            for page in evidence
            if page.url in self._looked
            and page.loads is not None
            and page.url in self._prints
            and page.final_url.partition("#")[0] == page.url.partition("#")[0]
        ]
        versions = tell(dict.fromkeys(url for page in looked for url in page.loads or ()))
        for page in looked:
            files = {name: versions.get(name, "") for name in page.loads or ()}
            if not all(files.values()):
                continue
            mark = json.dumps([self._looks, self._prints[page.url], files])
            if page.role in _NO_ROUTE and not _has_button(page):
                self._memory.mark(_LOOK, page.url, mark)
            elif scans := [view.scan for view in page.views if view.scan and view.scan.seen_at is None]:
                body = _SCANS.dump_json(_Scans(_sight(page), tuple(scans)), exclude_defaults=True)
                self._memory.keep(_SCAN, page.url, body, mark, ready=True)

    def _files(self, kept: Kept, url: str) -> dict[str, str] | None:
        """The files of a look under tonight's conditions and with tonight's HTML; None where those are others."""
        try:
            looks, html, files = json.loads(kept.mark)
            told = {str(name): str(version) for name, version in files.items()}
        except (ValueError, TypeError, AttributeError):
            return None
        return told if looks == self._looks and html and html == self._prints.get(url) else None

    def _known(self, kind: str, name: str, due: tuple[timedelta, timedelta]) -> Kept | None:
        kept = self._memory.find(kind, name)
        if kept is None or kept.tonight:
            return kept
        if self._fresh or not is_young(name, kept.seen, self._started, due):
            return None
        return kept

    def _restored(self, kept: Kept) -> RenderedPage | None:
        """The look as it was, with its pictures; None where anything of it is missing."""
        try:
            page = RenderedPage.model_validate_json(kept.body)
        except ValidationError:
            return None
        pictures = {name: self._memory.find(_PICTURE, name) for name in _pictures(page)}
        for name, picture in pictures.items():
            if picture is None:
                return None
            (self._folder / name).write_bytes(picture.body)
        return page.model_copy(update={"seen_at": kept.seen})

    def _answer(self, link: LinkEvidence, whole: frozenset[str]) -> tuple[LinkEvidence, tuple[Certificate, ...]] | None:
        if link.probes or (kept := self._known(_LINK, link.url, _LINKS)) is None:
            return None
        try:
            told = _ANSWER.validate_json(kept.body)
        except ValidationError:
            return None
        probes = tuple(probe.model_copy(update={"seen_at": kept.seen}) for probe in told.probes)
        shown = tuple(one.model_copy(update={"seen_at": kept.seen}) for one in told.certificates)
        known = link.model_copy(update={"probes": probes, "document": told.document})
        if not kept.tonight:
            lasting = all(one.ends > self._started + _CERTIFICATE for one in shown)
            if link.internal or link.url in whole or not lasting or not is_nobodys_help(known, self._pack.registers):
                return None
        return known, shown

    def _good(self, report: Report) -> list[str]:
        """Links of other sites that were seen to work tonight and on which nobody's way to help depends."""
        verdicts: dict[str, set[LinkVerdict]] = {}
        for row in report.links:
            verdicts.setdefault(row.url, set()).add(row.verdict)
        own = set(report.site.hosts)
        return [
            row.url
            for row in report.links
            if verdicts[row.url] == {LinkVerdict.working}
            and row.seen_at is None
            and row.url not in self._whole
            and host_of(row.url) not in own
        ]


@dataclass(frozen=True)
class _Answer:
    """What is kept of one link."""

    probes: tuple[Probe, ...]
    document: DocumentSeen | None = None
    certificates: tuple[Certificate, ...] = ()


_ANSWER = TypeAdapter(_Answer)


@dataclass(frozen=True)
class _Scans:
    """What an engine said of one sight, by width."""

    sight: str
    scans: tuple[Scan, ...]


_SCANS = TypeAdapter(_Scans)


def is_young(name: str, seen: datetime, now: datetime, due: tuple[timedelta, timedelta]) -> bool:
    """Whether what was seen of `name` may still count: each name has its own day between the two of `due`."""
    share = int.from_bytes(blake2b(name.encode("utf-8", "replace"), digest_size=4).digest(), "big") / 2**32
    return timedelta(0) <= now - seen < due[0] + share * (due[1] - due[0])


def is_nobodys_help(link: LinkEvidence, registers: Registers) -> bool:
    """Whether a link leads to nothing that the registers know: CEOP's addresses and helplines are asked every night."""
    hosts = {one for service in registers.services for one in service.hosts}
    for url in (link.url, *(one for probe in link.probes for one in (probe.final_url, *_way(probe)))):
        host = host_of(url)
        if registers.classify(url) is not None or host in registers.hosts or is_under(host, *hosts):
            return False
    return True


def _way(probe: Probe) -> list[str]:
    return [hop.url for hop in probe.trail]


def _on_the_route(evidence: Evidence) -> Iterable[str]:
    """Every address of the home page, of safeguarding pages and of pages that carry the button."""
    carriers = {url for page in evidence.rendered if _has_button(page) for url in (page.url, page.final_url)}
    for page in evidence.pages:
        urls = {page.url, page.final_url}
        if page.role in (Role.home, Role.safeguarding) or urls & carriers:
            yield from urls
    yield from carriers


def _has_button(page: RenderedPage) -> bool:
    return any(control.route_clues for view in page.views for control in view.controls)


def _pictures(page: RenderedPage) -> list[str]:
    names = [view.screenshot for view in page.views] + [press.screenshot for press in page.presses]
    return [name for name in dict.fromkeys(names) if name][:_MOST_PICTURES]


def _sight(page: RenderedPage) -> str:
    """A digest of all that was read of a page at each width: its rendered document, boxes, pictures and sizes."""
    views = (view.model_dump_json(exclude={"scan", "screenshot"}) for view in page.views)
    return _digest(page.title, page.lang, page.snapshot, *views)


def _digest(*parts: object) -> str:
    return blake2b("\n".join(map(str, parts)).encode("utf-8", "replace"), digest_size=16).hexdigest()
