"""Just enough of style sheets to tell which parts of plain HTML a person cannot see."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bs4.element import Tag

from sgaudit.page.tree import attribute

_MATTERS = frozenset({
    "display", "visibility", "opacity", "position", "left", "top", "right", "text-indent", "font-size", "width",
    "height", "max-height", "overflow", "clip", "clip-path", "color", "background", "background-color", "transform",
    "text-decoration", "text-decoration-line",
})  # fmt: skip
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_COMPOUND = re.compile(r"^(?:[a-zA-Z][\w-]*|\*)?(?:[.#][\w-]+)*$")
_LONGEST_SHEET = 300_000
_MOST_RULES = 500
_MOST_FOR_ONE = 20
_ANCESTORS = 30


def declarations(text: str) -> dict[str, str]:
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

    def fits(self, element: Tag) -> bool:
        if self.tag not in ("", "*", element.name) or (self.name and attribute(element, "id") != self.name):
            return False
        return not self.classes or self.classes <= set(attribute(element, "class").split())


@dataclass(frozen=True)
class _Rule:
    order: tuple[int, int, int, int]
    path: tuple[tuple[str, _Compound], ...]
    said: dict[str, str]

    def fits(self, element: Tag) -> bool:
        *before, (_, last) = self.path
        if not last.fits(element):
            return False
        node: Tag | None = element
        for joint, compound in reversed(before):
            node = node.parent if node is not None else None
            for _ in range(_ANCESTORS):
                if node is None or compound.fits(node) or joint == ">":
                    break
                node = node.parent
            if node is None or not compound.fits(node):
                return False
        return True


class StyleSheet:
    """The rules of a document's style elements. Only plain selectors are read: tags, classes, ids, descent and `>`;
    whatever stands in an @-rule (other widths, print) is left out.
    """

    def __init__(self, sheets: Iterable[str]) -> None:
        self._rules: dict[str, list[_Rule]] = {}
        number = 0
        for selectors, body in _rules("".join(sheets)[:_LONGEST_SHEET]):
            said = declarations(body)
            for selector in selectors.split(",") if said else ():
                path = _path(selector.strip())
                if not path or number >= _MOST_RULES:
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

    def of(self, element: Tag) -> dict[str, str]:
        """What the style sheets and the element's own style say that can hide it."""
        own = attribute(element, "style")
        if not self._rules and not own:
            return {}
        keys = ["*", element.name, f"#{attribute(element, 'id')}"]
        keys += [f".{name}" for name in attribute(element, "class").split()[:40]]
        found = [rule for key in keys for rule in self._rules.get(key, ()) if rule.fits(element)]
        said: dict[str, str] = {}
        for rule in sorted(found, key=lambda rule: rule.order):
            said.update(rule.said)
        return {**said, **declarations(own)}


def _rules(text: str) -> Iterable[tuple[str, str]]:
    depth, start, head = 0, 0, ""
    text = _COMMENT.sub(" ", text)
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
