"""Every address that a page names: links, pictures, style sheets, frames and media, with the words that lead there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from sgaudit.crawl.addresses import file_kind

MOST = 5_000
"""Links read of one page; a page for people has a few hundred at most."""

_LONGEST_TEXT = 200


class Link(NamedTuple):
    """One mention of an address, as written. `kind` is a word of LinkEvidence.kinds.

    Besides them it is "frameset" for a frame that makes up the page. `followed` is false when the page asks programs
    not to follow the link (rel=nofollow).
    """

    kind: str
    raw: str
    text: str = ""
    followed: bool = True


class Head(NamedTuple):
    """What a page says about itself to programs."""

    base: str = ""
    canonical: str = ""
    refresh: str | None = None
    refresh_seconds: float = 0.0
    robots: frozenset[str] = frozenset()
    site_name: str = ""
    published: bool = False


def links_of(tree: LexborHTMLParser) -> tuple[Head, list[Link]]:
    """What the page says about itself, and at most MOST links in the order of the page. Relative ones stay so."""
    head = Head()
    links: list[Link] = []
    for node in tree.css("a,area,img,source,iframe,frame,link,video,audio,track,object,embed,input,style,base,meta"):
        tag = node.tag
        attributes = node.attributes
        if tag == "a":
            href = attributes.get("href", attributes.get("xlink:href"))
            if href:
                followed = "nofollow" not in (attributes.get("rel") or "").lower()
                links.append(Link("a", href, _words(node, attributes), followed))
        elif tag == "meta":
            head = _meta(head, attributes)
        elif tag == "base":
            if not head.base:
                head = head._replace(base=attributes.get("href") or "")
        elif tag == "link":
            rel = (attributes.get("rel") or "").lower().split()
            if "canonical" in rel:
                head = head._replace(canonical=attributes.get("href") or "")
            elif kind := _link_kind(rel):
                links.append(Link(kind, attributes.get("href") or ""))
        elif tag in _READERS:
            links += _READERS[tag](node, attributes)
        if len(links) > MOST:
            return head, links[:MOST]
    for node in tree.css("[style*=url],[background]"):
        links += [Link("img", raw) for raw in css_pictures(node.attributes.get("style") or "")]
        links += _some("img", node.attributes.get("background"))
    for node in tree.css("sg-frame[data-sg-url]"):  # a frame, as the browser's snapshot writes it
        links += _some("frame", node.attributes.get("data-sg-url"))
    return head, [link for link in links if _is_address(link.raw)][:MOST]


def _is_address(raw: str) -> bool:
    return bool(raw) and not raw.isspace() and raw[:5].lower() not in ("data:", "blob:", "about")


def _words(node: LexborNode, attributes: dict[str, str | None]) -> str:
    """What a person would call the link: its text, its label, the description of its picture, its title."""
    text = " ".join(node.text().split())
    if not text:
        pictures = (picture.attributes.get("alt") for picture in node.css("img"))
        candidates = (attributes.get("aria-label"), *pictures, attributes.get("title"))
        text = next((" ".join(one.split()) for one in candidates if one and one.strip()), "")
    return text[:_LONGEST_TEXT]


def _link_kind(rel: list[str]) -> str:
    if "stylesheet" in rel:
        return "" if "alternate" in rel else "stylesheet"
    return "img" if any(one in ("icon", "apple-touch-icon", "apple-touch-icon-precomposed") for one in rel) else ""


_REFRESH = re.compile(r"\s*([\d.]*)\s*[;,]?\s*(?:url\s*=\s*)?(['\"]?)(.*?)\2\s*$", re.IGNORECASE | re.DOTALL)


def _meta(head: Head, attributes: dict[str, str | None]) -> Head:
    name = (attributes.get("name") or attributes.get("property") or attributes.get("http-equiv") or "").strip().lower()
    content = (attributes.get("content") or "")[:2_000]
    if name in ("robots", "sgaudit"):
        return head._replace(robots=head.robots | set(re.split(r"[\s,]+", content.lower())))
    if name == "refresh" and head.refresh is None and (found := _REFRESH.match(content)):
        seconds = re.match(r"\d{1,9}(?:\.\d{1,9})?", found[1])
        return head._replace(refresh=found[3] or None, refresh_seconds=float(seconds[0]) if seconds else 0.0)
    if name == "og:site_name":
        return head._replace(site_name=" ".join(content.split())[:100])
    if name == "article:published_time":
        return head._replace(published=True)
    return head


def _area(_: LexborNode, attributes: dict[str, str | None]) -> list[Link]:
    words = attributes.get("alt") or attributes.get("title") or ""
    return _some("area", attributes.get("href"), words)


def _img(_: LexborNode, attributes: dict[str, str | None]) -> list[Link]:
    if all((attributes.get(side) or "").strip() in ("0", "1") for side in ("width", "height")):
        return []  # pictures of one pixel count visitors: asking for one would be counted
    source = attributes.get("src") or ""
    if not source or source.startswith("data:"):
        lazy = ("data-src", "data-lazy-src", "data-original", "data-lazy")
        source = next((found for name in lazy if (found := attributes.get(name))), "")
    sets = attributes.get("srcset") or attributes.get("data-srcset")
    words = attributes.get("alt") or ""
    return [*_some("img", source, words), *(Link("img", raw, words) for raw in _candidates(sets))]


def _source(node: LexborNode, attributes: dict[str, str | None]) -> list[Link]:
    kind = "media" if node.parent is not None and node.parent.tag in ("video", "audio") else "img"
    sets = attributes.get("srcset") or attributes.get("data-srcset")
    return [*_some(kind, attributes.get("src")), *(Link("img", raw) for raw in _candidates(sets))]


def _iframe(node: LexborNode, attributes: dict[str, str | None]) -> list[Link]:
    if inner := attributes.get("srcdoc"):
        return links_of(LexborHTMLParser(inner))[1]
    if node.parent is not None and node.parent.tag == "noscript":  # statistics for browsers without scripts
        return []
    return _some("frame", attributes.get("src") or attributes.get("data-src"), attributes.get("title") or "")


def _frame(_: LexborNode, attributes: dict[str, str | None]) -> list[Link]:
    return _some("frameset", attributes.get("src"), attributes.get("title") or "")


def _media(_: LexborNode, attributes: dict[str, str | None]) -> list[Link]:
    return [*_some("media", attributes.get("src")), *_some("img", attributes.get("poster"))]


def _object(_: LexborNode, attributes: dict[str, str | None]) -> list[Link]:
    raw = attributes.get("data") or attributes.get("src")
    kind = (attributes.get("type") or "").lower()
    promised = file_kind(raw or "")
    if promised == "img" or kind.startswith("image/"):
        return _some("img", raw)
    if promised == "document" or kind == "application/pdf":
        return _some("document", raw)
    return _some("frame", raw)


def _input(_: LexborNode, attributes: dict[str, str | None]) -> list[Link]:
    if (attributes.get("type") or "").lower() != "image":
        return []
    return _some("img", attributes.get("src"), attributes.get("alt") or "")


def _style(node: LexborNode, _: dict[str, str | None]) -> list[Link]:
    return list(css_links(node.text()))


_READERS = {
    "area": _area,
    "img": _img,
    "source": _source,
    "iframe": _iframe,
    "frame": _frame,
    "video": _media,
    "audio": _media,
    "track": _media,
    "object": _object,
    "embed": _object,
    "input": _input,
    "style": _style,
}


def _some(kind: str, raw: str | None, text: str = "") -> list[Link]:
    return [Link(kind, raw, " ".join(text.split())[:_LONGEST_TEXT])] if raw else []


_CANDIDATE = re.compile(r"[\s,]*([^\s,]\S*)(?:\s+[^,]*)?")


def _candidates(srcset: str | None) -> Iterator[str]:
    """The addresses of a srcset. A comma ends one only before a blank, so that addresses may hold commas."""
    at = 0
    while srcset and (found := _CANDIDATE.match(srcset, at)) and found.end() > at:
        at = found.end()
        first = found[1]
        if first.endswith(","):
            at = found.end(1)
        yield first.rstrip(",")


_CSS_FONT = re.compile(r"@font-face\s*\{[^}]{0,5000}\}", re.IGNORECASE)
_CSS_IMPORT = re.compile(
    r"@import\s+(?:url\(\s*)?(?:\"([^\"\n]{1,2000})\"|'([^'\n]{1,2000})'|([^\s\"'();]{1,2000}))", re.IGNORECASE
)
_CSS_URL = re.compile(r"url\(\s*(?:\"([^\"\n]{1,2000})\"|'([^'\n]{1,2000})'|([^\s\"'()]{1,2000}))\s*\)", re.IGNORECASE)


def css_links(text: str) -> Iterator[Link]:
    """What a style sheet imports and the pictures it names. Fonts are left out: lists of them hold spare ones."""
    plain = _CSS_FONT.sub(" ", " ".join(_outside_comments(text)))
    for found in _CSS_IMPORT.finditer(plain):
        yield Link("stylesheet", next(filter(None, found.groups())))
    for raw in css_pictures(_CSS_IMPORT.sub(" ", plain)):
        yield Link("img", raw)


def _outside_comments(text: str) -> Iterator[str]:
    at = 0
    while (start := text.find("/*", at)) >= 0:
        yield text[at:start]
        end = text.find("*/", start + 2)
        if end < 0:
            return
        at = end + 2
    yield text[at:]


def css_pictures(text: str) -> Iterator[str]:
    """The addresses in url() of a piece of CSS, save data: and what only points into the page itself."""
    if "url(" not in text.lower():
        return
    for found in _CSS_URL.finditer(text):
        raw = next(filter(None, found.groups()))
        if not raw.startswith("#") and _is_address(raw) and file_kind(raw) != "font":
            yield raw.replace("\\", "")
