"""What a reader calls a page: its title without the name of the site that every title repeats."""

from __future__ import annotations

import re

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
