"""One HTML page read: what it is called, what it is about, how it is built, where it leads."""

from __future__ import annotations

from dataclasses import dataclass, field
from sys import intern

from selectolax.lexbor import LexborHTMLParser, LexborNode

from sgaudit.crawl.links import MOST, Head, Link, links_of
from sgaudit.crawl.nesting import tamed
from sgaudit.crawl.topic import Terms, terms_in

_MOST_HEADINGS = 60
_SEPARATE = "script,style,noscript,template,svg,iframe,sg-comment,sg-noscript,sg-template"
_FURNITURE = "nav,header,footer,aside,[role=navigation],[role=banner],[role=contentinfo],[data-sg-hidden]"
# Where applications of the usual frameworks put themselves; without text, nothing has been put there yet.
_APP_ROOTS = "#root,#app,#__next,#__nuxt,#q-app,#svelte,#SITE_CONTAINER,app-root,[ng-app],[data-reactroot]"


@dataclass(slots=True)
class Document:
    """What one page of HTML holds. `text` is that of its main part, one line a block; `words` counts all it shows.

    `terms` are the safeguarding terms of the main part. `shape` describes how the page is built. `scripted` is true
    when next to nothing stands in the HTML and scripts would have to write it. `sign_in` marks a form with a password.
    `ids` are the places that a fragment can name, None when they are not known.
    """

    title: str = ""
    lang: str = ""
    headings: tuple[tuple[int, str], ...] = ()
    head: Head = field(default_factory=Head)
    links: list[Link] = field(default_factory=list)
    ids: tuple[str, ...] | None = ()
    text: str = ""
    words: int = 0
    terms: Terms = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    shape: str = ""
    scripted: bool = False
    has_scripts: bool = False
    sign_in: bool = False

    @property
    def cut(self) -> bool:
        """Whether the page holds more links than were read."""
        return len(self.links) >= MOST


def read_html(html: str) -> Document:
    """Parse a page as browsers do; nothing that is written in it can make this fail or take long."""
    html, changed = tamed(html)
    tree = LexborHTMLParser(html)
    head, links = links_of(tree)
    page = Document(
        title=_title(tree),
        lang=_lang(tree),
        headings=_headings(tree),
        head=head,
        links=links,
        ids=None if changed else _ids(tree),
        sign_in=tree.css_first("input[type=password]") is not None,
    )
    body = tree.body
    if body is None:
        return page
    page.classes, page.shape = _built(tree, body)
    scripts = tree.css("script:not([type*=json])")
    page.has_scripts = bool(scripts)
    heavy = any("src" in one.attributes or len(one.text()) > 200 for one in scripts)
    told = any("javascript" in one.text().lower() for one in tree.css("noscript"))
    for node in tree.css(_SEPARATE):
        node.decompose()
    page.words = len(body.text(separator=" ").split())
    page.scripted = page.has_scripts and _is_bare(tree, page, heavy, told)
    page.text = _main_text(tree, body)
    page.terms = terms_in(page.text)
    return page


def _is_bare(tree: LexborHTMLParser, page: Document, heavy: bool, told: bool) -> bool:
    """Whether what stands in the HTML is so little that scripts must be meant to write the page."""
    ways = sum(link.kind in ("a", "area", "frameset") for link in page.links)
    if page.words < 3 and not ways:
        return True
    if not heavy or page.words >= 80 or ways > 4:
        return False
    empty_root = any(not root.text(strip=True) for root in tree.css(_APP_ROOTS))
    return told or empty_root or (page.words < 20 and ways <= 2)


def _title(tree: LexborHTMLParser) -> str:
    for node in tree.css("title"):
        if node.parent is None or node.parent.tag != "svg":
            return " ".join(node.text().split())[:300]
    return ""


def _lang(tree: LexborHTMLParser) -> str:
    attributes = tree.root.attributes if tree.root is not None else {}
    return (attributes.get("lang") or attributes.get("xml:lang") or "").strip()[:35]


def _headings(tree: LexborHTMLParser) -> tuple[tuple[int, str], ...]:
    found = []
    for node in tree.css("h1,h2,h3,h4")[:_MOST_HEADINGS]:
        text = " ".join(node.text().split())[:200]
        if text:
            found.append((int((node.tag or "h4")[1]), text))
    return tuple(found)


def _ids(tree: LexborHTMLParser) -> tuple[str, ...]:
    found = [node.attributes.get("id") for node in tree.css("[id]")]
    found += [node.attributes.get("name") for node in tree.css("a[name]")]
    return tuple(intern(one) for one in found if one)


def _built(tree: LexborHTMLParser, body: LexborNode) -> tuple[tuple[str, ...], str]:
    """The classes of body that name no single page, and the skeleton of its upper levels with what kind of parts."""
    classes = (body.attributes.get("class") or "").split()[:30]
    kept = tuple(intern(one) for one in classes if not any(char.isdigit() for char in one))
    parts = []
    for node in _elements(body):
        inside = "+".join(dict.fromkeys(child.tag or "" for child in _elements(node)))
        parts.append(f"{node.tag}({inside})")
    special = [one for one in ("form", "table", "iframe", "video", "dl", "article") if tree.css_first(f"body {one}")]
    return kept, intern(" ".join((*dict.fromkeys(parts), "/", *special)))


def _elements(node: LexborNode) -> list[LexborNode]:
    children = []
    for child in node.iter():
        if child.tag not in ("script", "style", "noscript", "template", "link"):
            children.append(child)
        if len(children) == 30:
            break
    return children


def _main_text(tree: LexborHTMLParser, body: LexborNode) -> str:
    """The text of what the page itself says, without menus, banners and footers that other pages share."""
    main = tree.css_first("main,[role=main]")
    if main is not None:
        for node in main.css("nav,[role=navigation],[data-sg-hidden]"):
            node.decompose()
        if len((text := main.text(separator="\n")).split()) >= 15:
            return text
    for node in body.css(_FURNITURE):
        node.decompose()
    return body.text(separator="\n")
