"""Which pages are the safeguarding pages, and why: weighed by title, headings, address, links that lead there, text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from statistics import median_low
from urllib.parse import unquote, urlsplit

from sgaudit.crawl.addresses import words_of
from sgaudit.crawl.naming import own_title, shared_parts
from sgaudit.crawl.topic import STRONG, Terms, weight

MOST = 12
"""Pages of one site that are looked at as safeguarding pages."""

_ENOUGH = 7.0
_ENOUGH_UNREAD = 4.5
_BEST_OF_FEW = 4.5
_TITLE, _HEADING, _ADDRESS, _LINK, _TEXT, _MENU = 4.0, 4.0, 3.0, 3.0, 4.0, 4.0
_LOG_PATH = re.compile(
    r"/(?:news|latest-?news|newsletters?|blogs?|posts?|stories|events?|calendar|diary|bulletins?|press|announcements|"
    r"category|tag|author|archives?|vacanc\w+|jobs?|recruitment|careers|newyddion|swyddi)(?:/|$)|/(?:19|20)\d\d/\d\d?/",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Clues:
    """What one page shows of its subject. `links` are the words of links that lead to it, `in_menu` that most pages do.

    `dated` marks a page that says it was published as an article. `read` is false for one that could not be read.
    """

    url: str
    title: str = ""
    headings: tuple[tuple[int, str], ...] = ()
    terms: Mapping[str, int] | None = None
    words: int = 0
    links: tuple[str, ...] = ()
    in_menu: bool = False
    dated: bool = False
    read: bool = True


@dataclass(frozen=True)
class Weighed:
    """How much a page is about safeguarding; `about` is the strongest of its labels, `reasons` say it in words."""

    score: float
    about: float
    reasons: tuple[str, ...]
    passing: bool = False


def safeguarding_pages(pages: Sequence[Clues]) -> dict[int, tuple[str, ...]]:
    """Index of each safeguarding page among `pages`, the clearest first, with the reasons.

    There may be more of them than MOST. When no page is clear, the one that comes nearest is taken if there is any.
    """
    weighed = [weigh(page) for page in without_what_all_share(pages)]
    clear = [
        index
        for index, (page, one) in enumerate(zip(pages, weighed, strict=True))
        if one.score >= (_ENOUGH if page.read else _ENOUGH_UNREAD)
    ]
    if not any(pages[index].read for index in clear):
        near = [
            index
            for index, one in enumerate(weighed)
            if pages[index].read and one.score >= _BEST_OF_FEW and one.about >= 0.35 and not one.passing
        ]
        clear += sorted(near, key=lambda index: -weighed[index].score)[:1]
    clear.sort(key=lambda index: (not pages[index].read, -weighed[index].score))
    return {index: weighed[index].reasons for index in clear}


def named_pages(patterns: Sequence[str], urls: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """Index of each of `urls` whose path (or path and query) one of the settings' patterns matches."""
    found: dict[int, tuple[str, ...]] = {}
    for index, url in enumerate(urls):
        parts = urlsplit(url)
        path = unquote(parts.path)
        forms = {path, path.rstrip("/") or "/", f"{path}?{parts.query}"}
        if any(fnmatchcase(form, pattern) for pattern in patterns for form in forms):
            found[index] = ("named in sgaudit.toml",)
    return found


def weigh(page: Clues) -> Weighed:
    """Weigh one page whose clues are its own (see without_what_all_share)."""
    pieces = words_of(page.url)
    address = weight(_spaced(pieces[-1])) if pieces else 0.0
    around = max((weight(_spaced(piece)) for piece in pieces[:-1]), default=0.0)
    heading, heading_words, below = _headings(page.headings)
    link_words = max(page.links, key=weight, default="")
    text, text_words = _text(page.terms or {}, page.words)
    signs = [
        (_TITLE * weight(page.title), f"its title says {_quoted(page.title)}"),
        (_HEADING * heading, f"its heading says {_quoted(heading_words)}"),
        (_ADDRESS * address, f"its address says {_quoted(pieces[-1] if pieces else '')}"),
        (_LINK * weight(link_words), f"links lead to it as {_quoted(link_words)}"),
        (text, f"its text speaks of {text_words}"),
        (below, "headings further down speak of it"),
        (around, "it lies below such a page"),
    ]
    about = max(weight(page.title), heading, address, weight(link_words))
    # Headlines stand beside every page as a menu does, but menus say it in a word or two.
    in_menu = page.in_menu and weight(link_words) >= STRONG
    if in_menu:
        signs.append((_MENU, "most pages link to it"))
    settled = in_menu and len(link_words.split()) <= 2
    score = sum(points for points, _ in signs)
    passing = not settled and _is_passing(page)
    if passing:
        score *= 0.3
    elif page.dated and not settled:
        score *= 0.6
    told = sorted((sign for sign in signs if sign[0] >= 1), key=lambda sign: -sign[0])
    return Weighed(score, about, tuple(reason for _, reason in told), passing)


def _is_passing(page: Clues) -> bool:
    """News, events and advertisements for jobs: they speak of the subject today and are gone tomorrow."""
    return _LOG_PATH.search(urlsplit(page.url).path) is not None or (page.terms or {}).get("a job", 0) >= 2


def _headings(headings: Sequence[tuple[int, str]]) -> tuple[float, str, float]:
    """The weight and words of the page's own name among its headings, and the points of those below it."""
    top = [text for level, text in headings if level == 1]
    lower = [text for level, text in headings if level != 1]
    best = max(top, key=weight, default="")
    if not top and lower:
        best, lower = lower[0], lower[1:]
    return weight(best), best, min(2.0, sum(map(weight, lower)))


def _text(terms: Mapping[str, int], words: int) -> tuple[float, str]:
    found = sorted((term for term in terms if term != "a job"), key=lambda term: -terms[term])
    uses = sum(terms[term] for term in found)
    points = min(_TEXT, 0.75 * len(found) + 0.25 * min(uses, 8))
    if uses < 3 or uses * 100 < words:
        points /= 2
    shown = found[:3]
    return points, " and ".join((", ".join(shown[:-1]), shown[-1]) if len(shown) > 1 else shown)


def without_what_all_share(pages: Sequence[Clues]) -> list[Clues]:
    """The clues without the site's name in titles, and without headings and terms of a footer that all pages have."""
    read = [page for page in pages if page.read]
    shared_titles = shared_parts([page.title for page in read])
    counts = Counter(text for page in read for text in {text for _, text in page.headings})
    most = max(2, len(read) // 2)
    floor: Terms = {}
    if len(read) >= 4:
        used = {term for page in read for term in page.terms or {}}
        floor = {term: median_low([(page.terms or {}).get(term, 0) for page in read]) for term in used}
    return [
        replace(
            page,
            title=own_title(page.title, shared_titles),
            headings=tuple(one for one in page.headings if counts[one[1]] <= most),
            terms={
                term: more for term, count in (page.terms or {}).items() if (more := count - floor.get(term, 0)) > 0
            },
        )
        for page in pages
    ]


def _spaced(piece: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", piece)


def _quoted(text: str) -> str:
    plain = " ".join(text.split())
    return f"“{plain if len(plain) <= 60 else plain[:59] + '…'}”"
