"""Whether a person can see the text of an element: by the browser's annotations, or worked out from plain HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from bs4.element import Tag

from sgaudit.page.styles import StyleSheet
from sgaudit.page.tree import attribute

_LENGTH = re.compile(r"(-?\d*\.?\d+)\s*(px|em|rem|pt|%|vw|vh|cm|in|ex|ch)?")
_FAR = {"px": 400.0, "pt": 300.0, "em": 30.0, "rem": 30.0, "ex": 60.0, "ch": 60.0, "%": 90.0, "vw": 90.0, "vh": 90.0}
_NAMED = {
    "white": (255, 255, 255), "black": (0, 0, 0), "snow": (255, 250, 250), "ivory": (255, 255, 240),
    "whitesmoke": (245, 245, 245), "ghostwhite": (248, 248, 255), "floralwhite": (255, 250, 240),
    "red": (255, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 255), "navy": (0, 0, 128), "yellow": (255, 255, 0),
    "gray": (128, 128, 128), "grey": (128, 128, 128), "silver": (192, 192, 192),
}  # fmt: skip
_Colour = tuple[int, int, int]
_FAINT = 1.12


@dataclass(frozen=True)
class Sight:
    """How the text directly in one element is seen. `why` is empty when a person sees it; `openable` says that a
    closed details element hides it; `struck` that it is struck out.
    """

    why: str = ""
    openable: bool = False
    struck: bool = False
    ink: _Colour | None = (0, 0, 0)
    back: _Colour | None = (255, 255, 255)
    tiny: bool = False
    unseen: bool = False

    def annotated(self, element: Tag) -> Sight:
        """The sight of `element` where the browser wrote down what it saw of each element's own text."""
        why, openable = attribute(element, "data-sg-hidden"), bool(attribute(element, "data-sg-openable"))
        struck = (
            element.name in ("s", "del", "strike")
            or bool(attribute(element, "data-sg-struck"))
            or (self.struck and element.name != "ins")
        )
        same = (why, openable, struck) == (self.why, self.openable, self.struck)
        return self if same else Sight(why, openable, struck)

    def reckoned(self, element: Tag, sheet: StyleSheet) -> Sight:
        """The sight of `element`, a child of what this is the sight of, worked out from attributes and styles."""
        sight = self
        if element.name in ("s", "del", "strike"):
            sight = replace(sight, struck=True)
        if sight.why and not sight.openable:
            return sight
        parent = element.parent
        if (
            parent is not None
            and parent.name == "details"
            and not parent.has_attr("open")
            and element.name != "summary"
            and not sight.why
        ):
            sight = replace(sight, why="closed-details", openable=True)
        said = sheet.of(element)
        if not said and not element.attrs and element.name != "dialog":
            return sight
        sight = sight._coloured(element, said)
        why = _hides(element, said)
        if why:
            return replace(sight, why=why, openable=False)
        return sight._inherited(said)

    def _coloured(self, element: Tag, said: Mapping[str, str]) -> Sight:
        ink = said.get("color") or (attribute(element, "color") if element.name == "font" else "")
        back = said.get("background-color") or said.get("background") or attribute(element, "bgcolor")
        sight = self
        if ink and ink not in ("inherit", "currentcolor"):
            sight = replace(sight, ink=_colour(ink))
        if back and back not in ("inherit", "transparent", "none"):
            sight = replace(sight, back=_colour(back))
        return sight

    def _inherited(self, said: Mapping[str, str]) -> Sight:
        sight = self
        if "visibility" in said:
            sight = replace(sight, unseen=said["visibility"] in ("hidden", "collapse"))
        if "font-size" in said:
            size = _LENGTH.match(said["font-size"])
            small = size is not None and float(size[1]) < (2 if size[2] in ("px", "pt") else 0.1)
            relative = size is not None and size[2] in ("em", "%")
            sight = replace(sight, tiny=small or (sight.tiny and relative))
        if "line-through" in said.get("text-decoration", "") + said.get("text-decoration-line", ""):
            sight = replace(sight, struck=True)
        return sight

    @property
    def reason(self) -> str:
        """Why the text cannot be seen, with what text inherits: colour, size and visibility."""
        if self.why:
            return self.why
        if self.unseen:
            return "visibility-hidden"
        if self.tiny:
            return "font-size-zero"
        if self.ink and self.back and _contrast(self.ink, self.back) < _FAINT:
            return "white-on-white"
        return ""


def _hides(element: Tag, said: Mapping[str, str]) -> str:
    if element.has_attr("hidden") and said.get("display", "none") == "none":
        return "not-rendered"
    if said.get("display") == "none" or (element.name == "dialog" and not element.has_attr("open")):
        return "not-rendered"
    if not said:
        return ""
    if "opacity" in said and re.match(r"0?\.?0\d*%?$|0?\.0\d*$", said["opacity"]):
        return "transparent"
    placed = said.get("position") in ("absolute", "fixed")
    if any(_far(said.get(side, "")) for side in ("left", "top", "right") if placed) or _far(
        said.get("text-indent", "")
    ):
        return "off-page"
    if "translate" in said.get("transform", "") and _far(said["transform"].partition("(")[2]):
        return "off-page"
    if re.match(r"scale(?:3d|x|y)?\(0[,)]", said.get("transform", "")):
        return "zero-size"
    clip = said.get("clip", "")
    if (placed and re.match(r"rect\(\s*[01](?:px)?[\s,]", clip)) or re.search(
        r"inset\((?:50|100)%|circle\(0", said.get("clip-path", "")
    ):
        return "clipped"
    if said.get("overflow") in ("hidden", "clip"):
        sizes = [_LENGTH.match(said.get(side, "")) for side in ("width", "height", "max-height")]
        if any(size is not None and float(size[1]) <= 1 and size[2] in (None, "px", "em") for size in sizes):
            return "clipped"
    return ""


def _far(text: str) -> bool:
    length = _LENGTH.match(text.strip())
    return length is not None and float(length[1]) <= -_FAR.get(length[2] or "px", 400.0)


@lru_cache(maxsize=1_024)
def _colour(text: str) -> _Colour | None:
    """The colour `text` names, None when it is a picture, a gradient or unknown."""
    text = text.strip().lower()
    if text in _NAMED:
        return _NAMED[text]
    if match := re.match(r"#?([0-9a-f]{6}|[0-9a-f]{3})\b", text):
        digits = match[1] if len(match[1]) == 6 else "".join(2 * one for one in match[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    if match := re.match(r"rgba?\(\s*(\d{1,4})[\s,]+(\d{1,4})[\s,]+(\d{1,4})", text):
        return int(match[1]), int(match[2]), int(match[3])
    return None


@lru_cache(maxsize=1_024)
def _contrast(one: _Colour, other: _Colour) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: _Colour) -> float:
    parts = [min(value, 255) / 255 for value in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
