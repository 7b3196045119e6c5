"""What the crawl keeps of a page for later nights, and how a page proves that it is still what it was.

A page is asked for with the marks of what was read (ETag, Last-Modified). Only when its server says that nothing has
changed is what was read then taken for what stands there now, with the day on which it was really read. A server may
lie; that is why safeguarding pages, the home page and pages with the way to report are never asked for in this way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import Any

from sgaudit.crawl.document import Document
from sgaudit.crawl.links import Head, Link
from sgaudit.crawl.reading import Got, read_answer
from sgaudit.fetch import Fetched, Fetcher, Validators
from sgaudit.model.evidence import Probe
from sgaudit.model.kept import Kept

NOT_MODIFIED = 304
_PLAIN = ("title", "lang", "text", "words", "terms", "shape", "scripted", "has_scripts", "sign_in")


def packed(got: Got) -> bytes:
    """A page that was read, before anything of it is used up."""
    document = got.document
    assert document is not None, "only pages are kept"
    told = {name: getattr(document, name) for name in _PLAIN} | {
        "headings": document.headings,
        "head": document.head._asdict() | {"robots": sorted(document.head.robots)},
        "links": document.links,
        "ids": document.ids,
        "classes": document.classes,
    }
    kept = {
        "probe": got.probe.model_dump(mode="json", exclude_defaults=True),
        "digest": got.digest.hex(),
        "print": got.print.hex(),
        "document": told,
    }
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def get_to_keep(fetcher: Fetcher, url: str, kept: Kept | None) -> Got:
    """What `url` gives, ready to be kept: as `kept` where its server says that it still is so, else read in full."""
    since = validators(kept) if kept else None
    before = unpacked(kept) if kept and since else None
    if since is None or before is None:
        return _read(fetcher.get(url))
    fetched = fetcher.get(url, since=since)
    if fetched.probe.status != NOT_MODIFIED or fetched.probe.final_url != since.url:
        return _read(fetched)
    # It was asked and answers tonight; only what stands there is known from before.
    probe = before.probe.model_copy(update={"url": url, "trail": fetched.probe.trail, "seen_at": None})
    return replace(before, probe=probe)


def _read(fetched: Fetched) -> Got:
    got = read_answer(fetched)
    if got.document is None or got.trouble is not None:
        return got
    return replace(got, mark=mark_of(got, fetched.headers), print=fingerprint(fetched.body))


def unpacked(kept: Kept) -> Got | None:
    """The page as it was read then, and when; None where that cannot be made out."""
    try:
        told = json.loads(kept.body)
        return Got(
            Probe.model_validate(told["probe"] | {"seen_at": kept.seen}),
            _document(told["document"]),
            bytes.fromhex(told["digest"]),
            print=bytes.fromhex(told["print"]),
            seen_at=kept.seen,
        )
    except (ValueError, TypeError, KeyError):
        return None


def _document(told: dict[str, Any]) -> Document:
    head = Head(**{**told["head"], "robots": frozenset(told["head"]["robots"])})
    return Document(
        **{name: told[name] for name in _PLAIN},
        headings=tuple((int(level), str(text)) for level, text in told["headings"]),
        head=head,
        links=[Link(*one) for one in told["links"]],
        ids=None if told["ids"] is None else tuple(told["ids"]),
        classes=tuple(told["classes"]),
    )


def mark_of(got: Got, headers: Mapping[str, str]) -> str:
    """What the page needs to prove that it is unchanged; empty when its server gave nothing to prove it with."""
    etag, modified = headers.get("etag", ""), headers.get("last-modified", "")
    if not (etag or modified) or max(len(etag), len(modified)) > 1_000:
        return ""
    return json.dumps([got.final_url, etag, modified])


def validators(kept: Kept) -> Validators | None:
    """What to ask with; None when the page can prove nothing."""
    try:
        url, etag, modified = json.loads(kept.mark)
        return Validators(str(url), str(etag), str(modified))
    except (ValueError, TypeError):
        return None


_CHANGING = re.compile(
    # No `<` within: each piece ends where the next one begins, so the search is linear. No brackets in a comment: in an
    # old script it would hold code.
    rb"<!--[^<>(){}=]{0,2000}?-->|\snonce=(?:\"[^\"<>]{0,200}\"|'[^'<>]{0,200}')|"
    rb"<(?:input|meta)\s[^<>]{0,300}(?:csrf|xsrf|authenticity_token|__viewstate|__eventvalidation|"
    rb"requestverificationtoken|_wpnonce|form_build_id)[^<>]{0,20000}>",
    re.IGNORECASE,
)


def fingerprint(body: bytes) -> bytes:
    """A digest of a page's HTML without what is new with every answer and nobody sees: comments, nonces, tokens."""
    return blake2b(_CHANGING.sub(b"", body), digest_size=16).digest()
