"""Names: what a reader calls a page, and which name somebody meant who wrote one that is not known."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

_SEPARATOR = r"(?:\s*[|·•»«–—:]\s*|\s+-+\s+)"


def page_title(title: str, site_name: str) -> str:
    """`title` on one line without `site_name` at its end or beginning; as it is when nothing else would be left."""
    plain = " ".join(title.split())
    name = " ".join(site_name.split())
    if not name:
        return plain
    same = re.escape(name)
    short = re.sub(rf"{_SEPARATOR}{same}$|^{same}{_SEPARATOR}", "", plain, count=1, flags=re.IGNORECASE).strip()
    return short or plain


def meant(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` where one of `known` is close to `word`, else empty: the end of an error's sentence."""
    close = get_close_matches(word, list(known), n=1)
    return f"; did you mean {str(close[0])!r}?" if close else ""
