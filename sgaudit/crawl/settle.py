"""Which of what was read counts as a page, and which pages are the safeguarding pages."""

from __future__ import annotations

from collections.abc import Mapping

from sgaudit.crawl.addresses import resolve
from sgaudit.crawl.explore import Exploration
from sgaudit.crawl.page import Page
from sgaudit.crawl.roles import Clues, named_pages, safeguarding_pages

_GONE = (404, 410)


def settle(crawl: Exploration) -> list[int]:
    """The numbers of the pages that count, after finding those that are one page under two addresses.

    A page is the same as the one it calls canonical only if both have the same title and headings: many sites call
    their home page the canonical address of everything.
    """
    for number, page in enumerate(crawl.pages):
        twin = _canonical(crawl, page)
        twin = _without_query(crawl, page) if twin is None else twin
        if twin is not None and twin != number:
            # The home page stays itself, whatever it calls itself.
            lesser, other = (twin, 0) if number == 0 else (number, twin)
            crawl.pages[lesser].same_as = other
    for node in crawl.frontier.nodes.values():
        if node.page is not None:
            _bring_nearer(crawl.pages[original(crawl, node.page)], node.depth)
    return [number for number, page in enumerate(crawl.pages) if page.same_as is None and _counts(page)]


def roles(crawl: Exploration, kept: list[int]) -> dict[int, tuple[str, ...]]:
    """Which of the pages `kept` are safeguarding pages, and why; the clearest first, the home page never."""
    candidates = [number for number in kept if number != 0 and not _is_gone(crawl.pages[number])]
    if crawl.config.safeguarding:
        urls = [crawl.pages[number].node.url for number in candidates]
        found = named_pages(crawl.config.safeguarding, urls)
    else:
        words, menu = _links_to(crawl, kept)
        found = safeguarding_pages([_clues(crawl, number, words, menu) for number in candidates])
    return {candidates[index]: reasons for index, reasons in found.items()}


def _without_query(crawl: Exploration, page: Page) -> int | None:
    """The number of the page at the same address without its query (`?print=1`), if both say the very same."""
    plain, mark, _ = page.node.url.partition("?")
    other = _twin(crawl, page, crawl.site.page(plain)) if mark else None
    return other if other is not None and crawl.pages[other].says == page.says else None


def _canonical(crawl: Exploration, page: Page) -> int | None:
    """The number of the page that `page` calls its canonical address, if the two are alike."""
    document = page.got.document
    if document is None or not document.head.canonical:
        return None
    url = resolve(page.got.final_url, document.head.canonical)[0]
    return _twin(crawl, page, crawl.site.page(url)) if crawl.site.owns(url) else None


def _twin(crawl: Exploration, page: Page, url: str) -> int | None:
    """The number of the page at `url` that has the title and headings of `page`, if neither is the same as another."""
    other = crawl.frontier.nodes.get(url)
    if other is None or other.page is None:
        return None
    documents = []
    for one in (page, crawl.pages[other.page]):
        if not one.readable or one.same_as is not None or one.got.document is None:
            return None
        documents.append((one.got.document.title, one.got.document.headings))
    return other.page if documents[0] == documents[1] else None


def _clues(crawl: Exploration, number: int, words: Mapping[int, list[str]], menu: frozenset[int]) -> Clues:
    page = crawl.pages[number]
    document = page.got.document if page.readable else None
    links = tuple(words.get(number, ()))
    if document is None:
        return Clues(page.node.url, links=links, in_menu=number in menu, read=False)
    return Clues(
        page.node.url,
        document.title,
        document.headings,
        document.terms,
        document.words,
        links,
        number in menu,
        document.head.published or "single-post" in document.classes,
    )


def _links_to(crawl: Exploration, kept: list[int]) -> tuple[dict[int, list[str]], frozenset[int]]:
    """For each page the words of links that lead to it, and the pages that most pages link to."""
    words: dict[int, list[str]] = {}
    menu = set()
    _, counts = crawl.table.holders([(number, crawl.pages[number].mentions) for number in kept])
    most = max(3, len(kept) // 2)
    for index, target in enumerate(crawl.table.targets):
        node = crawl.frontier.nodes.get(target.page) if target.page else None
        if node is None or node.page is None or not counts[index]:
            continue
        number = original(crawl, node.page)
        words.setdefault(number, []).extend(target.words)
        if counts[index] >= most:
            menu.add(number)
    return words, frozenset(menu)


def original(crawl: Exploration, number: int) -> int:
    while (same := crawl.pages[number].same_as) is not None:
        number = same
    return number


def _bring_nearer(page: Page, depth: int | None) -> None:
    if depth is not None and (page.node.depth is None or depth < page.node.depth):
        page.node.depth = depth


def _counts(page: Page) -> bool:
    """Whether it is a page of its own: not one that only inner frames show, nor a dead entry of the site map."""
    return page.node.linked or (page.node.listed and page.got.trouble is None)


def _is_gone(page: Page) -> bool:
    return page.got.trouble is not None and page.got.probe.status in _GONE
