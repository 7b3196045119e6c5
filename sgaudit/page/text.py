"""What is read of a page: blocks of text that keep where they stand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class PageText:
    """The blocks of a page in document order. `whole` is false where the page has more than is read of any: 30,000
    tags, 5 million characters, 40 frames four deep, 300 links in one block, a million comparisons of its style rules.
    """

    blocks: tuple[TextBlock, ...]
    whole: bool
