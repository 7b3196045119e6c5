"""What the browser's error codes mean, in our words."""

from __future__ import annotations

import re

from sgaudit.model.evidence import Trouble

_SIGNS: tuple[tuple[str, Trouble, str], ...] = (
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
    ("ERR_INVALID_AUTH", Trouble.http_status, "the site asks for a user name and a password"),
    ("ERR_INVALID", Trouble.protocol, "the site's answer could not be understood"),
    ("ERR_UNSAFE", Trouble.invalid_url, "browsers refuse to open this port"),
    ("ERR_CONNECTION", Trouble.refused, "the connection to the site broke"),
    ("ERR_NETWORK", Trouble.offline, "this machine's connection changed or broke"),
    ("ERR_ADDRESS", Trouble.refused, "the site could not be reached"),
    ("ERR_ABORTED", Trouble.empty, "the site gave nothing to show"),
)


def meaning(text: str) -> tuple[Trouble, str]:
    """The trouble behind one of the browser's error texts, and a clause that says it with the browser's own code."""
    code = re.search(r"\b(?:net::)?(ERR_\w+)", text)
    for sign, trouble, clause in _SIGNS:
        if sign in text:
            return trouble, f"{clause} ({code.group(1)})" if code else clause
    if "crash" in text.lower():
        return Trouble.crashed, "the page crashed the browser"
    if "has been closed" in text or "Connection closed" in text:
        return Trouble.crashed, "the browser ended while the page was open"
    if "Download is starting" in text:
        return Trouble.download, "the address hands out a file and no page"
    return Trouble.protocol, first_line(text) or "the browser could not open it"


def first_line(text: str) -> str:
    """The first line of a browser's message, without the name of the call, at most 200 characters."""
    lines = text.strip().splitlines()
    return re.sub(r"^\w+\.\w+: ", "", lines[0])[:200] if lines else ""


def sentence(clause: str) -> str:
    """The clause as a sentence."""
    text = clause.strip().rstrip(".")
    return f"{text[:1].upper()}{text[1:]}." if text else ""
