"""Scripts of our own in every frame of a page, where the page's scripts cannot reach them nor they the page's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

from sgaudit.engines.interface import Ground

_STEP_SECONDS = 5.0
_MEET_SECONDS = 2.0
_MOST_FRAMES = 60


@dataclass(frozen=True)
class World:
    """A world of scripts in one frame."""

    ground: Ground
    session: CDPSession
    number: int

    async def evaluate(self, source: str, seconds: float) -> Any:
        """Run a script and return its value. Raises TimeoutError, and Playwright's Error, also for what it throws."""
        asked = {"expression": source, "contextId": self.number, "returnByValue": False}
        return _value(await self.ground.run(self.session.send("Runtime.evaluate", asked), seconds)).get("value")

    async def call(self, function: str, argument: Any, seconds: float) -> Any:
        """Call a function with one argument and return the value it comes to. Raises as `evaluate`."""
        asked = {
            "functionDeclaration": function,
            "executionContextId": self.number,
            "arguments": [{"value": argument}],
            "returnByValue": True,
            "awaitPromise": True,
        }
        return _value(await self.ground.run(self.session.send("Runtime.callFunctionOn", asked), seconds)).get("value")

    async def held(self, expression: str) -> str:
        """The browser's handle of an object. Raises as `evaluate`."""
        asked = {"expression": expression, "contextId": self.number}
        result = _value(await self.ground.run(self.session.send("Runtime.evaluate", asked), _STEP_SECONDS))
        if "objectId" not in result:
            raise PlaywrightError("the frame is no longer there")
        return str(result["objectId"])


class Worlds:
    """Makes worlds called `name` in the frames of a page. `close` when done."""

    def __init__(self, ground: Ground, name: str) -> None:
        self._ground = ground
        self._name = name
        self._own: CDPSession | None = None
        self._remote: dict[str, CDPSession] | None = None

    async def top(self) -> World:
        """The world of the page itself. Raises TimeoutError, and Playwright's Error."""
        page = self._ground.page
        self._own = await self._ground.run(page.context.new_cdp_session(page), _STEP_SECONDS)
        tree = await self._ground.run(self._own.send("Page.getFrameTree"), _STEP_SECONDS)
        return await self._made(self._own, str(tree["frameTree"]["frame"]["id"]))

    async def inner(self, outer: World, element: str) -> World:
        """The world of the frame that the element of an expression holds. Raises as `top`."""
        held = await outer.held(element)
        told = await self._ground.run(outer.session.send("DOM.describeNode", {"objectId": held}), _STEP_SECONDS)
        frame = told["node"].get("frameId")
        if frame is None:
            raise PlaywrightError("the element holds no page")
        if self._remote is None:
            self._remote = await self._other_processes()
        return await self._made(self._remote.get(frame, outer.session), str(frame))

    async def close(self) -> None:
        """Let the connections go."""
        for session in (self._own, *(self._remote or {}).values()):
            try:
                if session is not None:
                    await self._ground.run(session.detach(), _STEP_SECONDS)
            except (PlaywrightError, TimeoutError):
                continue  # the page went away and took the connection with it

    async def _made(self, session: CDPSession, frame: str) -> World:
        place = {"frameId": frame, "worldName": self._name}
        world = await self._ground.run(session.send("Page.createIsolatedWorld", place), _STEP_SECONDS)
        return World(self._ground, session, int(world["executionContextId"]))

    async def _other_processes(self) -> dict[str, CDPSession]:
        """Frames of other sites may live in processes of their own, which need connections of their own."""
        found: dict[str, CDPSession] = {}
        page = self._ground.page
        for frame in page.frames[1:_MOST_FRAMES]:
            try:
                session = await self._ground.run(page.context.new_cdp_session(frame), _MEET_SECONDS)
                tree = await self._ground.run(session.send("Page.getFrameTree"), _MEET_SECONDS)
            except (PlaywrightError, TimeoutError):
                continue  # the usual case: it shares its parent's process and connection; or it answers nobody
            found[str(tree["frameTree"]["frame"]["id"])] = session
        return found


def _value(answer: dict[str, Any]) -> dict[str, Any]:
    if "exceptionDetails" in answer:
        detail = answer["exceptionDetails"]
        raise PlaywrightError(str(detail.get("exception", {}).get("description") or detail.get("text")))
    result: dict[str, Any] = answer["result"]
    return result
