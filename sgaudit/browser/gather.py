"""One look at an open page at one width: what can be pressed, what shows, and the document as a person would see it."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

from sgaudit.browser.clues import TOKEN, RouteClues
from sgaudit.model.evidence import Box, Control, FrameSeen, ImageSeen, View

if TYPE_CHECKING:
    from sgaudit.browser.session import Tab

_PARTS = [(Path(__file__).parent / name).read_text("utf-8") for name in ("dom.js", "sight.js", "hits.js", "gather.js")]
_SCRIPT = "\n".join(["async (arg) => {", *_PARTS, "}"])
_LIMITS = {
    "nodes": 60_000,
    "size": 3_000_000,
    "depth": 1_000,
    "controls": 6_000,
    "images": 2_000,
    "hits": 6_000,
    "scroll": 60_000,
    "settle": 1_500,
}
_MOST_FRAMES = 30
_DEEPEST = 4
_MOST_CLUES = 40
_TOP_SECONDS = 25.0
_LEAST_SECONDS = 15.0
_FRAME_SECONDS = 8.0
_STEP_SECONDS = 5.0
_MEET_SECONDS = 2.0
# The letters of icon fonts, which say nothing.
_PRIVATE = re.compile("[\ue000-\uf8ff]")
# Roles whose name the browser does not compute although people read their content.
_NAMELESS = frozenset({"generic", "none", "", "paragraph", "ListItem", "listitem", "StaticText", "Section"})


@dataclass(frozen=True)
class Gathered:
    """One width of a page. `view` has no screenshot and no scan yet; `snapshot` is empty unless it was asked for."""

    view: View
    snapshot: str
    frames: tuple[FrameSeen, ...]
    notes: tuple[str, ...]
    title: str
    lang: str


@dataclass
class _Frame:
    """One frame's own account, before it is set into the page."""

    session: CDPSession
    world: int
    said: dict[str, Any]
    url: str
    x: float
    y: float
    parent: _Frame | None = None
    number: int = -1
    children: dict[int, _Frame] = field(default_factory=dict)


async def gather(tab: Tab, *, width: int, height: int, clues: RouteClues, with_snapshot: bool) -> Gathered:
    """Look at the page `tab` has open, in every frame, through a world of scripts the page cannot reach.

    Raises Stuck when the page does not answer in time and Playwright's Error when it went away meanwhile.
    """
    reader = _Reader(tab, clues, with_snapshot)
    try:
        return await reader.read(width, height)
    finally:
        await reader.close()


