"""What is read next, what has been asked for already, and where a trap ends: every address is asked for once."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

from sgaudit.crawl.addresses import LONGEST, words_of
from sgaudit.crawl.topic import STRONG, weight
from sgaudit.model.evidence import Probe, Skipped

_MOST_SEGMENTS = 14
_SAME_SEGMENT = 3
_MOST_NOTES = 200
# Pages in a row, built on one pattern of address, that said nothing their siblings had not said.
_PATIENCE_DATED = 4
_PATIENCE_QUERY = 8
_PATIENCE_NUMBERED = 30
# Pages that only pages of the same pattern lead to: next month, page 87, another sorting.
_LONGEST_CHAIN = 60
_MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?"
)
_VARYING = re.compile(rf"\d+|(?<=[-_/])(?:{_MONTH})(?=[-_/]|$)|[0-9a-f]{{12,}}", re.IGNORECASE)
_DATE = re.compile(r"(?:19|20)\d\d[-_/.](?:0?[1-9]|1[0-2])(?!\d)")
_DIARY = re.compile(r"(?<![a-z])(?:calendar|diary|agenda|month|week|day|year)(?![a-z])", re.IGNORECASE)
_DATE_FIELD = re.compile(r"(?:^|&)[\w-]*(?:month|year|week|day|date|ical|calendar)\w*=", re.IGNORECASE)
_TIMES = re.compile(
    rf"\b(?:{_MONTH}|mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)\b"
    r"|\b(?:st|nd|rd|th)\b",
    re.IGNORECASE,
)
_NO_DIGITS = dict.fromkeys(range(ord("0"), ord("9") + 1), " ")
_LONG_LINE = 15


@dataclass(slots=True, eq=False)
class Node:
    """One address that may be a page.

    `depth` counts the clicks from home along links that were met. `linked` is false while only inner frames name it,
    `allowed` while every link to it asks not to be followed. `page` is its number among the pages read. `origin` is
    the pattern of the page it was met on. `left` says why it was not asked for ("pages", "depth", "bytes", "time").
    """

    url: str
    depth: int | None = None
    page: int | None = None
    probe: Probe | None = None
    by_browser: Probe | None = None
    asked: bool = False
    walked: bool = False
    waiting: bool = False
    linked: bool = False
    allowed: bool = False
    listed: bool = False
    promising: bool = False
    origin: str = ""
    left: str = ""


class Frontier:
    """All addresses that may be pages of the site."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.notes = Notes()
        self._traps = Traps()

    def node(self, url: str) -> Node:
        """The node of `url`, made when it is new."""
        node = self.nodes.get(url)
        if node is None:
            pieces = words_of(url)
            node = self.nodes[url] = Node(url, promising=bool(pieces) and weight(pieces[-1]) >= STRONG)
        return node

    def refuses(self, node: Node) -> bool:
        """Whether this address is left alone as a trap; said once for all addresses like it."""
        reason, about = misshapen(node.url)
        if not reason and (not node.promising or _in_series(node.url)):
            reason, about = self._traps.refuses(node)
        if reason:
            self.notes.once(about, node.url, reason)
        return bool(reason)

    def endless(self, node: Node) -> bool:
        """Whether this address is one of a kind that goes on for ever: leaving it out loses nothing."""
        return is_dated(node.url) or self._traps.refuses(node)[0] != ""

    def learn(self, node: Node, title: str, text: str) -> None:
        """Take in what the page at `node` says, to see whether its siblings still say anything new."""
        self._traps.learn(node, title, text)


class Notes:
    """Addresses that were met and left alone, each kind of them named once, and bounded."""

    def __init__(self) -> None:
        self._said: dict[str, Skipped] = {}
        self._more = 0

    def once(self, about: str, url: str, reason: str) -> None:
        """Note `url` with the reason, unless something was noted of `about` before."""
        if about in self._said:
            return
        if len(self._said) < _MOST_NOTES:
            self._said[about] = Skipped(url=url[:LONGEST], reason=reason)
        else:
            self._more += 1

    def all(self, home: str) -> tuple[Skipped, ...]:
        """Everything noted; `home` stands for what there was no more room for."""
        rest = [Skipped(url=home, reason=f"{self._more:,} more addresses were left alone.")] if self._more else []
        return (*self._said.values(), *rest)


