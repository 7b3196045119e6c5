"""What came back: the body as bytes and as text, whether it is worth reading, and whether it is a challenge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from w3lib.encoding import html_to_unicode

from sgaudit.model.evidence import Probe

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Fetched:
    """One fetch: the evidence, and what was read.

    `body` is content-decoded and at most as long as was asked for; it is empty for HEAD, for types that were not
    wanted and on trouble. `headers` are those of the last answer, names in lower case, empty when none came.
    """

    probe: Probe
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: _NO_HEADERS)

    @property
    def text(self) -> str:
        """The body as text."""
        return decoded(self.body, self.headers.get("content-type"))


@dataclass(frozen=True)
class Validators:
    """What the answer of `url` (after all redirects) had said of its version: ETag and Last-Modified, as they were."""

    url: str
    etag: str = ""
    modified: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """What a request says to be told whether anything has changed since."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in asked.items() if value and value.isascii() and value.isprintable()}


def version_of(headers: Mapping[str, str]) -> str:
    """What an answer says of the version of what it holds, the same for HEAD and GET; empty when it says nothing."""
    if etag := headers.get("etag", "").removeprefix("W/").strip():
        return f"etag {etag[:500]}"
    modified = headers.get("last-modified", "").strip()
    return f"modified {modified[:100]}" if modified else ""


def decoded(body: bytes, content_type: str | None = None) -> str:
    """A page's text as browsers decode it: byte order mark, header, <meta>, then UTF-8 if it is that, else cp1252."""
    return html_to_unicode(content_type, body, auto_detect_fun=_guess)[1]


def _guess(body: bytes) -> str:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        # A body that was cut at a limit may end in the middle of a character.
        cut = error.reason == "unexpected end of data" and not body[: error.start].isascii()
        return "utf-8" if cut else "cp1252"
    return "utf-8"


def is_readable(content_type: str) -> bool:
    """Whether a body of this type is text that a crawl can use; a missing type is, as in browsers, looked at."""
    kind = content_type.partition(";")[0].strip().lower()
    return (
        not kind
        or kind.startswith("text/")
        or kind.endswith(("+xml", "/xml", "/json", "+json"))
        or kind in ("application/unknown", "unknown/unknown", "*/*")
    )


_TITLE = re.compile(rb"<title[^>]*>(.{0,300}?)</title", re.IGNORECASE | re.DOTALL)
_INTERSTITIAL = re.compile(
    rb"just a moment|attention required!|checking your browser|one moment, please|ddos-guard|"
    rb"pardon our interruption|human verification|are you (?:a )?(?:human|robot)|robot or human|"
    rb"security check|verify(?:ing)? (?:that )?you are (?:a )?human|please wait\.\.\.|sucuri website firewall",
    re.IGNORECASE,
)
# Pages of a few lines whose only content is the vendor's own test, sent with 200 or 202 as well.
_TEST_ONLY = re.compile(
    rb"/\.well-known/(?:sgcaptcha|captcha)/|/_incapsula_resource|/cdn-cgi/challenge-platform/", re.I
)
_SMALL = 4_000


def is_challenge(status: int, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether a firewall answered with a test for people instead of the page."""
    if headers.get("cf-mitigated", "").lower() == "challenge":
        return True
    if headers.get("x-amzn-waf-action", "").lower() in ("challenge", "captcha"):
        return True
    if status in (403, 405, 429, 503) and (title := _TITLE.search(body[:20_000])):
        return _INTERSTITIAL.search(title[1]) is not None
    return len(body) < _SMALL and b"<title>" not in body.lower() and _TEST_ONLY.search(body) is not None
