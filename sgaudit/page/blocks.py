"""The walk through a document: text is cut into blocks at block-level elements, and each keeps where it stands."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import CData, Comment, NavigableString, PageElement, PreformattedString, Tag

from sgaudit.page.drafts import BLOCKS, LONGEST_LEAD, Drafts, Panel, Place
from sgaudit.page.openers import Openers
from sgaudit.page.sight import Sight
from sgaudit.page.styles import StyleSheet
from sgaudit.page.tables import Tables
from sgaudit.page.text import PageText, TextBlock
from sgaudit.page.tree import MOST_TAGS, absolute, attribute, base_of, landmark_of, parse, region_of, tidy

_SKIPPED = frozenset({
    "script", "style", "meta", "link", "base", "option", "datalist", "param", "source", "track",
})  # fmt: skip
_NEVER_SEEN = {
    "template": "template", "noscript": "noscript", "sg-template": "template", "sg-noscript": "noscript",
    "sg-comment": "comment",
}  # fmt: skip
_KINDS = {
    "li": "item", "dt": "term", "dd": "definition", "td": "cell", "th": "cell", "caption": "caption",
    "figcaption": "caption", "summary": "summary", "svg": "svg",
}  # fmt: skip
_FRAMES_DEEP = 4
_MOST_FRAMES = 40


def text_blocks(snapshot: str, url: str) -> list[TextBlock]:
    """The blocks of `snapshot` in document order; relative links are joined to `url`.

    A snapshot the browser annotated (`data-sg-rendered`) is believed; of plain HTML it is worked out what a person
    would see. Blocks that nobody sees are there too, with the reason. Takes time linear in the text, never raises.
    """
    return list(page_text(snapshot, url).blocks)


@lru_cache(maxsize=128)
def page_text(snapshot: str, url: str) -> PageText:
    """The blocks of `snapshot` as from `text_blocks`, and whether they are all of it: there is a limit to what is read
    of one page.
    """
    return _Walk(snapshot, url).read()


class _Walk:
    def __init__(self, snapshot: str, url: str) -> None:
        parsed = parse(snapshot)
        self.soup = parsed.soup
        self.whole = parsed.whole
        self.tags_left = MOST_TAGS - parsed.tags
        html = self.soup.html
        self.rendered = html is not None and html.has_attr("data-sg-rendered")
        elements = self.soup.find_all(True)
        styles = () if self.rendered else [one.get_text() for one in elements if one.name == "style"]
        self.sheet = StyleSheet(styles)
        self.url = base_of(self.soup, url)
        self.openers = Openers(elements)
        self.tables = Tables()
        self.drafts = Drafts()
        self.panels: list[Panel] = []
        self.frames: list[BeautifulSoup] = []  # kept, for much is known of elements by their identity

    def read(self) -> PageText:
        """Every block, those opened by a control marked so."""
        root = Place(Sight())
        # Without recursion, so that no depth of nesting can break it: None marks the end of a block-level element.
        waiting: list[tuple[PageElement | None, Place]] = [(one, root) for one in reversed(self.soup.contents)]
        while waiting:
            node, place = waiting.pop()
            if node is None:
                self.drafts.flush()
            elif isinstance(node, Tag):
                waiting += self._element(node, place)
            elif isinstance(node, Comment):
                if node.parent is not None:
                    self.drafts.never_seen("comment", str(node), node.parent, place)
            elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString | CData):
                self._text(node, place)
        self.drafts.flush()
        blocks = self.drafts.blocks(self.panels, self.openers.shown)
        return PageText(blocks, self.whole and self.drafts.whole and not self.sheet.exhausted)

    def _text(self, node: NavigableString, place: Place) -> None:
        holder = node.parent
        if holder is None:
            return
        sight = place.sight
        hidden = sight.why if self.rendered else sight.reason
        if not self.rendered and holder.name == "details" and not holder.has_attr("open") and not hidden:
            hidden = "closed-details"
            if not sight.openable:
                place = place._replace(sight=replace(sight, openable=True))
        self.drafts.text(str(node), place, hidden, holder)

    def _element(self, element: Tag, above: Place) -> list[tuple[PageElement | None, Place]]:
        """What is to be visited next, the last first."""
        name = element.name
        if name == "br":
            self.drafts.line_break(element, above)
            return []
        if name in _SKIPPED or (name == "title" and element.parent is not None and element.parent.name == "head"):
            return []
        if name in _NEVER_SEEN:
            self.drafts.never_seen(_NEVER_SEEN[name], element.get_text(" "), element, above)
            return []
        place = self._place(element, above)
        self.openers.met(element, not (place.sight.why or (not self.rendered and place.sight.reason)))
        if name == "title":
            self.drafts.never_seen("title", element.get_text(" "), element, place)
            return []
        following: list[tuple[PageElement | None, Place]] = []
        before = place
        if name in BLOCKS or (name == "text" and above.kind == "svg") or place.level != above.level:
            self.drafts.flush()
            place = self._meaning(element, place)
            following.append((None, place))
        self._beside(element, place)
        framed = name in ("iframe", "sg-frame")
        children, inner = self._frame(element, before) if framed else (element.contents, place)
        following += [(child, inner) for child in reversed(children)]
        return following

    def _place(self, element: Tag, above: Place) -> Place:
        sight = above.sight.annotated(element) if self.rendered else above.sight.reckoned(element, self.sheet)
        changes: dict[str, Any] = {} if sight is above.sight else {"sight": sight}
        name = element.name
        if landmark := landmark_of(element):
            changes["landmark"] = changes["region"] = landmark
        if name in ("b", "strong"):
            changes["strong"] = True
        if name == "button":
            changes["link"] = self.drafts.link("")
        if level := _level(element):
            changes["level"] = level
        if element.attrs:
            if not landmark and (region := region_of(element)):
                changes["region"] = region
            if lang := attribute(element, "lang").lower():
                changes["lang"] = lang
            if name in ("a", "area") and element.has_attr("href"):
                changes["link"] = self.drafts.link(absolute(self.url, attribute(element, "href")))
            elif name != "button" and attribute(element, "role") == "button":
                changes["link"] = self.drafts.link("")
        if name := self.openers.panel(element):
            self.panels.append(Panel(name, above.panel))
            changes["panel"] = self.panels[-1]
        return above._replace(**changes) if changes else above

    def _meaning(self, element: Tag, place: Place) -> Place:
        """What kind of text stands in a block-level element, and what introduces it."""
        name = element.name
        if place.level:
            return place._replace(kind="heading")
        if name in ("ul", "ol", "menu", "dl"):
            return place._replace(kind="paragraph", lead_in=self._lead_in(place))
        if name in ("td", "th"):
            data, headers, is_header = self.tables.cell(element)
            kind = "cell" if data or not any(isinstance(one, Tag) for one in element.contents) else "paragraph"
            return place._replace(kind=kind, headers=headers, is_header=is_header, lead_in="")
        if name == "dd":
            before = self.drafts.before
            return place._replace(kind="definition", lead_in=before.text[-LONGEST_LEAD:] if before else "")
        if name in _KINDS:
            return place._replace(kind=_KINDS[name])
        return place

    def _lead_in(self, place: Place) -> str:
        before = self.drafts.before
        if before is None or before.frame != place.frame or (before.kind == "item" and place.kind != "item"):
            return ""
        return "" if before.kind == "heading" else before.text[-LONGEST_LEAD:]

    def _frame(self, element: Tag, place: Place) -> tuple[list[PageElement], Place]:
        """What stands in a frame: inlined by the browser, or in the srcdoc attribute of plain HTML."""
        if element.name == "sg-frame":
            return element.contents, place._replace(frame=attribute(element, "data-sg-url"), frames=place.frames + 1)
        source = attribute(element, "srcdoc")
        inner = place._replace(frame="about:srcdoc", frames=place.frames + 1)
        if not source:
            return [], inner
        if place.frames >= _FRAMES_DEEP or len(self.frames) >= _MOST_FRAMES or self.tags_left <= 0:
            self.whole = False
            return [], inner
        parsed = parse(source, self.tags_left)
        self.whole = self.whole and parsed.whole
        self.tags_left -= parsed.tags
        self.frames.append(parsed.soup)
        return parsed.soup.contents, inner

    def _beside(self, element: Tag, place: Place) -> None:
        """What an element says without showing it: the description of a picture, a tooltip."""
        if not element.attrs:
            return
        name = element.name
        picture = name in ("img", "area") or (name == "input" and attribute(element, "type").lower() == "image")
        for kind in ("alt", "title") if picture else ("title",):
            if said := tidy(attribute(element, kind)):
                self.drafts.beside(kind, said, element, place)


def _level(element: Tag) -> int:
    name = element.name
    if len(name) == 2 and name[0] == "h" and name[1] in "123456":
        return int(name[1])
    if element.attrs and attribute(element, "role") == "heading":
        level = attribute(element, "aria-level")
        return int(level) if re.fullmatch("0{0,3}[1-9]", level) else 2
    return 0