def misshapen(url: str) -> tuple[str, str]:
    """Why no page for people has this address, and what it has in common with others; empty when one may."""
    parts = urlsplit(url)
    if len(url) > LONGEST:
        return f"The address is longer than {LONGEST:,} characters.", "overlong"
    segments = [segment for segment in parts.path.split("/") if segment]
    common = "/".join(segments[:2])
    if len(segments) > _MOST_SEGMENTS:
        return "The address is nested so deep that links must be leading round in circles.", f"deep {common}"
    counts = Counter(segment for segment in segments if not segment.isdigit())
    if max(counts.values(), default=0) >= _SAME_SEGMENT:
        return "The address repeats itself, so links must be leading round in circles.", f"repeats {common}"
    return "", ""


def path_pattern(url: str) -> str:
    """The path of `url` with numbers and months left open: what the addresses of one series have in common."""
    return _VARYING.sub("0", urlsplit(url).path)


def pattern_of(url: str) -> str:
    """The path's pattern with the names of the query's fields, which tell one use of a program from another."""
    fields = sorted({part.partition("=")[0] for part in urlsplit(url).query.split("&") if part})
    return f"{path_pattern(url)}?{'&'.join(fields)}" if fields else path_pattern(url)


def is_dated(url: str) -> bool:
    """Whether an address is that of a day, month or year rather than of something that has a name."""
    parts = urlsplit(url)
    if _DATE_FIELD.search(parts.query):
        return True
    above, _, last = parts.path.rstrip("/").rpartition("/")
    if not last or re.search(r"[^\W\d_]", _VARYING.sub("", f"/{last}")):
        return False
    return _DATE.search(parts.path) is not None or _DIARY.search(above) is not None


class Traps:
    """Finds series of addresses that go on without saying anything new: calendars, filters, sortings."""

    def __init__(self) -> None:
        self._barren: Counter[str] = Counter()
        self._chain: Counter[str] = Counter()
        self._said: dict[str, set[int]] = {}

    def refuses(self, node: Node) -> tuple[str, str]:
        """Why `node` is not worth reading and the series it belongs to; empty when it is."""
        path, pattern = path_pattern(node.url), pattern_of(node.url)
        within = node.origin.partition("?")[0] == path
        # What other pages lead to, menus above all, gets more of a chance; so do all programs behind one path.
        patience = _patience(node.url) * (1 if within else 3)
        barren = max(self._barren[pattern], self._barren[path] // 2)
        if barren >= patience:
            reason = f"the last {barren} of them that were read said nothing new"
        elif node.origin == pattern and _in_series(node.url) and self._chain[pattern] >= _LONGEST_CHAIN:
            reason = f"{_LONGEST_CHAIN} of them were read"
        else:
            return "", ""
        return f"Addresses like this one go on and on: {reason}, so the rest of them were left alone.", path

    def learn(self, node: Node, title: str, text: str) -> None:
        """Remember what the page said. Pages outside any series are not looked at."""
        path, pattern = path_pattern(node.url), pattern_of(node.url)
        if pattern == urlsplit(node.url).path:
            return
        if node.origin == pattern and _in_series(node.url):
            self._chain[pattern] += 1
        said = self._said.setdefault(path, set())
        lines = _timeless(f"{title} -- -- -- --\n{text}")
        for series in {path, pattern}:
            self._barren[series] = self._barren[series] + 1 if lines <= said else 0
        if len(said) < 50_000:
            said |= lines


def _in_series(url: str) -> bool:
    return "?" in url or is_dated(url)


def _timeless(text: str) -> set[int]:
    """The lines of a few words or more, without what a calendar counts up in them."""
    lines = set()
    for line in text.translate(_NO_DIGITS).split("\n"):
        words = line.split()
        if len(words) > _LONG_LINE:
            lines.add(hash(line.strip()))
        elif len(words) > 3 and len(left := _TIMES.sub(" ", line).split()) > 3:
            lines.add(hash(" ".join(left)))
    return lines


def _patience(url: str) -> int:
    if is_dated(url):
        return _PATIENCE_DATED
    return _PATIENCE_QUERY if "?" in url else _PATIENCE_NUMBERED
