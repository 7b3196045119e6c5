"""Controls that show a hidden part of the page: tabs, accordions, "read more" buttons."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup
from bs4.element import Tag

from sgaudit.page.tree import attribute

_NAMED_IN_SCRIPT = re.compile(r"""['"]#?([A-Za-z][\w:.-]*)['"]""")
_NUMBERED = re.compile(r"(?<![\w.$])([A-Za-z_$][\w$]*)\s*\(\s*(?:this\s*,\s*)?(\d{1,2})\s*[,)]")
_ALL_OF = re.compile(r"""(?:querySelectorAll|getElementsByClassName)\(\s*['"][\w\s#>-]*?\.?([A-Za-z][\w-]*)['"]""")
_LONGEST_FUNCTION = 600
_CALLED = re.compile(r"(?<![\w.$])([A-Za-z_$][\w$]*)\s*\(")
_KNOWN_CALLS = frozenset({"if", "function", "return", "void", "Boolean", "String", "Number", "$", "jQuery"})
_FOLDING = re.compile(r"accordion|collaps|toggle|expand|faq|(?:read|show|learn)[-_]?more", re.IGNORECASE)
_POINTING = ("aria-controls", "data-target", "data-bs-target", "data-sg-opens")
_LONGEST_SCRIPT = 300_000
_MOST_PARTS = 40


class Openers:
    """Which parts of a document, by id, some control claims to open, and which of those controls a person can see."""

    def __init__(self, soup: BeautifulSoup) -> None:
        scripts = soup.find_all("script")
        self._scripts = "\n".join(script.get_text() for script in scripts)[:_LONGEST_SCRIPT]
        self._elsewhere = any(script.get("src") for script in scripts)
        self._soup = soup
        self._classes: dict[str, list[Tag]] = {}
        self._claims: dict[int, tuple[str, ...]] = {}
        self._folds: dict[int, str] = {}
        for element in soup.find_all(True):
            claimed = self._claimed(element)
            if not claimed and _folds(element) and (fold := _next(element)) is not None:
                claimed = [self._folds.setdefault(id(fold), f"fold {len(self._folds)}")]
            if claimed:
                self._claims[id(element)] = tuple(claimed)
        self._panels = frozenset(name for names in self._claims.values() for name in names)
        self._shown: set[str] = set()

    def panel(self, element: Tag) -> str:
        """The name of the part that `element` is, where some control claims to open it; else empty."""
        name = attribute(element, "id")
        return name if name in self._panels else self._folds.get(id(element), "")

    def met(self, element: Tag, visible: bool) -> None:
        """Note whether a person can see a control."""
        if visible and id(element) in self._claims:
            self._shown.update(self._claims[id(element)])

    def shown(self, panel: str) -> bool:
        """Whether a control that a person can see opens the part with this id."""
        return panel in self._shown

    def _claimed(self, element: Tag) -> list[str]:
        found = [name for key in _POINTING for name in attribute(element, key).replace("#", "").split()]
        href = attribute(element, "href")
        if href.startswith("#") and len(href) > 1 and _acts(element):
            found.append(href[1:])
        handler = attribute(element, "onclick")
        if handler and self._runs(handler):
            found += _NAMED_IN_SCRIPT.findall(handler) or self._numbered(handler)
        return found

    def _numbered(self, handler: str) -> list[str]:
        """The part that `show(2)` means: the third of the class that the function looks for."""
        called = _NUMBERED.search(handler)
        if called is None:
            return []
        begins = re.search(rf"\b{re.escape(called[1])}\b\s*(?:=\s*)?(?:function\b\s*)?\(", self._scripts)
        sought = _ALL_OF.search(self._scripts, begins.start(), begins.start() + _LONGEST_FUNCTION) if begins else None
        if sought is None:
            return []
        if sought[1] not in self._classes:
            self._classes[sought[1]] = self._soup.find_all(class_=sought[1], limit=_MOST_PARTS)
        parts = self._classes[sought[1]]
        number = int(called[2])
        if number >= len(parts):
            return []
        return [self._folds.setdefault(id(parts[number]), f"fold {len(self._folds)}")]

    def _runs(self, handler: str) -> bool:
        """Whether the functions a handler calls are there; those of script files are given the benefit of doubt."""
        calls = set(_CALLED.findall(handler)) - _KNOWN_CALLS
        return self._elsewhere or all(re.search(rf"\b{re.escape(call)}\b", self._scripts) for call in calls)


def _folds(element: Tag) -> bool:
    """Whether a button looks made to fold out what stands right after it."""
    if element.name != "button" and attribute(element, "role") != "button":
        return False
    return element.has_attr("aria-expanded") or _FOLDING.search(attribute(element, "class")) is not None


def _next(element: Tag) -> Tag | None:
    """The element after a button, or after the heading or wrapper that holds nothing but the button."""
    for _ in range(3):
        after = element.find_next_sibling()
        if isinstance(after, Tag):
            return after
        if element.parent is None or element.parent.name in ("body", "main", "section", "article"):
            return None
        element = element.parent
    return None


def _acts(element: Tag) -> bool:
    """Whether a link to a part of the page is made to open it, rather than to jump there."""
    return (
        attribute(element, "role") in ("tab", "button")
        or element.has_attr("aria-expanded")
        or element.has_attr("data-toggle")
        or element.has_attr("data-bs-toggle")
        or re.search(r"\b(?:tab|accordion|collapse|toggle)", attribute(element, "class"), re.IGNORECASE) is not None
    )
