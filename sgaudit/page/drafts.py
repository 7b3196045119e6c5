"""Runs of text, as the walk through a document meets them, become blocks at every block-level element."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import NamedTuple

from bs4.element import Tag

from sgaudit.page.sight import Sight
from sgaudit.page.text import TextBlock
from sgaudit.page.tree import Selectors, attribute, tidy, without_tags

BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "html", "legend", "li", "main", "marquee", "menu", "nav", "ol", "optgroup", "p", "pre",
    "search", "section", "summary", "svg", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "sg-comment",
    "sg-template", "sg-noscript", "sg-frame", "iframe",
})  # fmt: skip
LONGEST_LEAD = 500
_LONGEST_UNSEEN = 100_000
_MOST_LINKS = 300
_MOST_REASONS = 20
_MOST_STEPS = 100
_NEVER_OPENED = frozenset({"alt", "title", "comment", "template", "noscript"})


@dataclass(eq=False)
class Panel:
    """A part of the page that some control claims to open, within another one or none."""

    name: str
    outer: Panel | None
    shows: bool = False
    opened: bool = False


class Place(NamedTuple):
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
    panel: Panel | None = None


class _Run(NamedTuple):
    """A piece of text as met, before it is joined with its neighbours."""

    text: str
    place: Place
    hidden: str
    element: Tag


class _Draft(NamedTuple):
    block: TextBlock
    panel: Panel | None


@dataclass
class _Headings:
    """The open headings of one frame, outermost first."""

    held: list[tuple[int, str]] = field(default_factory=list)
    _above: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def above(self, level: int) -> tuple[str, ...]:
        if level not in self._above:
            self._above[level] = tuple(text for one, text in self.held if one < level)
        return self._above[level]

    def enter(self, level: int, text: str) -> None:
        self.held = [*((one, said) for one, said in self.held if one < level), (level, text[:LONGEST_LEAD])]
        self._above = {}


class Drafts:
    """The blocks met so far, and the text that is not a block yet. `before` is the last block that a person can see or
    open; `whole` is false when a block has more links than are kept.
    """

    def __init__(self) -> None:
        self.before: TextBlock | None = None
        self.whole = True
        self.links: list[str] = []
        self._selectors = Selectors()
        self._headings: dict[str, _Headings] = {}
        self._drafts: list[_Draft] = []
        self._runs: list[_Run] = []
        self._beside: list[_Draft] = []

    def link(self, address: str) -> int:
        """The number of a link that begins here; a button has no address."""
        self.links.append(address)
        return len(self.links) - 1

    def text(self, text: str, place: Place, hidden: str, element: Tag) -> None:
        """Note a piece of text."""
        self._runs.append(_Run(text, place, hidden, element))

    def line_break(self, element: Tag, place: Place) -> None:
        """One line break is a new line, two are a new paragraph."""
        before = next((run for run in reversed(self._runs) if run.text.strip() or run.element.name == "br"), None)
        if before is not None and before.element.name == "br":
            self.flush()
        else:
            self._runs.append(_Run("\n", place, "", element))

    def beside(self, kind: str, said: str, element: Tag, place: Place) -> None:
        """Note what an element says without showing it: the description of a picture, a tooltip."""
        linked = kind == "alt" and place.link >= 0
        links = ((said, self.links[place.link]),) if linked else ()
        self._beside.append(_Draft(self._block(kind, said, element, place, kind, links=links), place.panel))

    def never_seen(self, kind: str, text: str, element: Tag, place: Place) -> None:
        """Note source that is no text of the page: a comment, a template."""
        if said := without_tags(text)[:_LONGEST_UNSEEN]:
            self._beside.append(_Draft(self._block(kind, said, element, place, kind), None))

    def flush(self) -> None:
        """Make blocks of the runs gathered so far: one of what can be seen, others of what cannot."""
        if not self._runs and not self._beside:
            return
        runs, self._runs = self._runs, []
        beside, self._beside = self._beside, []
        parts: dict[tuple[str, bool, bool], list[_Run]] = {}
        for run in runs:
            if run.text == "\n" and run.element.name == "br":
                for part in parts.values():
                    part.append(run)
            elif run.text.strip() or parts:
                hidden = run.hidden
                key = (hidden, run.place.sight.openable, run.place.sight.struck)
                if hidden and key not in parts and len(parts) >= _MOST_REASONS:
                    key = ("not-rendered", *key[1:])
                if run.text.strip():
                    parts.setdefault(key, []).append(run)
                elif key in parts:
                    parts[key].append(run)
        for (hidden, openable, struck), part in parts.items():
            self._finish(part, hidden, openable, struck)
        self._drafts += beside

    def blocks(self, panels: Sequence[Panel], shown: Set[str]) -> tuple[TextBlock, ...]:
        """Every block, those marked that a control opens. `panels` are all there are, outer ones first; `shown` are
        those with a control that a person can see.
        """
        showing: set[str] = set()
        for draft in self._drafts:
            panel = draft.panel if not draft.block.hidden_because else None
            while panel is not None and not panel.shows:
                panel.shows = True
                showing.add(panel.name)
                panel = panel.outer
        for panel in panels:
            # A panel in which something shows is open: what is hidden in it is hidden for another reason.
            opens = panel.name in shown and panel.name not in showing
            panel.opened = opens or (panel.outer is not None and panel.outer.opened)
        return tuple(_opened(block) if panel is not None and panel.opened else block for block, panel in self._drafts)

    def _finish(self, runs: list[_Run], hidden: str, openable: bool, struck: bool) -> None:
        text = "".join(run.text if run.element.name == "br" else run.text.replace("\n", " ") for run in runs)
        text = "\n".join(line for one in text.split("\n") if (line := tidy(one)))
        if not text:
            return
        words = [run for run in runs if run.text.strip()]
        place, element = words[0].place, words[0].element
        links = [
            (tidy("".join(run.text for run in group)), self.links[number])
            for number, group in groupby(runs, key=lambda run: run.place.link)
            if number >= 0
        ]
        if len(links) > _MOST_LINKS:
            self.whole = False
        block = self._block(
            place.kind,
            text,
            _anchor(element),
            place,
            hidden,
            links=tuple(links[:_MOST_LINKS]),
            openable=openable and bool(hidden),
            struck=struck,
            strong=all(run.place.strong for run in words),
        )
        self._drafts.append(_Draft(block, place.panel))
        if struck or (hidden and not openable):
            return
        self.before = block
        if block.kind == "heading":
            self._headings.setdefault(place.frame, _Headings()).enter(block.level, " ".join(text.split()))

    def _block(
        self,
        kind: str,
        text: str,
        element: Tag,
        place: Place,
        hidden: str,
        *,
        links: tuple[tuple[str, str], ...] = (),
        openable: bool = False,
        struck: bool = False,
        strong: bool = False,
    ) -> TextBlock:
        headings = self._headings.get(place.frame)
        return TextBlock(
            kind=kind,
            text=text,
            level=place.level if kind == "heading" else 0,
            landmark=place.landmark,
            selector=self._selectors.of(element),
            frame=place.frame,
            headings=headings.above(place.level or 7) if headings else (),
            lead_in=place.lead_in if kind in ("item", "definition") else "",
            headers=place.headers,
            is_header=place.is_header,
            strong=strong,
            links=links,
            hidden_because=hidden,
            openable=openable,
            struck=struck,
            region=place.region,
            lang=place.lang,
        )


def _opened(block: TextBlock) -> TextBlock:
    return replace(block, openable=True) if block.hidden_because and block.kind not in _NEVER_OPENED else block


def _anchor(element: Tag) -> Tag:
    """The nearest block-level element: it is what a person would point at."""
    node: Tag | None = element
    for _ in range(_MOST_STEPS):
        if node is None or node.name == "[document]":
            break
        if node.name in BLOCKS or attribute(node, "data-sg-sel"):
            return node
        node = node.parent
    return element
