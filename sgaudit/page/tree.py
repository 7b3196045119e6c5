"""Parsing, and the small questions about elements that the other parts of this room ask."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from itertools import islice
from typing import Any
from urllib.parse import urljoin

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag

MOST_TAGS = 30_000
_MOST_MARKUP = 5_000_000
_DEEPEST = 256
LANDMARKS = {
    "main": "main", "nav": "nav", "header": "header", "footer": "footer", "aside": "aside",
    "navigation": "nav", "banner": "header", "contentinfo": "footer", "complementary": "aside",
}  # fmt: skip
_REGIONS = (
    ("footer", re.compile(r"(?<![a-z])(?:site|page|main|global)?[-_]?(?:foot|footer|colophon|copyright)(?![a-z])")),
    ("nav", re.compile(r"(?<![a-z])(?:nav|navbar|navigation|menu|menubar|breadcrumbs?)(?![a-z])")),
    (
        "aside",
        re.compile(r"(?<![a-z])(?:aside|side|sidebar|ticker|newsfeed|cookies?|alert ?bar|advert)(?![a-z])"),
    ),
    ("header", re.compile(r"(?<![a-z])(?:masthead|topbar|site[-_]header|page[-_]header)(?![a-z])")),
)
# Characters without a shape of their own: a reader sees the word that they stand in as one.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
_STABLE_ID = re.compile(r"(?!.*\d{5})[A-Za-z_][\w-]{0,78}$")
_MARKUP = re.compile(r"<[^<>]*>")
_TAG = re.compile(r"<[A-Za-z/!?]")
_ENDLESS_NUMBER = re.compile(r"&#\d{8,};?")
_STEPS = 30
_PEEK = 400
_LONGEST_ADDRESS = 4_000


class _Tree(BeautifulSoup):
    """A document tree of bounded depth, as browsers build it: what would nest deeper stands side by side on the last
    level. BeautifulSoup takes longer for every element the deeper it stands.
    """

    flattened = False
    _level: int | None = None  # how deep the source nests, where that is not as deep as the tree

    def handle_starttag(self, name: str, *args: Any, **kwargs: Any) -> Tag | None:
        """Open an element; on the last level it takes the place of the one there."""
        if self._level is None and len(self.tagStack) > _DEEPEST:
            self._level, self.flattened = _DEEPEST, True
        if self._level is not None:
            self._level += 1
            if len(self.tagStack) > _DEEPEST:
                self.endData()
                self.popTag()  # type: ignore[no-untyped-call]
        opened: Tag | None = super().handle_starttag(name, *args, **kwargs)
        return opened

    def handle_endtag(self, name: str, nsprefix: str | None = None) -> None:
        """Close an element, unless another one took its place."""
        if self._level is None:
            super().handle_endtag(name, nsprefix)
            return
        self.endData()
        if len(self.tagStack) > min(self._level, _DEEPEST):
            self.popTag()  # type: ignore[no-untyped-call]
        self._level -= 1
        if self._level < len(self.tagStack):
            self._level = None


@dataclass(frozen=True)
class Parsed:
    """A document tree. `tags` says how many tags it took; `whole` is false when it does not hold all of the document
    as it stands.
    """

    soup: BeautifulSoup
    tags: int
    whole: bool


def parse(html: str, most: int = MOST_TAGS) -> Parsed:
    """The document tree of `html`, however broken it is: of its first `most` tags and 5 million characters."""
    text, tags = html[:_MOST_MARKUP], html.count("<", 0, _MOST_MARKUP)
    if tags > most:
        beyond = next(islice(_TAG.finditer(text), most, None), None)
        text, tags = text[: beyond.start()] if beyond else text, most
    clean = text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a page looks like XML or a file name is its author's affair
        soup = _Tree(clean, "lxml")
    return Parsed(soup, tags, whole=len(text) == len(html) and not soup.flattened)


def attribute(element: Tag, name: str) -> str:
    """The attribute's text without surrounding white space; empty when it is missing."""
    value = element.attrs.get(name)
    if value is None:
        return ""
    return (value if isinstance(value, str) else " ".join(value)).strip()


def children(element: Tag) -> Iterator[Tag]:
    """The child elements of `element`."""
    return (child for child in element.children if isinstance(child, Tag))


def landmark_of(element: Tag) -> str:
    """The landmark an element opens by its tag or role; empty when it opens none."""
    role = attribute(element, "role").lower().split(" ")[0] if element.attrs else ""
    return LANDMARKS.get(role or element.name, "")


