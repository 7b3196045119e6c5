"""Pictures of whole pages, small enough for a report that holds many."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sgaudit.browser.session import Tab
from sgaudit.model.evidence import View

_SECONDS = 8.0
_TALLEST = 2_400
_WIDEST = 720
_QUALITY = 50


async def photograph(tab: Tab, url: str, view: View, folder: Path) -> str:
    """Take a picture of the open page from its top, at most 2,400 pixels of it, and say how it is named.

    Raises Stuck, Playwright's Error and OSError.
    """
    name = f"evidence/{file_name(url)}-{view.width}.jpg"
    height = min(max(view.page_height, view.height), _TALLEST)
    asked = {
        "format": "jpeg",
        "quality": _QUALITY,
        "clip": {"x": 0, "y": 0, "width": view.width, "height": height, "scale": min(1.0, _WIDEST / view.width)},
        "captureBeyondViewport": True,
        "optimizeForSpeed": True,
    }
    taken = await tab.run(tab.session.send("Page.captureScreenshot", asked), _SECONDS)
    await asyncio.to_thread(_write, folder / name, base64.b64decode(taken["data"]))
    return name


def file_name(url: str) -> str:
    """A file name for an address: the same for the same address, another for any other, safe on every system."""
    words = re.sub(r"[^a-z0-9]+", "-", unquote(urlsplit(url).path).lower()).strip("-")[-60:].strip("-") or "home"
    return f"{words}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
