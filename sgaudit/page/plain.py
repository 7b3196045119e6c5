"""A page built from plain HTML as a browser without styles would show it: for the examples of rule files."""

from __future__ import annotations

from bs4.element import Tag

from sgaudit.model.evidence import Box, Control, ImageSeen, RenderedPage, View
from sgaudit.model.outcome import Role
from sgaudit.page.sight import Sight
from sgaudit.page.styles import StyleSheet
from sgaudit.page.tree import (
    Selectors,
    absolute,
    attribute,
    base_of,
    children,
    landmark_of,
    parse,
    peek,
    pictures,
    tidy,
)

_WIDTHS = ((1280, 800), (375, 667))
_BOX = Box(x=0, y=0, width=160, height=44)
_NOTHING = Box(x=0, y=0, width=0, height=0)
_MOST_CONTROLS = 6_000
_MOST_IMAGES = 2_000
_LONGEST_TITLE = 500
_FOCUSABLE = frozenset({"a", "area", "button", "summary", "input"})


def page_from_html(url: str, html: str, role: Role) -> RenderedPage:
    """`html` as though a browser had opened it at `url`, one view for each width. Nothing is loaded or run: every
    picture counts as loaded, every visible box has the same nominal size, and no hit-test was made. Of a page larger
    than is read of any, the views are `truncated`.
    """
    parsed = parse(html)
    soup = parsed.soup
    reader = _Reader(base_of(soup, url), StyleSheet(one.get_text() for one in soup.find_all("style")))
    root = soup.html
    if root is not None:
        reader.read(root)
    controls, images = tuple(reader.controls), tuple(reader.images)
    truncated = not (parsed.whole and reader.whole) or reader.sheet.exhausted
    return RenderedPage(
        url=url,
        final_url=url,
        role=role,
        status=200,
        title=tidy(soup.title.get_text())[:_LONGEST_TITLE] if soup.title else "",
        lang=attribute(root, "lang") if root is not None else "",
        snapshot=html,
        views=tuple(View(width=w, height=h, controls=controls, images=images, truncated=truncated) for w, h in _WIDTHS),
    )


class _Reader:
    def __init__(self, url: str, sheet: StyleSheet) -> None:
        self.url = url
        self.sheet = sheet
        self.selectors = Selectors()
        self.controls: list[Control] = []
        self.images: list[ImageSeen] = []
        self.whole = True

    def read(self, root: Tag) -> None:
        """Gather the controls and images below `root`, in document order."""
        waiting = [(root, Sight(), "", False)]
        while waiting:
            element, above, landmark, silent = waiting.pop()
            if element.name in ("script", "style", "template", "noscript", "title"):
                continue
            sight = above.reckoned(element, self.sheet)
            landmark = landmark_of(element) or landmark
            silent = silent or attribute(element, "aria-hidden") == "true"
            if element.name == "img" and self._room(len(self.images), _MOST_IMAGES):
                self.images.append(self._image(element, sight))
            if _is_control(element) and self._room(len(self.controls), _MOST_CONTROLS):
                self.controls.append(self._control(element, sight, landmark, silent))
            waiting.extend((child, sight, landmark, silent) for child in reversed(list(children(element))))

    def _room(self, there: int, most: int) -> bool:
        self.whole = self.whole and there < most
        return there < most

    def _image(self, element: Tag, sight: Sight) -> ImageSeen:
        alt = element.get("alt")
        return ImageSeen(
            selector=self.selectors.of(element),
            src=absolute(self.url, attribute(element, "src")),
            alt=None if alt is None else str(alt),
            box=_NOTHING if sight.why else _BOX,
            visible=not sight.why and not sight.unseen,
            decorative=alt == "" or attribute(element, "role") in ("presentation", "none"),
        )

    def _control(self, element: Tag, sight: Sight, landmark: str, silent: bool) -> Control:
        text = peek(element) if element.name != "input" else attribute(element, "value")
        shown = [self._image(one, sight) for one in pictures(element, 5)]
        name, source = _name(element, text, shown)
        raw = attribute(element, "href")
        hidden = sight.reason
        if hidden == "white-on-white" and shown:
            hidden = ""
        if not hidden and not text and not shown and element.name in ("a", "area"):
            hidden = "zero-size"
        return Control(
            selector=self.selectors.of(element),
            tag=element.name,
            role=attribute(element, "role"),
            name=name,
            name_from=source,
            text=text,
            href=absolute(self.url, raw),
            raw_href=raw,
            target=attribute(element, "target"),
            handler=attribute(element, "onclick"),
            box=_NOTHING if hidden else _BOX,
            hidden_because=hidden,
            aria_hidden=silent,
            focusable=element.name in _FOCUSABLE and attribute(element, "tabindex") != "-1" and not sight.why,
            images=tuple(shown),
            landmark=landmark,
        )


def _is_control(element: Tag) -> bool:
    name = element.name
    return (
        (name in ("a", "area") and element.has_attr("href"))
        or name in ("button", "summary")
        or (name == "input" and attribute(element, "type").lower() in ("button", "submit", "image", "reset"))
        or attribute(element, "role") in ("button", "link")
        or element.has_attr("onclick")
    )


def _name(element: Tag, text: str, shown: list[ImageSeen]) -> tuple[str, str]:
    label = tidy(attribute(element, "aria-label"))
    described = tidy(" ".join(image.alt or "" for image in shown) or attribute(element, "alt"))
    title = tidy(attribute(element, "title"))
    if label:
        return label, "aria-label"
    if text:
        return tidy(f"{text} {described}"), "contents"
    if described:
        return described, "alt"
    return title, "title" if title else ""
