"""A navigation that a press began, followed to its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Frame

from sgaudit.browser.effects import Course
from sgaudit.browser.troubles import meaning
from sgaudit.browser.waiting import until
from sgaudit.model.evidence import Landing, Trouble

if TYPE_CHECKING:
    from sgaudit.browser.session import Tab

_ANSWER_SECONDS = 15.0
_LOAD_SECONDS = 8.0
_QUIET_SECONDS = 0.6
_FORWARD_SECONDS = 10.0
# How long a page stays that could still lead on by its scripts.
_STAY_SECONDS = 1.0
_ON_THE_WAY_SECONDS = 3.5
_READ_SECONDS = 4.0
_FILL_SECONDS = 3.0
_LEAST_TEXT = 60

_READ = """() => {
  const refresh = Array.from(document.querySelectorAll('meta[http-equiv]'))
    .filter((one) => /^refresh$/i.test(one.getAttribute('http-equiv')) && /url\\s*=/i.test(one.content || ''))[0];
  return {
    title: (document.title || '').slice(0, 500),
    text: ((document.body && document.body.innerText) || '').replace(/\\s+/g, ' ').trim().slice(0, 3000),
    forwards: refresh ? parseFloat(refresh.content) || 0 : -1,
    password: Boolean(document.querySelector('input[type=password]')),
  };
}"""


async def follow(tab: Tab, course: Course, is_goal: Callable[[str], bool]) -> Landing:
    """Where `course` ends: after its last answer, the page's load and a moment in which it does not move on.

    `is_goal` says of an address whether it is where the press should lead: a page on the way there may say "you are
    leaving us" for a few seconds and then move on.
    """
    await until(lambda: course.ended and course.frame is not None, min(_ANSWER_SECONDS, tab.patience))
    if not course.ended:
        return _landing(course, trouble=Trouble.timeout, message="the site did not answer in time")
    if course.failure and "ERR_ABORTED" not in course.failure:
        return _failed(course)
    if course.frame is None:
        return _landing(course, trouble=Trouble.crashed, message="the new page never came up")
    try:
        return await _settled(tab, course, course.frame, is_goal)
    except PlaywrightError as error:
        if course.failure:
            return _failed(course)
        return _landing(course, trouble=Trouble.crashed, message=str(error).splitlines()[0][:200])


async def _settled(tab: Tab, course: Course, frame: Frame, is_goal: Callable[[str], bool]) -> Landing:
    ends = time.monotonic() + _LOAD_SECONDS + _FORWARD_SECONDS
    said: dict[str, Any] = {}
    while time.monotonic() < ends:
        seen = course.last
        await _loaded(tab, frame)
        if course.failure and "ERR_ABORTED" not in course.failure:
            return _failed(course)
        await until(lambda: time.monotonic() > course.last + _QUIET_SECONDS, ends - time.monotonic())
        if course.last != seen:
            continue
        if course.answers and course.answers[-1].status == 204:
            return _landing(course, trouble=Trouble.empty, message="the site gave nothing to show")
        if refused := await tab.refusal(frame.url):
            return _landing(course, trouble=Trouble.private_address, message=refused)
        try:
            said = await _read(tab, frame)
        except PlaywrightError:
            if course.last == seen:
                raise
            continue  # it moved on while it was read
        forwards = float(said["forwards"])
        patience = _STAY_SECONDS if is_goal(frame.url) else _ON_THE_WAY_SECONDS
        if 0 <= forwards <= _FORWARD_SECONDS:
            patience = forwards + 1.0
        if not await until(partial(_moved, course, seen), min(ends - time.monotonic(), patience)):
            break
    if course.failure:
        return _failed(course)
    return _landing(course, title=str(said.get("title", "")), text=str(said.get("text", "")))


async def _read(tab: Tab, frame: Frame) -> dict[str, Any]:
    """What the page says; one that scripts fill is given time to say something."""
    said: dict[str, Any] = {}

    async def says_something() -> bool:
        said.update(await tab.run(frame.evaluate(_READ), _READ_SECONDS))
        return len(str(said["text"])) >= _LEAST_TEXT or 0 <= float(said["forwards"]) <= _FORWARD_SECONDS

    await until(says_something, _FILL_SECONDS, 0.2)
    return said


def _moved(course: Course, seen: float) -> bool:
    return course.last != seen


async def _loaded(tab: Tab, frame: Frame) -> None:
    try:
        await tab.run(frame.wait_for_load_state("load", timeout=_LOAD_SECONDS * 1000), _LOAD_SECONDS + 2)
    except PlaywrightError:
        return  # a page that never finishes loading is read as far as it has come


def _failed(course: Course) -> Landing:
    trouble, clause = meaning(course.failure)
    return _landing(course, trouble=trouble, message=clause)


def _landing(
    course: Course, *, title: str = "", text: str = "", trouble: Trouble | None = None, message: str = ""
) -> Landing:
    """The landing's status is that of the last answer, also where a navigation failed only after it."""
    hops = course.answers
    last = hops[-1] if hops and not (trouble is not None and 300 <= hops[-1].status < 400) else None
    url = course.frame.url if trouble is None and course.frame is not None else ""
    if not url or url.startswith(("about:", "chrome-error:")):
        url = hops[-1].url if hops else course.requested
    return Landing(
        url=url,
        status=last.status if last else None,
        trail=tuple(hops[:-1] if last else hops),
        title=title,
        text=text,
        trouble=trouble,
        message=message,
    )
