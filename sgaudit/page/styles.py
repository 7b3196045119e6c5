"""Just enough of style sheets to tell which parts of plain HTML a person cannot see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bs4.element import Tag

from sgaudit.page.tree import attribute

_MATTERS = frozenset({
    "display", "visibility", "opacity", "position", "left", "top", "right", "text-indent", "font-size", "width",
    "height", "max-height", "overflow", "clip", "clip-path", "color", "background", "background-color", "transform",
    "text-decoration", "text-decoration-line",
})  # fmt: skip
_COMPOUND = re.compile(r"^(?:[a-zA-Z][\w-]*|\*)?(?:[.#][\w-]+)*$")
_LONGEST_SHEET = 300_000
_LONGEST_STYLE = 10_000
_MOST_RULES = 500
_MOST_FOR_ONE = 20
_ANCESTORS = 31
_MOST_COMPARISONS = 1_000_000


@lru_cache(maxsize=2_048)
def declarations(text: str) -> Mapping[str, str]:
    """The declarations of a style attribute or rule that can hide something, by property."""
    found = {}
    for part in text.split(";"):
        name, colon, value = part.partition(":")
        if colon and name.strip().lower() in _MATTERS:
            found[name.strip().lower()] = value.replace("!important", "").strip().lower()
    return found


@dataclass(frozen=True)
class _Compound:
    tag: str
    classes: frozenset[str]
    name: str


@dataclass(frozen=True)
class _Rule:
    order: tuple[int, int, int, int]
    path: tuple[tuple[str, _Compound], ...]
    said: Mapping[str, str]


class StyleSheet:
    """The rules of a document's style elements. Only plain selectors are read: tags, classes, ids, descent and `>`;
    whatever stands in an @-rule (other widths, print) is left out. After a million comparisons of a selector with an
    element it is `exhausted` and answers for an element's own style only.
    """

    def __init__(self, sheets: Iterable[str]) -> None:
        self._rules: dict[str, list[_Rule]] = {}
        self._classes: dict[int, frozenset[str]] = {}
        self._left = _MOST_COMPARISONS
        number = 0
        for selectors, body in _rules("".join(sheets)[:_LONGEST_SHEET]):
            said = declarations(body)
            for selector in selectors.split(",") if said else ():
                path = _path(selector.strip()) if number < _MOST_RULES else ()
                if not path:
                    continue
                number += 1
                parts = [compound for _, compound in path]
                order = (
                    sum(bool(one.name) for one in parts),
                    sum(len(one.classes) for one in parts),
                    sum(one.tag not in ("", "*") for one in parts),
                    number,
                )
                last = parts[-1]
                key = f"#{last.name}" if last.name else f".{min(last.classes)}" if last.classes else last.tag or "*"
                held = self._rules.setdefault(key, [])
                held += [_Rule(order, path, said)] if len(held) < _MOST_FOR_ONE else []

    @property
    def exhausted(self) -> bool:
        """Whether elements were met that could no longer be compared with the rules."""
        return self._left < 0

    def of(self, element: Tag) -> Mapping[str, str]:
        """What the style sheets and the element's own style say that can hide it."""
        own = attribute(element, "style")[:_LONGEST_STYLE]
        if not self._rules or self.exhausted:
            return declarations(own)
        keys = ["*", element.name, f"#{attribute(element, 'id')}"]
        keys += [f".{name}" for name in attribute(element, "class").split()[:40]]
        found = [rule for key in keys for rule in self._rules.get(key, ()) if self._fits(rule, element)]
        said: dict[str, str] = {}
        for rule in sorted(found, key=lambda rule: rule.order):
            said.update(rule.said)
        return {**said, **declarations(own)}

    def _fits(self, rule: _Rule, element: Tag) -> bool:
        *before, (_, last) = rule.path
        if not self._matches(last, element):
            return False
        node: Tag | None = element
        for joint, compound in reversed(before):
            node = node.parent if node is not None else None
            for _ in range(_ANCESTORS if joint != ">" else 1):
                if node is None or self._matches(compound, node):
                    break
                node = node.parent if joint != ">" else None
            else:
                node = None
            if node is None:
                return False
        return True

    def _matches(self, compound: _Compound, element: Tag) -> bool:
        self._left -= 1
        if self._left < 0:
            return False
        if compound.tag not in ("", "*", element.name):
            return False
        if compound.name and attribute(element, "id") != compound.name:
            return False
        return not compound.classes or compound.classes <= self._classes_of(element)

    def _classes_of(self, element: Tag) -> frozenset[str]:
        if id(element) not in self._classes:
            self._classes[id(element)] = frozenset(attribute(element, "class").split())
        return self._classes[id(element)]


def _rules(text: str) -> Iterable[tuple[str, str]]:
    depth, start, head = 0, 0, ""
    text = _without_comments(text)
    for match in re.finditer(r"[{};]", text):
        sign = match.group()
        if sign == ";" and depth == 0:
            start = match.end()
        elif sign == "{":
            if depth == 0:
                head, start = text[start : match.start()].strip(), match.end()
            depth += 1
        elif sign == "}" and depth:
            depth -= 1
            if depth == 0:
                if not head.startswith("@"):
                    yield head, text[start : match.start()]
                start = match.end()


def _without_comments(text: str) -> str:
    kept, start = [], 0
    while (opens := text.find("/*", start)) >= 0 and (closes := text.find("*/", opens + 2)) >= 0:
        kept.append(text[start:opens])
        start = closes + 2
    return " ".join([*kept, text[start:]])


def _path(selector: str) -> tuple[tuple[str, _Compound], ...]:
    """The compounds of a selector, each with how it is joined to the next; empty when it is not a plain one."""
    path = []
    parts = selector.replace(">", " > ").split()
    for place, part in enumerate(parts):
        if part == ">":
            continue
        if not _COMPOUND.match(part):
            return ()
        joint = ">" if parts[place + 1 : place + 2] == [">"] else " "
        tag = re.match(r"[\w*-]*", part)
        path.append(
            (
                joint,
                _Compound(
                    tag.group().lower() if tag else "",
                    frozenset(re.findall(r"\.([\w-]+)", part)),
                    next(iter(re.findall(r"#([\w-]+)", part)), ""),
                ),
            )
        )
    return tuple(path)
