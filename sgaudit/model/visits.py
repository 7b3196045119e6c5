"""What in an address only tells visits or campaigns apart: with or without it, the page is the same."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|gclsrc|dclid|msclkid|yclid|igshid|mc_[ce]id|_ga|_gl|_hs(?:enc|mi)|mkt_tok|wickedid",
    re.IGNORECASE,
)
_SESSION = re.compile(
    r"phpsessid|jsessionid|aspsessionid\w*|cfid|cftoken|session_?id|zenid|oscsid|sessid", re.IGNORECASE
)
_VISIT = re.compile(r"(?=.*\d)(?=.*[a-z])\w{6,}|\d{16,}", re.IGNORECASE)
_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;?#]*|/\(S\([0-9a-z]{20,}\)\)", re.IGNORECASE)
# Long and of letters and digits mixed: made by a program for one visit, whatever its key is called.
_TOKEN = re.compile(r"(?=(?:.*\d){3})(?=(?:.*[a-z]){3})[0-9a-z]{20,}", re.IGNORECASE)
_WEB = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)


def trimmed(url: str) -> str:
    """`url` without what only tells visits or campaigns apart, and without an empty query. The rest keeps its order."""
    parts = urlsplit(url)
    path = _PATH_SESSION.sub("", parts.path) if ";" in parts.path or "/(S(" in parts.path else parts.path
    query = parts.query
    if query:
        query = "&".join(part for part in query.split("&") if part and not _marks_a_visit(part))
    return urlunsplit((parts.scheme, parts.netloc, path or "/", query, ""))


def page_key(url: str) -> str:
    """What stays of a page's address from night to night: path and query, without host, visit marks and order.

    Other than `trimmed`, which says what to ask for, it also leaves out values that look made for one visit.
    """
    try:
        parts = urlsplit(trimmed(url))
    except ValueError:
        return url
    path = parts.path.rstrip("/").lower() or "/"
    kept = sorted(part for part in parts.query.split("&") if part and not _TOKEN.fullmatch(part.partition("=")[2]))
    return f"{path}?{'&'.join(kept)}" if kept else path


def without_visits(text: str) -> str:
    """`text` with every web address in it trimmed."""
    return _WEB.sub(lambda match: _trimmed_or_as_it_is(match[0]), text)


def _trimmed_or_as_it_is(url: str) -> str:
    try:
        fragment = urlsplit(url).fragment
        return f"{trimmed(url)}#{fragment}" if fragment else trimmed(url)
    except ValueError:
        return url


def _marks_a_visit(part: str) -> bool:
    name, _, value = part.partition("=")
    if _TRACKING.fullmatch(name) or _SESSION.fullmatch(name):
        return True
    # "sid" is a section's number on some sites and a visit's mark on others.
    return name.lower() == "sid" and _VISIT.fullmatch(value) is not None
