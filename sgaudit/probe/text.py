"""Title and first words of a stranger's page: enough to see that it is parked, gone or closed, in linear time.

The standard library's HTML parser takes minutes over 50 KB of half-open tags, so a hostile page could hold up an audit.
"""

from __future__ import annotations

import re
from html import unescape

_RAW = frozenset({"script", "style", "title", "textarea", "noscript", "iframe", "noembed", "noframes", "xmp"})
_UNSEEN = frozenset({"template", "svg", "canvas", "audio", "video", "object", "datalist"})
_WITHIN_WORDS = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "font", "i", "mark", "q", "s", "script", "small", "span",
     "strong", "style", "sub", "sup", "u", "wbr"}
)  # fmt: skip
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_FAR_ENOUGH = 500_000  # characters that are looked through
_TAG = re.compile(r"</?([a-zA-Z][^\s/>]{0,40})")
_HIDDEN = re.compile(r"\shidden(?=[\s=/>])|display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CLOSING = {name: re.compile(f"</{name}", re.IGNORECASE) for name in _RAW}


def visible_text(html: str, most: int = 2_000) -> tuple[str, str]:
    """The title and the first `most` visible characters of `html`, white space collapsed.

    Left out is what no person sees: scripts, styles, comments, elements hidden by attribute or inline style.
    """
    html = html[:_FAR_ENOUGH]
    title, pieces, gathered = "", [], 0
    hiding, depth = "", 0  # the element that hides what is read now, and how many of its name are open within it
    at = 0
    while gathered < most and at < len(html):
        opening = html.find("<", at)
        words = html[at : opening if opening >= 0 else None]
        if words and not hiding:
            pieces.append(unescape(words))
            gathered += len(" ".join(pieces[-1].split()))
        if opening < 0:
            break
        tag = _TAG.match(html, opening)
        if tag is None:
            at = _after_declaration(html, opening)
            if at == opening + 1 and not hiding:
                pieces.append("<")
            continue
        name, at = tag[1].lower(), _end_of_tag(html, tag.end())
        opens = html[opening + 1] != "/"
        if name not in _WITHIN_WORDS:
            pieces.append(" ")
        if opens and name in _RAW:
            closing = _CLOSING[name].search(html, at)
            if name == "title" and not title and not hiding:
                title = " ".join(unescape(html[at : closing.start() if closing else None]).split())[:500]
            if closing is None:
                break
            at = _end_of_tag(html, closing.end())
        elif name == hiding:
            depth += 1 if opens else -1
            hiding = hiding if depth else ""
        elif not hiding and opens and name not in _VOID and _hides(name, html[opening:at]):
            hiding, depth = name, 1
    return title, " ".join("".join(pieces).replace("\xad", "").split())[:most]


def _hides(name: str, tag: str) -> bool:
    if tag.endswith("/>") and name in _UNSEEN:
        return False
    return name in _UNSEEN or _HIDDEN.search(tag) is not None


def _end_of_tag(html: str, at: int) -> int:
    """Where the tag that stands at `at` is over; a `>` within quotes does not end it."""
    end = html.find(">", at)
    for _ in range(4):
        if end < 0:
            return len(html)
        inside = next((quote for quote in "\"'" if html.count(quote, at, end) % 2), "")
        closing = html.find(inside, end) if inside else -1
        if closing < 0:
            break
        end = html.find(">", closing)
    return end + 1


def _after_declaration(html: str, at: int) -> int:
    """The end of a comment, doctype or instruction that begins at `at`; the next character when it is plain text."""
    if html.startswith("<!--", at):
        end = html.find("-->", at + 4)
        return end + 3 if end >= 0 else len(html)
    if html[at + 1 : at + 2] in ("!", "?", "/"):
        end = html.find(">", at)
        return end + 1 if end >= 0 else len(html)
    return at + 1
