"""A navigation that a press began, followed to its end."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

from playwright.async_api import Frame
from playwright.async_api import Error as PlaywrightError

from sgaudit.browser.effects import Course
from sgaudit.model.evidence import Landing, Trouble

if TYPE_CHECKING:
    from sgaudit.browser.session import Tab

_ANSWER_SECONDS = 15.0
_LOAD_SECONDS = 8.0
_QUIET_SECONDS = 0.6
_FORWARD_SECONDS = 10.0
_READ_SECONDS = 4.0

_TROUBLES: tuple[tuple[str, Trouble, str], ...] = (
    ("ERR_NAME_NOT_RESOLVED", Trouble.name_not_resolved, "the name of the site could not be found"),
    ("ERR_CONNECTION_REFUSED", Trouble.refused, "the site refused the connection"),
    ("ERR_CERT_DATE_INVALID", Trouble.tls_expired, "the site's certificate has expired"),
    ("ERR_CERT_COMMON_NAME_INVALID", Trouble.tls_name, "the site's certificate belongs to another name"),
    ("ERR_CERT", Trouble.tls, "the site's certificate is not trusted here"),
    ("ERR_SSL", Trouble.tls, "no secure connection could be made"),
    ("ERR_TOO_MANY_REDIRECTS", Trouble.redirect_loop, "the site forwards round in circles"),
    ("ERR_INTERNET_DISCONNECTED", Trouble.offline, "this machine is offline"),
    ("ERR_PROXY", Trouble.proxy, "the proxy did not let the request through"),
    ("ERR_TUNNEL", Trouble.proxy, "the proxy did not let the request through"),
    ("TIMED_OUT", Trouble.timeout, "the site did not answer in time"),
    ("ERR_BLOCKED_BY_RESPONSE", Trouble.blocked, "the site refuses to be shown inside a frame"),
    ("ERR_BLOCKED_BY_CSP", Trouble.blocked, "this page's own security policy forbids opening it here"),
    ("ERR_BLOCKED", Trouble.blocked, "something on this machine blocked the request"),
    ("ERR_EMPTY_RESPONSE", Trouble.protocol, "the site closed the connection without an answer"),
    ("ERR_INVALID", Trouble.protocol, "the site's answer could not be understood"),
    ("ERR_CONNECTION", Trouble.refused, "the connection to the site broke"),
    ("ERR_ADDRESS", Trouble.refused, "the site could not be reached"),
    ("ERR_ABORTED", Trouble.empty, "the site gave nothing to show"),
)

_READ = """() => {
  const refresh = Array.from(document.querySelectorAll('meta[http-equiv]'))
    .filter((one) => /^refresh$/i.test(one.getAttribute('http-equiv')) && /url\\s*=/i.test(one.content || ''))[0];
  return JSON.stringify({
    title: (document.title || '').slice(0, 500),
    text: ((document.body && document.body.innerText) || '').replace(/\\s+/g, ' ').trim().slice(0, 3000),
    forwards: refresh ? parseFloat(refresh.content) || 0 : -1,
    password: Boolean(document.querySelector('input[type=password]')),
  });
}"""


async def follow(tab: Tab, course: Course) -> Landing:
    """Where `course` ends: after its last answer, the page's load and a moment in which it does not move on."""
    until = time.monotonic() + _ANSWER_SECONDS
    while (not course.ended or course.frame is None) and time.monotonic() < until:
        await asyncio.sleep(0.03)
    if not course.ended:
        return _landing(course, trouble=Trouble.timeout, message="the site did not answer in time")
    if course.failure and "ERR_ABORTED" not in course.failure:
        return _failed(course)
    if course.frame is None:
        return _landing(course, trouble=Trouble.crashed, message="the new page never came up")
    try:
        return await _settled(tab, course, course.frame)
    except PlaywrightError as error:
        if course.failure:
            return _failed(course)
        return _landing(course, trouble=Trouble.crashed, message=str(error).splitlines()[0][:200])


async def _settled(tab: Tab, course: Course, frame: Frame) -> Landing:
    until = time.monotonic() + _LOAD_SECONDS + _FORWARD_SECONDS
    said: dict[str, str | float | bool] = {}
    while time.monotonic() < until:
        seen = course.last
        await _loaded(tab, frame)
        if course.failure and "ERR_ABORTED" not in course.failure:
            return _failed(course)
        while time.monotonic() < min(until, course.last + _QUIET_SECONDS):
            await asyncio.sleep(0.05)
        if course.last != seen:
            continue
        if course.answers and course.answers[-1].status == 204:
            return _landing(course, trouble=Trouble.empty, message="the site gave nothing to show")
        said = json.loads(await tab.run(frame.evaluate(_READ), _READ_SECONDS))
        forwards = float(said["forwards"])
        if not 0 <= forwards <= _FORWARD_SECONDS:
            break
        wait = min(until, time.monotonic() + forwards + 1.0)
        while course.last == seen and time.monotonic() < wait:
            await asyncio.sleep(0.05)
        if course.last == seen:
            break
    if course.failure:
        return _failed(course)
    return _landing(course, title=str(said.get("title", "")), text=str(said.get("text", "")))


async def _loaded(tab: Tab, frame: Frame) -> None:
    try:
        await tab.run(frame.wait_for_load_state("load", timeout=_LOAD_SECONDS * 1000), _LOAD_SECONDS + 2)
    except PlaywrightError:
        return  # a page that never finishes loading is read as far as it has come


def _failed(course: Course) -> Landing:
    for sign, trouble, message in _TROUBLES:
        if sign in course.failure:
            return _landing(course, trouble=trouble, message=f"{message} ({course.failure[:80]})")
    return _landing(course, trouble=Trouble.protocol, message=course.failure[:200])


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