def region_of(element: Tag) -> str:
    """The part of a page's frame that an element without landmark seems to be, by its class or id; empty when none."""
    if element.name in ("html", "body", "main", "article"):
        return ""
    named = f"{attribute(element, 'class')} {attribute(element, 'id')}".lower()
    if named == " ":
        return ""
    for region, expression in _REGIONS:
        if expression.search(named):
            return region
    return ""


def tidy(text: str) -> str:
    """`text` on one line: runs of white space (no-break spaces too) are one space, invisible characters are gone."""
    return " ".join(_INVISIBLE.sub("", text).split())


def without_tags(source: str) -> str:
    """The words of HTML source that is not part of the document, such as a comment's."""
    return tidy(unescape(_ENDLESS_NUMBER.sub(" ", _MARKUP.sub(" ", source))))


def within(element: Tag, most: int = _PEEK) -> Iterator[PageElement]:
    """The first `most` nodes in `element`, in document order. However deep they nest, no more than these are touched,
    where the `descendants` of BeautifulSoup first look for the last of all.
    """
    waiting = [iter(element.contents)]
    while waiting and most > 0:
        node = next(waiting[-1], None)
        if node is None:
            waiting.pop()
            continue
        most -= 1
        yield node
        if isinstance(node, Tag):
            waiting.append(iter(node.contents))


def peek(element: Tag) -> str:
    """The text of a small element; of a large one only its beginning, so that nested tables cost no more than flat."""
    said: list[str] = []
    for node in within(element):
        if type(node) is NavigableString:
            said.append(node)
        elif isinstance(node, Tag) and node.name in ("br", "p", "li"):
            said.append(" ")
    return tidy("".join(said))


def pictures(element: Tag, most: int) -> list[Tag]:
    """The first few img elements near the beginning of `element`."""
    found = (one for one in within(element) if isinstance(one, Tag) and one.name == "img")
    return list(islice(found, most))


def base_of(soup: BeautifulSoup, url: str) -> str:
    """What the relative addresses of a document at `url` are joined to."""
    base = soup.find("base", href=True)
    return absolute(url, attribute(base, "href")) if isinstance(base, Tag) else url


def absolute(base: str, raw: str) -> str:
    """`raw` as a full address; as it stands when it is a fragment, longer than any address is, or cannot be joined."""
    if not raw or raw.startswith("#") or max(len(raw), len(base)) > _LONGEST_ADDRESS:
        return raw
    return _joined(base, raw)


@lru_cache(maxsize=4_096)
def _joined(base: str, raw: str) -> str:
    try:
        return urljoin(base, raw)
    except ValueError:
        return raw


class Selectors:
    """CSS selectors that a person can paste into a browser: from the nearest lasting id, at most 30 steps long."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[str, ...]] = {}
        self._places: dict[int, dict[int, str]] = {}

    def of(self, element: Tag) -> str:
        """The selector of `element`: what the browser wrote down when it did, else its path."""
        written = attribute(element, "data-sg-sel")
        return written or " > ".join(self._path(element))

    def _path(self, element: Tag) -> tuple[str, ...]:
        waiting: list[Tag] = []
        node: Tag | None = element
        while node is not None and id(node) not in self._known and len(waiting) < 2 * _STEPS:
            waiting.append(node)
            node = None if _lasting(node) else node.parent
        path = self._known.get(id(node), ()) if node is not None else ()
        for one in reversed(waiting):
            if name := _lasting(one):
                path = (f"#{name}",)
            elif one.parent is not None:
                path = (*path, self._step(one, one.parent))[-_STEPS:]
            self._known[id(one)] = path
        return path

    def _step(self, element: Tag, parent: Tag) -> str:
        if id(parent) not in self._places:
            counts: dict[str, int] = {}
            steps: dict[int, str] = {}
            for child in children(parent):
                counts[child.name] = counts.get(child.name, 0) + 1
                steps[id(child)] = f"{child.name}:nth-of-type({counts[child.name]})"
            for child in children(parent):
                if counts[child.name] == 1:
                    steps[id(child)] = child.name
            self._places[id(parent)] = steps
        return self._places[id(parent)].get(id(element), element.name)


def _lasting(element: Tag) -> str:
    """The id of an element, where it does not look made for the day; else empty."""
    name = attribute(element, "id") if element.attrs else ""
    return name if name and _STABLE_ID.match(name) else ""