class _Reader:
    def __init__(self, tab: Tab, clues: RouteClues, with_snapshot: bool) -> None:
        self.tab = tab
        self.clues = clues
        self.with_snapshot = with_snapshot
        self.nonce = f"\x02{secrets.token_hex(8)}:"
        self.seen: list[FrameSeen] = []
        self.notes: list[str] = []
        self.sessions: list[CDPSession] = []
        self.remote: dict[str, CDPSession] | None = None
        self.left = _LIMITS["size"]

    async def read(self, width: int, height: int) -> Gathered:
        session = await self.tab.run(self.tab.page.context.new_cdp_session(self.tab.page), _STEP_SECONDS)
        self.sessions.append(session)
        tree = await self.tab.run(session.send("Page.getFrameTree"), _STEP_SECONDS)
        seconds = min(_TOP_SECONDS, max(_LEAST_SECONDS, self.tab.patience))
        top = await self._frame(session, tree["frameTree"]["frame"]["id"], "", seconds)
        await self._inner(top, 1)
        frames = list(_all(top))
        controls = [control for frame in frames for control in await self._controls(frame)]
        view = View(
            width=width,
            height=height,
            page_width=int(top.said["page_width"]),
            page_height=int(top.said["page_height"]),
            controls=tuple(controls),
            images=tuple(_image(one, frame) for frame in frames for one in frame.said["images"]),
            truncated=any(bool(frame.said["truncated"]) for frame in frames),
        )
        snapshot = self._snapshot(top) if self.with_snapshot else ""
        notes = tuple(dict.fromkeys([*self.notes, *(note for frame in frames for note in frame.said["notes"])]))
        return Gathered(view, snapshot, tuple(self.seen), notes, str(top.said["title"]), str(top.said["lang"]))

    async def close(self) -> None:
        for session in self.sessions:
            try:
                await self.tab.run(session.detach(), _STEP_SECONDS)
            except (PlaywrightError, TimeoutError):
                continue  # the page went away and took the connection with it

    async def _frame(
        self, session: CDPSession, frame: str, reason: str, seconds: float, *, unscrolled: bool = False
    ) -> _Frame:
        world = await self.tab.run(
            session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "sgaudit"}), _STEP_SECONDS
        )
        arg = {
            "limits": {**_LIMITS, "size": self.left},
            "token": TOKEN,
            "nonce": self.nonce,
            "snapshot": self.with_snapshot,
            "reason": reason,
            "unscrolled": unscrolled,
        }
        answer = await self.tab.run(
            session.send(
                "Runtime.callFunctionOn",
                {
                    "functionDeclaration": _SCRIPT,
                    "executionContextId": world["executionContextId"],
                    "arguments": [{"value": arg}],
                    "returnByValue": True,
                    "awaitPromise": True,
                },
            ),
            seconds,
        )
        if "exceptionDetails" in answer:
            detail = answer["exceptionDetails"]
            raise PlaywrightError(str(detail.get("exception", {}).get("description", detail.get("text"))))
        said = json.loads(answer["result"]["value"])
        self.left = max(10_000, self.left - len(said["snapshot"]))
        return _Frame(session, world["executionContextId"], said, str(said["url"]), 0.0, 0.0)

    async def _inner(self, outer: _Frame, depth: int) -> None:
        """Read the frames of a frame; one that cannot be read is noted with the reason and costs nothing else."""
        for number, holder in enumerate(outer.said["frames"]):
            visible = not holder["why"] and holder["width"] >= 4 and holder["height"] >= 4
            place = {"url": holder["url"], "selector": holder["selector"], "visible": visible}
            if len(self.seen) >= _MOST_FRAMES or depth > _DEEPEST:
                self.seen.append(FrameSeen(**place, read=False, reason="There are too many frames on this page."))
                continue
            try:
                session, frame = await self._find(outer, number)
                hidden = "" if visible else "frame-hidden"
                unscrolled = bool(holder["unscrolled"])
                inner = await self._frame(session, frame, hidden, _FRAME_SECONDS, unscrolled=unscrolled)
            except Exception as error:  # noqa: BLE001 - whatever fails in a stranger's frame becomes its evidence
                first = str(error).splitlines()[0] if str(error) else type(error).__name__
                self.seen.append(FrameSeen(**place, read=False, reason=f"The frame could not be read: {first[:200]}"))
                continue
            if inner.url.startswith("chrome-error:"):
                self.seen.append(FrameSeen(**place, loaded=False, read=False, reason="The frame did not load."))
                continue
            self.seen.append(FrameSeen(**{**place, "url": inner.url}))
            inner.x, inner.y = outer.x + holder["x"], outer.y + holder["y"]
            inner.parent, inner.number = outer, number
            outer.children[number] = inner
            await self._inner(inner, depth + 1)

    async def _find(self, outer: _Frame, number: int) -> tuple[CDPSession, str]:
        """The connection and the id of the frame that element `number` of `outer` holds."""
        held = await self._evaluate(outer, f"sgaudit.frames[{number}]", by_value=False)
        described = await self.tab.run(
            outer.session.send("DOM.describeNode", {"objectId": held["objectId"]}), _STEP_SECONDS
        )
        frame = str(described["node"]["frameId"])
        if self.remote is None:
            self.remote = await self._other_processes()
        return self.remote.get(frame, outer.session), frame

    async def _other_processes(self) -> dict[str, CDPSession]:
        """Frames of other sites may live in processes of their own, which need connections of their own."""
        found: dict[str, CDPSession] = {}
        for frame in self.tab.page.frames[1 : 2 * _MOST_FRAMES]:
            try:
                session = await self.tab.run(self.tab.page.context.new_cdp_session(frame), _MEET_SECONDS)
                self.sessions.append(session)
                tree = await self.tab.run(session.send("Page.getFrameTree"), _MEET_SECONDS)
            except (PlaywrightError, TimeoutError):
                continue  # the usual case: it shares its parent's process and connection; or it answers nobody
            found[str(tree["frameTree"]["frame"]["id"])] = session
        return found

    async def _evaluate(self, frame: _Frame, expression: str, *, by_value: bool = True) -> dict[str, Any]:
        answer = await self.tab.run(
            frame.session.send(
                "Runtime.evaluate",
                {"expression": expression, "contextId": frame.world, "returnByValue": by_value},
            ),
            _STEP_SECONDS,
        )
        result: dict[str, Any] = answer["result"]
        return result

    async def _controls(self, frame: _Frame) -> list[Control]:
        raw = frame.said["controls"]
        made = [_control(one, frame) for one in raw]
        scripted = bool(frame.said["scripted"])
        found = [
            self.clues.of(control, one["hints"], unlinked=one["unlinked"], scripted=scripted)
            for control, one in zip(made, raw, strict=True)
        ]
        plain = any({"official-address", "ceop-handler"} & set(words) for words in found)
        if not scripted and not plain and await self._script_names_ceop(frame):
            found = [
                self.clues.of(control, one["hints"], unlinked=one["unlinked"], scripted=True)
                for control, one in zip(made, raw, strict=True)
            ]
        for place in [place for place, words in enumerate(found) if words][:_MOST_CLUES]:
            control = made[place].model_copy(update={"route_clues": found[place]})
            if not raw[place]["unlinked"]:
                control = await self._named_by_browser(frame, control, raw[place]["index"])
                control = await self._reached_from_outside(frame, control, raw[place]["index"])
            made[place] = control
        return made

    async def _script_names_ceop(self, frame: _Frame) -> bool:
        """Whether a script file that this frame loaded names CEOP's address."""
        try:
            await self.tab.run(frame.session.send("Page.enable"), _STEP_SECONDS)
            tree = await self.tab.run(frame.session.send("Page.getResourceTree"), _STEP_SECONDS)
            for owner, resource in _scripts(tree["frameTree"]):
                answer = await self.tab.run(
                    frame.session.send(
                        "Page.searchInResource",
                        {"frameId": owner, "url": resource, "query": "ceop.police.uk", "caseSensitive": False},
                    ),
                    _STEP_SECONDS,
                )
                if answer.get("result"):
                    return True
        except PlaywrightError as error:
            self.notes.append(f"The page's script files could not be searched: {str(error).splitlines()[0][:120]}")
        return False

    async def _named_by_browser(self, frame: _Frame, control: Control, index: int) -> Control:
        """The name assistive technology is given, which counts for more than our own reckoning."""
        try:
            held = await self._evaluate(frame, f"sgaudit.controls[{index}]", by_value=False)
            answer = await self.tab.run(
                frame.session.send(
                    "Accessibility.getPartialAXTree", {"objectId": held["objectId"], "fetchRelatives": False}
                ),
                _STEP_SECONDS,
            )
        except PlaywrightError as error:
            self.notes.append(f"A name could not be asked of the browser: {str(error).splitlines()[0][:120]}")
            return control
        node = answer["nodes"][0] if answer["nodes"] else {}
        role = str(node.get("role", {}).get("value", ""))
        if node.get("ignored") or role in _NAMELESS or "name" not in node:
            return control
        name = " ".join(_PRIVATE.sub("", str(node["name"].get("value", ""))).split())
        return control.model_copy(
            update={"name": name[:300], "name_from": control.name_from if name else "", "role": control.role or role}
        )

    async def _reached_from_outside(self, frame: _Frame, control: Control, index: int) -> Control:
        """Something of the outer page may lie over a frame, which the frame itself cannot see."""
        if frame.parent is None or control.hidden_because or control.hit is not True:
            return control
        point = (await self._evaluate(frame, f"sgaudit.centre({index})")).get("value")
        inner, outer = frame, frame.parent
        while point is not None and outer is not None:
            asked = await self._evaluate(outer, f"sgaudit.reach({inner.number}, {point[0]}, {point[1]})")
            answer = json.loads(asked["value"])
            if not answer["hit"]:
                control = control.model_copy(update={"hit": False, "covered_by": answer["covered"][:300]})
                break
            point, inner = answer["at"], outer
            outer = outer.parent  # type: ignore[assignment]
        at: _Frame | None = frame
        while at is not None:
            await self._evaluate(at, "sgaudit.restore()")
            at = at.parent
        return control

    def _snapshot(self, top: _Frame) -> str:
        whole = self._filled(top).replace("<html", '<html data-sg-rendered="1"', 1)
        return f"<!doctype html>{whole}"

    def _filled(self, frame: _Frame) -> str:
        def fill(match: re.Match[str]) -> str:
            number = int(match.group(1))
            holder = frame.said["frames"][number]
            inner = frame.children.get(number)
            url = inner.url if inner else holder["url"]
            body = _body(self._filled(inner)) if inner else ""
            return (
                f'<sg-frame data-sg-url="{_quoted(url)}" data-sg-sel="{_quoted(holder["selector"])}">{body}</sg-frame>'
            )

        return re.sub(re.escape(self.nonce) + r"(\d+);", fill, str(frame.said["snapshot"]))


