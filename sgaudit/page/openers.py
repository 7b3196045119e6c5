"""Controls that show a hidden part of the page: tabs, accordions, "read more" buttons."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from bs4.element import Tag

from sgaudit.page.tree import attribute

_NAMED_IN_SCRIPT = re.compile(r"""['"]#?([A-Za-z][\w:.-]*)['"]""")
_NAME = re.compile(r"[\w$]+")
_WORD = re.compile(r"\w+")
_FUNCTION = re.compile(r"(?<![\w$])([A-Za-z_$][\w$]*)\s*(?:=\s*)?(?:function\b\s*)?\(")
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

    def __init__(self, elements: Sequence[Tag]) -> None:
        scripts = [element for element in elements if element.name == "script"]
        self._scripts = "\n".join(script.get_text() for script in scripts)[:_LONGEST_SCRIPT]
        self._named = frozenset(_NAME.findall(self._scripts)) | frozenset(_WORD.findall(self._scripts))
        self._functions: dict[str, int] = {}
        for match in _FUNCTION.finditer(self._scripts):
            self._functions.setdefault(match[1], match.start())
        self._elsewhere = any(script.get("src") for script in scripts)
        self._elements = elements
        self._classes: dict[str, list[Tag]] | None = None
        self._claims: dict[int, tuple[str, ...]] = {}
        self._folds: dict[int, str] = {}
        for element in elements:
            if not element.attrs:
                continue
            claimed = self._claimed(element)
            if not claimed and _folds(element) and (fold := _next(element)) is not None:
                claimed = [self._folds.setdefault(id(fold), f"fold {len(self._folds)}")]
            if claimed:
                self._claims[id(element)] = tuple(claimed)
        self._panels = frozenset(name for names in self._claims.values() for name in names)
        self._shown: set[str] = set()

    def panel(self, element: Tag) -> str:
        """The name of the part that `element` is, where some control claims to open it; else empty."""
        if not self._claims:
            return ""
        name = attribute(element, "id")
        return name if name in self._panels else self._folds.get(id(element), "")

    def met(self, element: Tag, visible: bool) -> None:
        """Note whether a person can see a control."""
        if visible and id(element) in self._claims:
            self._shown.update(self._claims[id(element)])

    @property
    def shown(self) -> Set[str]:
        """The names of the parts for which a control was met that a person can see."""
        return self._shown

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
        begins = self._functions.get(called[1])
        sought = None if begins is None else _ALL_OF.search(self._scripts, begins, begins + _LONGEST_FUNCTION)
        if sought is None:
            return []
        parts = self._with_class(sought[1])
        number = int(called[2])
        if number >= len(parts):
            return []
        return [self._folds.setdefault(id(parts[number]), f"fold {len(self._folds)}")]

    def _with_class(self, name: str) -> list[Tag]:
        """The first few elements of a class."""
        if self._classes is None:
            self._classes = {}
            for element in self._elements:
                for one in attribute(element, "class").split():
                    held = self._classes.setdefault(one, [])
                    if len(held) < _MOST_PARTS:
                        held.append(element)
        return self._classes.get(name, [])

    def _runs(self, handler: str) -> bool:
        """Whether the functions a handler calls are there; those of script files are given the benefit of doubt."""
        calls = set(_CALLED.findall(handler)) - _KNOWN_CALLS
        return self._elsewhere or calls <= self._named


def _folds(element: Tag) -> bool:
    """Whether a button looks made to fold out what stands right after it."""
    if element.name != "button" and attribute(element, "role") != "button":
        return False
    return element.has_attr("aria-expanded") or _FOLDING.search(attribute(element, "class")) is not None


def _next(element: Tag) -> Tag | None:
    """The element after a button, or after the heading or wrapper that holds nothing but the button."""
    for _ in range(3):
        after = next((one for one in element.next_siblings if isinstance(one, Tag)), None)
        if after is not None:
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
