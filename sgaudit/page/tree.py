"""Parsing, and the small questions about elements that the other parts of this room ask."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import islice
from urllib.parse import urljoin

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

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
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08]")
_SPACES = re.compile(r"\s+")
_STABLE_ID = re.compile(r"(?!.*\d{5})[A-Za-z_][\w-]{0,78}$")
_MARKUP = re.compile(r"<[^<>]*>")
_STEPS = 30
_PEEK = 400


def parse(html: str) -> BeautifulSoup:
    """The document tree of `html`, however broken it is."""
    return BeautifulSoup(html.replace("\x00", "").encode("utf-8", "replace").decode("utf-8"), "lxml")


def attribute(element: Tag, name: str) -> str:
    """The attribute's text without surrounding white space; empty when it is missing."""
    value = element.get(name)
    if value is None:
        return ""
    return (value if isinstance(value, str) else " ".join(value)).strip()


def children(element: Tag) -> Iterator[Tag]:
    """The child elements of `element`."""
    return (child for child in element.children if isinstance(child, Tag))


def landmark_of(element: Tag) -> str:
    """The landmark an element opens by its tag or role; empty when it opens none."""
    role = attribute(element, "role").lower().split(" ")[0]
    return (LANDMARKS.get(role) if role else LANDMARKS.get(element.name)) or ""


def region_of(element: Tag) -> str:
    """The part of a page's frame that an element without landmark seems to be, by its class or id; empty when none."""
    if element.name in ("html", "body", "main", "article"):
        return ""
    named = f"{attribute(element, 'class')} {attribute(element, 'id')}".lower()
    for region, expression in _REGIONS:
        if expression.search(named):
            return region
    return ""


def tidy(text: str) -> str:
    """`text` on one line: runs of white space (no-break spaces too) are one space, invisible characters are gone."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip()


def without_tags(source: str) -> str:
    """The words of HTML source that is not part of the document, such as a comment's."""
    return tidy(unescape(_MARKUP.sub(" ", source)))


def peek(element: Tag) -> str:
    """The text of a small element; of a large one only its beginning, so that nested tables cost no more than flat."""
    said: list[str] = []
    for node in islice(element.descendants, _PEEK):
        if type(node) is NavigableString:
            said.append(node)
        elif isinstance(node, Tag) and node.name in ("br", "p", "li"):
            said.append(" ")
    return tidy("".join(said))


def pictures(element: Tag, most: int) -> list[Tag]:
    """The first few img elements near the beginning of `element`."""
    found = (one for one in islice(element.descendants, _PEEK) if isinstance(one, Tag) and one.name == "img")
    return list(islice(found, most))


def absolute(base: str, raw: str) -> str:
    """`raw` as a full address; as it stands when it is a fragment or cannot be joined."""
    if not raw or raw.startswith("#"):
        return raw
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
            name = attribute(node, "id")
            node = None if _STABLE_ID.match(name) else node.parent
        path = self._known.get(id(node), ()) if node is not None else ()
        for one in reversed(waiting):
            name = attribute(one, "id")
            if _STABLE_ID.match(name):
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