def _all(frame: _Frame) -> Iterable[_Frame]:
    yield frame
    for child in frame.children.values():
        yield from _all(child)


def _scripts(tree: dict[str, Any]) -> list[tuple[str, str]]:
    found = [
        (str(tree["frame"]["id"]), str(one["url"])) for one in tree.get("resources", []) if one.get("type") == "Script"
    ]
    for child in tree.get("childFrames", []):
        found += _scripts(child)
    return found[:40]


def _body(html: str) -> str:
    start = re.search(r"<body[^>]*>", html)
    end = html.rfind("</body>")
    return html[start.end() : end] if start and end > start.end() else html


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def _box(raw: dict[str, float], frame: _Frame) -> Box:
    return Box(x=raw["x"] + frame.x, y=raw["y"] + frame.y, width=raw["width"], height=raw["height"])


def _image(raw: dict[str, Any], frame: _Frame) -> ImageSeen:
    address = frame.url if frame.parent else ""
    return ImageSeen.model_validate({**raw, "frame": address, "box": _box(raw["box"], frame)})


def _control(raw: dict[str, Any], frame: _Frame) -> Control:
    plain = {key: value for key, value in raw.items() if key in Control.model_fields}
    return Control.model_validate(
        {
            **plain,
            "frame": frame.url if frame.parent else "",
            "box": _box(raw["box"], frame),
            "images": tuple(_image(one, frame) for one in raw["images"]),
        }
    )
