"""Which headings of a document have something other than text under them: pictures, videos, forms, tables, links."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_THINGS = frozenset(
    {
        "img",
        "picture",
        "video",
        "audio",
        "iframe",
        "sg-frame",
        "object",
        "embed",
        "svg",
        "canvas",
        "map",
        "area",
        "math",
    }
    | {"form", "input", "select", "textarea", "button", "meter", "progress"}
    | {"ul", "ol", "dl", "table", "a", "details", "sg-generated"}
)
_WRAPPERS = frozenset({"a", "button", "summary", "label"})


@dataclass
class Section:
    """A heading as met in the source. `things` tells whether anything but text stands between it and the next heading
    of its level or above; `pressable` whether it stands in a link or button, or holds one.
    """

    text: str
    level: int
    things: bool = False
    pressable: bool = False


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sections: list[Section] = []
        self._open: list[Section] = []
        self._heading: Section | None = None
        self._wrappers = 0
        self._footers = 0
        self._heading_tag = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        level = _HEADINGS.get(tag, 0)
        if named.get("role") == "heading" and str(named.get("aria-level", "2")).isdigit():
            level = int(named.get("aria-level") or 2)
        if level:
            self._open = [one for one in self._open if one.level < level]
            self._heading = Section("", level, pressable=self._wrappers > 0)
            self._heading_tag = tag
            self.sections.append(self._heading)
            return
        if tag in _WRAPPERS:
            self._wrappers += 1
        if tag == "footer":
            self._footers += 1
        if tag not in _THINGS:
            return
        if self._heading is not None:
            self._heading.pressable = self._heading.pressable or tag in _WRAPPERS
            self._heading.things = self._heading.things or tag not in _WRAPPERS
        # The page's footer stands after the last heading, not under it.
        for section in self._open if not self._footers else ():
            section.things = True

    def handle_endtag(self, tag: str) -> None:
        if tag in _WRAPPERS:
            self._wrappers = max(0, self._wrappers - 1)
        if tag == "footer":
            self._footers = max(0, self._footers - 1)
        if self._heading is not None and tag == self._heading_tag:
            self._open.append(self._heading)
            self._heading = None

    def handle_data(self, data: str) -> None:
        if self._heading is not None:
            self._heading.text += data


def sections(html: str) -> list[Section]:
    """Every heading of `html` in document order, hidden ones included."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    for section in reader.sections:
        section.text = " ".join(section.text.split())
    return reader.sections
