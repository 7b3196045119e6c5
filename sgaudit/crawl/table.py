"""Every address the site's pages name, held once, with the pages that name it. Linear in pages, small in memory."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from sys import intern
from urllib.parse import unquote

from sgaudit.crawl.addresses import LONGEST, Site, file_kind, resolve
from sgaudit.crawl.links import Link
from sgaudit.model.evidence import LinkEvidence, Probe
from sgaudit.model.visits import trimmed

_MOST_TARGETS = 200_000
_MOST_PAGES = 20
_MOST_WORDS = 6
_KINDS = {"frameset": "frame", "refresh": "a"}
_WAYS = ("a", "area", "frame", "frameset", "refresh")


@dataclass(slots=True)
class Target:
    """One address. `page` is what stands for it when it may be a page of the site, else empty.

    `words` are some of the texts that links to it have. `linked` is false while only inner frames name it.
    `names` are the targets that this one names when it is a style sheet.
    """

    url: str
    internal: bool
    page: str = ""
    kinds: list[str] = field(default_factory=list)
    text: str = ""
    words: list[str] = field(default_factory=list)
    linked: bool = False
    names: array[int] | None = None


@dataclass(slots=True)
class Mentions:
    """What one page names, as indices into the table: all targets, those that cost no click, those not to follow."""

    targets: array[int] = field(default_factory=lambda: array("I"))
    free: tuple[int, ...] = ()
    unfollowed: frozenset[int] = frozenset()

    def add(self, other: Mentions) -> bool:
        """Take in what a second reading of the page found; whether any of it is new."""
        known = set(self.targets)
        new = [one for one in other.targets if one not in known]
        self.targets.extend(new)
        self.free = tuple(dict.fromkeys((*self.free, *other.free)))
        return bool(new)


@dataclass(slots=True)
class _Asked:
    """A place within a page that links promise: the words of the first link, and the pages that promise it."""

    text: str
    pages: list[int] = field(default_factory=list)
    count: int = 0


class LinkTable:
    """All targets of one crawl, in the order in which they were met."""

    def __init__(self, site: Site) -> None:
        self.targets: list[Target] = []
        self.overlong: dict[str, None] = {}
        self.full = False
        self._site = site
        self._index: dict[str, int] = {}
        # As written -> (target or -1, fragment): nearly all links of a site are written the same on many pages.
        self._known: dict[str, tuple[int, str]] = {}
        self._asked: dict[tuple[str, str], _Asked] = {}

    def meet(self, page: int, base: str, links: Iterable[Link]) -> Mentions:
        """Take in the links of page number `page`, whose relative ones start from `base`."""
        folder = base.partition("?")[0].rpartition("/")[0]
        at_home = base.startswith(f"{self._site.origin}/")
        if len(self._known) > 2 * _MOST_TARGETS:
            self._known.clear()
        met: dict[int, None] = {}
        free: dict[int, None] = {}
        followed: set[int] = set()
        for kind, raw, text, follow in links:
            first = raw[0]
            if first in "#?":
                number, fragment = self._place(base, raw)
            else:
                rooted = first == "/" or raw.startswith(("http:", "https:", "mailto:", "tel:"))
                key = raw if rooted and at_home else f"{base if not at_home else folder} {raw}"
                known = self._known.get(key)
                if known is None:
                    known = self._known[key] = self._place(base, raw)
                number, fragment = known
            if number < 0:
                continue
            target = self.targets[number]
            if fragment and target.internal:
                self._ask(page, target.url, fragment, text)
            if first == "#":
                continue
            met[number] = None
            self._mention(target, kind, text)
            if kind in ("frame", "frameset", "refresh"):
                free[number] = None
            if follow:
                followed.add(number)
        return Mentions(array("I", met), tuple(free), frozenset(met.keys() - followed))

    def style_sheet(self, number: int, links: Iterable[Link]) -> list[int]:
        """Take in what the style sheet `number` names; the numbers of further style sheets among it."""
        target = self.targets[number]
        met: dict[int, None] = {}
        for kind, raw, text, _ in links:
            inner, _ = self._place(target.url, raw)
            if inner >= 0:
                self._mention(self.targets[inner], kind, text)
                met[inner] = None
        target.names = array("I", met)
        return [inner for inner in met if "stylesheet" in self.targets[inner].kinds]

    def holders(self, pages: Sequence[tuple[int, Mentions]]) -> tuple[list[list[int]], array[int]]:
        """For each target the first few of `pages` that hold it, and how many do. What a style sheet names counts."""
        first: list[list[int]] = [[] for _ in self.targets]
        counts = array("I", bytes(4 * len(self.targets)))
        for number, mentions in pages:
            for one in self._with_named(mentions.targets):
                counts[one] += 1
                if len(first[one]) < _MOST_PAGES:
                    first[one].append(number)
        return first, counts

    def evidence(
        self,
        pages: Sequence[tuple[int, Mentions]],
        address: Callable[[int], str],
        probes: Callable[[Target], tuple[Probe, ...]],
        places: Callable[[str], frozenset[str] | None],
    ) -> list[LinkEvidence]:
        """All targets that `pages` hold. `places` gives the ids of a page, None when they are not known.

        A promised place that its page lacks is an entry of its own, with the pages that promise it.
        """
        first, counts = self.holders(pages)
        found = [
            LinkEvidence(
                url=target.url,
                kinds=tuple(target.kinds),
                text=target.text,
                internal=target.internal,
                pages=tuple(dict.fromkeys(map(address, first[number]))),
                page_count=counts[number],
                probes=probes(target),
            )
            for number, target in enumerate(self.targets)
            if counts[number]
        ]
        kept = {number for number, _ in pages}
        for (url, fragment), asked in self._asked.items():
            ids = places(url)
            holders = [page for page in asked.pages if page in kept]
            if ids is None or not holders or fragment in ids or unquote(fragment) in ids:
                continue
            found.append(
                LinkEvidence(
                    url=f"{url}#{fragment}",
                    kinds=("a",),
                    text=asked.text,
                    internal=True,
                    pages=tuple(dict.fromkeys(map(address, holders))),
                    page_count=asked.count,
                    missing_fragments=(fragment,),
                    probes=probes(self.targets[self._index[url]]),
                )
            )
        return found

    def _with_named(self, numbers: array[int]) -> Iterable[int]:
        named = [self.targets[one].names for one in numbers if self.targets[one].names is not None]
        if not named:
            return numbers
        reached = dict.fromkeys(numbers)
        waiting = list(numbers)
        while waiting:
            for inner in self.targets[waiting.pop()].names or ():
                if inner not in reached:
                    reached[inner] = None
                    waiting.append(inner)
        return reached

    def _place(self, base: str, raw: str) -> tuple[int, str]:
        """The number of the target that `raw` names, -1 for none, and the fragment asked for."""
        if len(raw) > LONGEST:
            self.overlong[f"{raw[:100]}…"] = None
            return -1, ""
        url, fragment = resolve(base, raw)
        if url.startswith(("data:", "blob:", "about:")) or not url:
            return -1, ""
        internal = url.startswith("http") and self._site.owns(url)
        if internal:
            url = trimmed(url)
        number = self._index.get(url)
        if number is None:
            if len(self.targets) >= _MOST_TARGETS:
                self.full = True
                return -1, ""
            number = self._index[url] = len(self.targets)
            page = self._site.page(url) if internal and not file_kind(url) else ""
            self.targets.append(Target(intern(url), internal, page))
        return number, fragment

    def _mention(self, target: Target, kind: str, text: str) -> None:
        known = _KINDS.get(kind, kind)
        if known not in target.kinds:
            target.kinds.append(known)
            if known in ("a", "area") and "document" not in target.kinds and file_kind(target.url) == "document":
                target.kinds.append("document")
        if kind in _WAYS and kind != "frame":
            target.linked = True
        if text:
            if not target.text:
                target.text = text
            if target.page and len(target.words) < _MOST_WORDS and len(text) <= 100 and text not in target.words:
                target.words.append(text)

    def _ask(self, page: int, url: str, fragment: str, text: str) -> None:
        # "#top" is built into browsers, "#:~:text=" is a search, "#/x", "#!x" and "#a=b" are for the page's scripts.
        if fragment.lower() == "top" or fragment.startswith((":~:", "/", "!")) or "=" in fragment:
            return
        asked = self._asked.get((url, fragment))
        if asked is None:
            if len(self._asked) >= _MOST_TARGETS:
                return
            asked = self._asked[url, fragment] = _Asked(text)
        if page not in asked.pages:
            asked.count += 1
            if len(asked.pages) < _MOST_PAGES:
                asked.pages.append(page)
