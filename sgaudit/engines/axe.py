"""axe-core in every frame of a page, in worlds of scripts that the page cannot reach."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.async_api import Error as PlaywrightError

from sgaudit.engines.interface import Ground
from sgaudit.engines.worlds import World, Worlds
from sgaudit.model.evidence import AxeNode, AxeResult, FrameSeen, Scan, Trouble

_MOST_NODES = 500
_MOST_FRAMES = 30
_DEEPEST = 4
_FRAME_SECONDS = 12.0
_NOT_LOADED = "The frame did not load."
_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
_OPTIONS: dict[str, Any] = {
    "runOnly": {"type": "tag", "values": list(_TAGS)},
    "resultTypes": ["violations", "incomplete"],
    # Frames that could not be entered are reported by us, with the reason. Target size is off by default.
    "rules": {"frame-tested": {"enabled": False}, "target-size": {"enabled": True}},
    # Only a rule about sound needs more than the page holds; style sheets of other sites are not fetched again.
    "preload": {"assets": ["media"], "timeout": 2000},
}
_SCRIPTS = {
    path.stem: path.read_text("utf-8")
    for path in (Path(__file__).parent / name for name in ("axe_part.js", "axe_whole.js"))
}


def axe_source(axe_path: Path | None = None) -> str:
    """The script of axe: of `axe_path`, or the one that comes with the binding, which reads it as UTF-8 only here."""
    from axe_playwright_python.async_playwright import Axe

    path = axe_path or Path(str(files("axe_playwright_python").joinpath("axe.min.js")))
    return str(Axe.from_file(path).axe_script)


@dataclass
class _Course:
    """One scan as far as it has come. `parts` are in the order axe wants them: a frame, then those within it."""

    worlds: Worlds
    until: float
    parts: list[str | None] = field(default_factory=list)
    addresses: dict[str, str] = field(default_factory=dict)
    tested: int = 0
    untested: list[FrameSeen] = field(default_factory=list)

    @property
    def left(self) -> float:
        return max(0.5, self.until - time.monotonic())


class AxeEngine:
    """axe-core with all rules of WCAG 2.0 to 2.2, A and AA, and its best practices."""

    def __init__(self, axe_path: Path | None = None) -> None:
        self._source = axe_source(axe_path)
        found = re.search(r"axe v(\d[\w.-]*)", self._source[:2000])
        self._version = found.group(1) if found else ""

    @property
    def name(self) -> str:
        """axe-core."""
        return "axe-core"

    @property
    def version(self) -> str:
        """The version in the head of its script."""
        return self._version

    async def scan(self, ground: Ground, seconds: float) -> Scan:
        """What axe says of the page in all its frames."""
        worlds = Worlds(ground, "sgaudit-axe")
        try:
            return await self._scan(_Course(worlds, time.monotonic() + seconds))
        except TimeoutError:
            return self._nothing(Trouble.timeout, f"axe did not finish within {seconds:g} seconds.")
        except PlaywrightError as error:
            first = str(error).strip().splitlines()[0] if str(error).strip() else "the page went away"
            return self._nothing(Trouble.crashed, f"axe could not run: {first[:300]}")
        except (ValueError, KeyError, TypeError) as error:
            return self._nothing(Trouble.protocol, f"axe gave an answer that cannot be understood ({error!r:.200}).")
        finally:
            await worlds.close()

    def _nothing(self, trouble: Trouble, message: str) -> Scan:
        return Scan(engine=self.name, version=self.version, trouble=trouble, message=message)

    async def _scan(self, course: _Course) -> Scan:
        top = await course.worlds.top()
        await self._part(course, top, None, (), 0)
        arg = {"parts": course.parts[1:], "options": _OPTIONS, "most": _MOST_NODES}
        found = json.loads(await top.call(_SCRIPTS["axe_whole"], arg, course.left))
        cut = [
            f"{one['id']} was found on {one['count']} elements, of which the first {_MOST_NODES} are kept."
            for one in found["results"]
            if one["count"] > len(one["nodes"])
        ]
        return Scan(
            engine=self.name,
            version=str(found["version"]),
            results=tuple(_result(one, course.addresses) for one in found["results"]),
            passes=int(found["passes"]),
            tested_frames=course.tested,
            untested_frames=tuple(course.untested),
            message=" ".join(cut),
        )

    async def _part(
        self, course: _Course, world: World, context: dict[str, Any] | None, path: tuple[str, ...], depth: int
    ) -> None:
        """Run axe in one frame, then in the frames within it. What is wrong with an inner frame costs only that frame.

        The page's own part stays where it is; only those of inner frames are carried to it.
        """
        if not await world.call("() => typeof axe === 'object' && Boolean(axe.runPartial)", None, course.left):
            await world.evaluate(self._source, course.left)
        arg = {"context": context, "options": _OPTIONS, "keep": not path}
        seconds = course.left if not path else min(_FRAME_SECONDS, course.left)
        said = json.loads(await world.call(_SCRIPTS["axe_part"], arg, seconds))
        course.parts.append(said["part"])
        for inner in said["frames"]:
            within = (*path, json.dumps(inner["selector"]))
            shown = {"url": inner["url"], "selector": _joined(inner["selector"])}
            before = len(course.parts)
            if course.tested + len(course.untested) >= _MOST_FRAMES or depth >= _DEEPEST:
                reason = "There are too many frames on this page."
            else:
                reason = await self._inner(course, world, inner, within, depth)
            if reason:
                del course.parts[before:]
                course.parts.append(None)
                loaded = reason != _NOT_LOADED
                course.untested.append(FrameSeen(**shown, loaded=loaded, read=False, reason=reason))

    async def _inner(
        self, course: _Course, world: World, inner: dict[str, Any], path: tuple[str, ...], depth: int
    ) -> str:
        """Why a frame could not be tested, empty when it was."""
        known = (course.tested, len(course.untested))
        try:
            child = await course.worlds.inner(world, f"sgauditFrames[{int(inner['number'])}]")
            address = str(await child.call("() => location.href", None, min(_FRAME_SECONDS, course.left)))
            if address.startswith("chrome-error:"):
                return _NOT_LOADED
            course.addresses[json.dumps(path)] = address
            course.tested += 1
            await self._part(course, child, inner["context"], path, depth + 1)
        except Exception as error:  # noqa: BLE001 - whatever fails in a stranger's frame becomes its evidence
            course.tested = known[0]
            del course.untested[known[1] :]
            first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            return f"axe could not be run in the frame: {first[:200]}"
        return ""


def _joined(selector: str | list[str]) -> str:
    """A selector as the evidence writes it: the steps into shadow roots joined with >>."""
    return selector if isinstance(selector, str) else " >> ".join(selector)


def _result(raw: dict[str, Any], addresses: dict[str, str]) -> AxeResult:
    return AxeResult(
        rule=raw["id"],
        outcome=raw["outcome"],
        impact=raw["impact"] or "",
        tags=tuple(raw["tags"]),
        help=raw["help"],
        help_url=raw["helpUrl"],
        nodes=tuple(_node(one, addresses) for one in raw["nodes"]),
    )


def _node(raw: dict[str, Any], addresses: dict[str, str]) -> AxeNode:
    *frames, last = raw["target"]
    path = tuple(json.dumps(one) for one in frames)
    return AxeNode(
        selector=_joined(last),
        frame=addresses.get(json.dumps(path), "") if path else "",
        html=raw["html"],
        summary=raw["summary"],
        impact=raw["impact"] or "",
    )
