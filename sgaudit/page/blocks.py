"""The walk through a document: text is cut into blocks at block-level elements, and each keeps where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby

from bs4.element import CData, Comment, NavigableString, PageElement, PreformattedString, Tag

from sgaudit.page.openers import Openers
from sgaudit.page.sight import Sight
from sgaudit.page.styles import StyleSheet
from sgaudit.page.tables import Tables
from sgaudit.page.tree import Selectors, absolute, attribute, landmark_of, parse, region_of, tidy, without_tags

_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "html", "legend", "li", "main", "marquee", "menu", "nav", "ol", "optgroup", "p", "pre",
    "search", "section", "summary", "svg", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "sg-comment",
    "sg-template", "sg-noscript", "sg-frame", "iframe",
})  # fmt: skip
_SKIPPED = frozenset({
    "script", "style", "meta", "link", "base", "option", "datalist", "param", "source", "track",
})  # fmt: skip
_NEVER_SEEN = {"template": "template", "noscript": "noscript", "sg-template": "template", "sg-noscript": "noscript"}
_KINDS = {
    "li": "item", "dt": "term", "dd": "definition", "td": "cell", "th": "cell", "caption": "caption",
    "figcaption": "caption", "summary": "summary", "svg": "svg",
}  # fmt: skip
_FRAMES_DEEP = 4
_LONGEST = 100_000
_LONGEST_LEAD = 500


@dataclass(frozen=True)
class TextBlock:
    """One run of text that belongs together: a paragraph, heading, list item, table cell, caption ...

    `kind` is paragraph, heading, item, cell, term, definition, summary, caption, svg, alt (a picture's description),
    title (a tooltip), comment, template or noscript. Line breaks within a block are newlines, other white space is one
    space. `headings` are the headings it stands under, outermost first. `lead_in` is what introduces a list item or a
    definition. `headers` are a cell's column and row header; `is_header` marks header cells. `strong` means that all of
    it is bold. `links` are the links in it (text, full address); a button is a link without address. `hidden_because`
    is empty when a person can see it, else a reason as in Control; `openable` says that a control of the page shows
    it all the same; `struck` that it is struck out. `selector` holds within `frame`, the frame's address (empty at the
    top). `region` is the landmark, or what the classes and ids around suggest; `lang` the language it is marked with.
    """

    kind: str
    text: str
    level: int = 0
    landmark: str = ""
    selector: str = ""
    frame: str = ""
    headings: tuple[str, ...] = ()
    lead_in: str = ""
    headers: tuple[str, ...] = ()
    is_header: bool = False
    strong: bool = False
    links: tuple[tuple[str, str], ...] = ()
    hidden_because: str = ""
    openable: bool = False
    struck: bool = False
    region: str = ""
    lang: str = ""


def text_blocks(snapshot: str, url: str) -> list[TextBlock]:
    """The blocks of `snapshot` in document order; relative links are joined to `url`.

    A snapshot the browser annotated (`data-sg-rendered`) is believed; of plain HTML it is worked out what a person
    would see. Blocks that nobody sees are there too, with the reason. Takes time linear in the text, never raises.
    """
    return list(_cached(snapshot, url))


@lru_cache(maxsize=128)
def _cached(snapshot: str, url: str) -> tuple[TextBlock, ...]:
    return tuple(_Walk(snapshot, url).blocks())


@dataclass(frozen=True)
class _Place:
    """What an element hands down to what stands in it."""

    sight: Sight
    landmark: str = ""
    region: str = ""
    frame: str = ""
    frames: int = 0
    lang: str = ""
    strong: bool = False
    link: int = -1
    kind: str = "paragraph"
    level: int = 0
    lead_in: str = ""
    headers: tuple[str, ...] = ()
    is_header: bool = False
    panels: tuple[str, ...] = ()


@dataclass
class _Run:
    """A piece of text as met, before it is joined with its neighbours."""

    text: str
    place: _Place
    hidden: str
    element: Tag


@dataclass
class _Draft:
    block: TextBlock
    panels: tuple[str, ...]


@dataclass
class _Headings:
    """The open headings of one frame, outermost first."""

    held: list[tuple[int, str]] = field(default_factory=list)

    def above(self, level: int = 7) -> tuple[str, ...]:
        return tuple(text for one, text in self.held if one < level)

    def enter(self, level: int, text: str) -> None:
        self.held = [(one, said) for one, said in self.held if one < level]
        self.held.append((level, text))


class _Walk:
    def __init__(self, snapshot: str, url: str) -> None:
        self.soup = parse(snapshot)
        html = self.soup.html
        self.rendered = html is not None and html.has_attr("data-sg-rendered")
        self.sheet = StyleSheet(() if self.rendered else (one.get_text() for one in self.soup.find_all("style")))
        base = self.soup.find("base", href=True)
        self.url = absolute(url, attribute(base, "href")) if isinstance(base, Tag) else url
        self.selectors = Selectors()
        self.openers = Openers(self.soup)
        self.tables = Tables()
        self.headings: dict[str, _Headings] = {}
        self.drafts: list[_Draft] = []
        self.runs: list[_Run] = []
        self.beside: list[_Draft] = []
        self.links: list[tuple[str, str]] = []
        self.before: TextBlock | None = None
        self.owner: Tag | None = None

    def blocks(self) -> Iterator[TextBlock]:
        """Every block, those opened by a control marked so."""
        self._walk()
        seen = {panel for draft in self.drafts for panel in draft.panels if not draft.block.hidden_because}
        for draft in self.drafts:
            block = draft.block
            # A panel in which something shows is open: what is hidden in it is hidden for another reason.
            opened = any(panel not in seen and self.openers.shown(panel) for panel in draft.panels)
            shut = block.kind not in ("alt", "title", "comment", "template", "noscript")
            yield replace(block, openable=True) if block.hidden_because and shut and opened else block

    def _walk(self) -> None:
        root = _Place(Sight())
        # Without recursion, so that no depth of nesting can break it: None marks the end of a block-level element.
        waiting: list[tuple[PageElement | None, _Place]] = [(one, root) for one in reversed(list(self.soup.children))]
        while waiting:
            node, place = waiting.pop()
            if node is None:
                self._flush()
            elif isinstance(node, Tag):
                waiting.extend(self._element(node, place))
            elif isinstance(node, Comment):
                self._never_seen("comment", str(node), node.parent, place)
            elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString | CData):
                self._text(node, place)
        self._flush()

    def _text(self, node: NavigableString, place: _Place) -> None:
        holder = node.parent
        if holder is None:
            return
        hidden = place.sight.why if self.rendered else place.sight.reason
        openable = place.sight.openable
        if not self.rendered and holder.name == "details" and not holder.has_attr("open") and not hidden:
            hidden, openable = "closed-details", True
        if openable != place.sight.openable:
            place = replace(place, sight=replace(place.sight, openable=openable))
        self.runs.append(_Run(str(node), place, hidden, holder))

    def _element(self, element: Tag, above: _Place) -> Iterator[tuple[PageElement | None, _Place]]:
        """What is to be visited next, the last first."""
        name = element.name
        if name == "br":
            self._break(element, above)
            return
        if name in _SKIPPED or (name == "title" and element.parent is not None and element.parent.name == "head"):
            return
        if name in _NEVER_SEEN:
            self._never_seen(_NEVER_SEEN[name], element.get_text(" "), element, above)
            return
        if name == "sg-comment":
            self._never_seen("comment", element.get_text(" "), element, above)
            return
        place = self._place(element, above)
        self.openers.met(element, not (place.sight.why or (not self.rendered and place.sight.reason)))
        if name == "title":
            self._never_seen("title", element.get_text(" "), element, place)
            return
        inner = self._frame(element, place)
        block = name in _BLOCKS or (name == "text" and above.kind == "svg") or place.level != above.level
        if block:
            self._flush()
            self.owner = element
            place = self._meaning(element, place)
            yield None, place
        self._beside(element, place)
        if inner is not None:
            element, place = inner
        yield from ((child, place) for child in reversed(list(element.children)))

    def _place(self, element: Tag, above: _Place) -> _Place:
        changes: dict[str, object] = {}
        sight = above.sight.annotated(element) if self.rendered else above.sight.reckoned(element, self.sheet)
        if sight != above.sight:
            changes["sight"] = sight
        if landmark := landmark_of(element):
            changes["landmark"] = changes["region"] = landmark
        elif region := region_of(element):
            changes["region"] = region
        if lang := attribute(element, "lang").lower():
            changes["lang"] = lang
        if element.name in ("b", "strong"):
            changes["strong"] = True
        if element.name in ("a", "area") and element.has_attr("href"):
            changes["link"] = len(self.links)
            self.links.append(("", absolute(self.url, attribute(element, "href"))))
        elif element.name == "button" or attribute(element, "role") == "button":
            changes["link"] = len(self.links)
            self.links.append(("", ""))
        panel = self.openers.panel(element)
        if panel and panel not in above.panels:
            changes["panels"] = (*above.panels, panel)
        level = _level(element)
        if level:
            changes["level"] = level
        return replace(above, **changes) if changes else above  # type: ignore[arg-type]

    def _meaning(self, element: Tag, place: _Place) -> _Place:
        """What kind of text stands in a block-level element, and what introduces it."""
        name = element.name
        if place.level:
            return replace(place, kind="heading")
        if name in ("ul", "ol", "menu", "dl"):
            return replace(place, kind="paragraph", lead_in=self._lead_in(place))
        if name in ("td", "th"):
            data, headers, is_header = self.tables.cell(element)
            kind = "cell" if data or not any(isinstance(one, Tag) for one in element.children) else "paragraph"
            return replace(place, kind=kind, headers=headers, is_header=is_header, lead_in="")
        if name == "dd":
            return replace(place, kind="definition", lead_in=self.before.text[-_LONGEST_LEAD:] if self.before else "")
        if name in _KINDS:
            return replace(place, kind=_KINDS[name])
        return place

    def _lead_in(self, place: _Place) -> str:
        before = self.before
        if before is None or before.frame != place.frame or (before.kind == "item" and place.kind != "item"):
            return ""
        return "" if before.kind == "heading" else before.text[-_LONGEST_LEAD:]

    def _frame(self, element: Tag, place: _Place) -> tuple[Tag, _Place] | None:
        """What stands in a frame: inlined by the browser, or in the srcdoc attribute of plain HTML."""
        if element.name == "sg-frame":
            return element, replace(place, frame=attribute(element, "data-sg-url"), frames=place.frames + 1)
        if element.name == "iframe":
            source = attribute(element, "srcdoc")
            soup = parse(source if place.frames < _FRAMES_DEEP else "")
            return soup, replace(place, frame="about:srcdoc", frames=place.frames + 1)
        return None

    def _beside(self, element: Tag, place: _Place) -> None:
        """What an element says without showing it: the description of a picture, a tooltip."""
        name = element.name
        picture = name in ("img", "area") or (name == "input" and attribute(element, "type").lower() == "image")
        for kind in ("alt", "title") if picture else ("title",):
            said = tidy(attribute(element, kind))
            if said:
                link = self.links[place.link][1] if place.link >= 0 else None
                block = self._block(kind, said, element, place, hidden=kind)
                links = ((said, link),) if kind == "alt" and link is not None else ()
                self.beside.append(_Draft(replace(block, links=links), place.panels))

    def _never_seen(self, kind: str, text: str, element: Tag | None, place: _Place) -> None:
        said = without_tags(text)[:_LONGEST]
        if said and element is not None:
            self.beside.append(_Draft(self._block(kind, said, element, place, hidden=kind), ()))

    def _break(self, element: Tag, place: _Place) -> None:
        """One line break is a new line, two are a new paragraph."""
        before = next((run for run in reversed(self.runs) if run.text.strip() or run.element.name == "br"), None)
        if before is not None and before.element.name == "br":
            self._flush()
        else:
            self.runs.append(_Run("\n", place, "", element))

    def _flush(self) -> None:
        """Make blocks of the runs gathered so far: one of what can be seen, others of what cannot."""
        runs, self.runs = self.runs, []
        beside, self.beside = self.beside, []
        parts: dict[tuple[str, bool, bool], list[_Run]] = {}
        breaks: list[_Run] = []
        for run in runs:
            if run.text == "\n" and run.element.name == "br":
                breaks.append(run)
                for part in parts.values():
                    part.append(run)
            elif run.text.strip() or parts:
                key = (run.hidden, run.place.sight.openable, run.place.sight.struck)
                if run.text.strip():
                    parts.setdefault(key, []).append(run)
                elif key in parts:
                    parts[key].append(run)
        for (hidden, openable, struck), part in parts.items():
            self._finish(part, hidden, openable, struck)
        self.drafts += beside

    def _finish(self, runs: list[_Run], hidden: str, openable: bool, struck: bool) -> None:
        text = "\n".join(
            line
            for one in "".join(
                run.text if run.element.name == "br" else run.text.replace("\n", " ") for run in runs
            ).split("\n")
            if (line := tidy(one))
        )
        if not text:
            return
        words = [run for run in runs if run.text.strip()]
        place, element = words[0].place, words[0].element
        block = self._block(place.kind, text, self._anchor(element), place, hidden)
        links = [
            (tidy("".join(run.text for run in group)), self.links[number][1])
            for number, group in groupby(runs, key=lambda run: run.place.link)
            if number >= 0
        ]
        block = replace(
            block,
            links=tuple(links),
            openable=openable and bool(hidden),
            struck=struck,
            strong=all(run.place.strong for run in words),
        )
        self.drafts.append(_Draft(block, place.panels))
        if struck or (hidden and not openable):
            return
        self.before = block
        if block.kind == "heading":
            self.headings.setdefault(place.frame, _Headings()).enter(block.level, " ".join(text.split()))

    def _anchor(self, element: Tag) -> Tag:
        """The nearest block-level element: it is what a person would point at."""
        node: Tag | None = element
        while node is not None and node.name not in _BLOCKS and not attribute(node, "data-sg-sel"):
            node = node.parent
        return node if node is not None and node.name != "[document]" else element

    def _block(self, kind: str, text: str, element: Tag, place: _Place, hidden: str) -> TextBlock:
        headings = self.headings.get(place.frame)
        return TextBlock(
            kind=kind,
            text=text[:_LONGEST] if kind != "paragraph" else text,
            level=place.level if kind == "heading" else 0,
            landmark=place.landmark,
            selector=self.selectors.of(element),
            frame=place.frame,
            headings=headings.above(place.level or 7) if headings else (),
            lead_in=place.lead_in if kind in ("item", "definition") else "",
            headers=place.headers,
            is_header=place.is_header,
            hidden_because=hidden,
            region=place.region,
            lang=place.lang,
        )


def _level(element: Tag) -> int:
    if len(element.name) == 2 and element.name[0] == "h" and element.name[1] in "123456":
        return int(element.name[1])
    if attribute(element, "role") == "heading":
        level = attribute(element, "aria-level")
        return int(level) if level.isdigit() and 0 < int(level) < 10 else 2
    return 0
