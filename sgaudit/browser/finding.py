"""Which browser to use: the one the user named, one that is installed, or Playwright's own."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sgaudit.config import Config


class BrowserMissing(Exception):
    """No browser can be used. The message is one sentence with the next step."""


@dataclass(frozen=True)
class Found:
    """A browser on this machine: its `name` for people, program file, release channel, and `origin`: who chose it."""

    name: str
    path: Path | None
    channel: str
    origin: str


_LINUX = {
    "msedge": ("microsoft-edge-stable", "microsoft-edge"),
    "msedge-beta": ("microsoft-edge-beta",),
    "msedge-dev": ("microsoft-edge-dev",),
    "chrome": ("google-chrome-stable", "google-chrome"),
    "chrome-beta": ("google-chrome-beta",),
    "chrome-dev": ("google-chrome-unstable",),
    "chromium": ("chromium", "chromium-browser"),
}
_MACOS = {
    "msedge": ("Microsoft Edge.app/Contents/MacOS/Microsoft Edge",),
    "msedge-beta": ("Microsoft Edge Beta.app/Contents/MacOS/Microsoft Edge Beta",),
    "msedge-dev": ("Microsoft Edge Dev.app/Contents/MacOS/Microsoft Edge Dev",),
    "chrome": ("Google Chrome.app/Contents/MacOS/Google Chrome",),
    "chrome-beta": ("Google Chrome Beta.app/Contents/MacOS/Google Chrome Beta",),
    "chrome-dev": ("Google Chrome Dev.app/Contents/MacOS/Google Chrome Dev",),
    "chromium": ("Chromium.app/Contents/MacOS/Chromium",),
}
_WINDOWS = {
    "msedge": (r"Microsoft\Edge\Application\msedge.exe",),
    "msedge-beta": (r"Microsoft\Edge Beta\Application\msedge.exe",),
    "msedge-dev": (r"Microsoft\Edge Dev\Application\msedge.exe",),
    "chrome": (r"Google\Chrome\Application\chrome.exe",),
    "chrome-beta": (r"Google\Chrome Beta\Application\chrome.exe",),
    "chrome-dev": (r"Google\Chrome Dev\Application\chrome.exe",),
    "chromium": (r"Chromium\Application\chrome.exe",),
}
_USUAL = ("msedge", "chrome", "chromium")
_NEXT = "type `sgaudit browser install`, or name one with --browser-path FILE"


def find_browser(config: Config, environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Found:
    """The browser to open pages in; it is known to be there, but not yet to start. Raises BrowserMissing."""
    if config.browser_path is not None:
        return Found(_name(config.browser_path), config.browser_path, "", "named by --browser-path")
    if config.browser_channel:
        return _of_channel(config.browser_channel.strip().lower(), environ, platform)
    if named := environ.get("SGAUDIT_BROWSER", "").strip():
        path = Path(named)
        if not path.is_file():
            raise BrowserMissing(f"SGAUDIT_BROWSER names {named}, and there is no such file; correct it or unset it.")
        return Found(_name(path), path, "", "named by SGAUDIT_BROWSER")
    for channel in _USUAL:
        if (place := _installed(channel, environ, platform)) is not None:
            return Found(_name(place), place, "", "installed on this machine")
    if (own := playwright_own(environ, platform)) is not None:
        return own
    raise BrowserMissing(f"No browser was found on this machine; {_NEXT}.")


def playwright_own(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Found | None:
    """The newest Chromium that Playwright downloaded for itself, None when it has none."""
    folder = _playwright_folder(environ, platform)
    pattern = {
        "win32": ("chromium-*/chrome-win*/chrome.exe",),
        "darwin": ("chromium-*/chrome-mac*/*.app/Contents/MacOS/*",),
    }.get(platform, ("chromium-*/chrome-linux*/chrome",))
    places = sorted(
        (place for one in pattern for place in folder.glob(one) if _usable(place)),
        key=lambda place: int("".join(filter(str.isdigit, place.relative_to(folder).parts[0])) or 0),
    )
    return Found("Chromium", places[-1], "", "downloaded by Playwright") if places else None


def _playwright_folder(environ: Mapping[str, str], platform: str) -> Path:
    if (chosen := environ.get("PLAYWRIGHT_BROWSERS_PATH", "")) and chosen != "0":
        return Path(chosen)
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "ms-playwright"
    if platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ms-playwright"
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ms-playwright"


def _of_channel(channel: str, environ: Mapping[str, str], platform: str) -> Found:
    if channel not in _LINUX:
        raise BrowserMissing(f"--browser-channel {channel} is not known; known are {', '.join(_LINUX)}.")
    place = _installed(channel, environ, platform)
    if place is None and channel == "chromium" and (own := playwright_own(environ, platform)) is not None:
        place = own.path
    if place is None:
        raise BrowserMissing(f"--browser-channel {channel} is not installed on this machine; install it, or {_NEXT}.")
    return Found(_name(place), place, channel, "named by --browser-channel")


def _installed(channel: str, environ: Mapping[str, str], platform: str) -> Path | None:
    return next((place for place in _places(channel, environ, platform) if _usable(place)), None)


def _places(channel: str, environ: Mapping[str, str], platform: str) -> Iterator[Path]:
    """Where this platform keeps the browser, the likeliest place first."""
    if platform == "win32":
        roots = [environ.get(name) for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "PROGRAMW6432", "LOCALAPPDATA")]
        yield from (Path(root) / place for root in roots if root for place in _WINDOWS[channel])
    elif platform == "darwin":
        for root in (Path("/Applications"), Path.home() / "Applications"):
            yield from (root / place for place in _MACOS[channel])
    else:
        for place in _LINUX[channel]:
            found = shutil.which(place, path=environ.get("PATH"))
            if found is not None:
                yield Path(found)


def _usable(place: Path) -> bool:
    """Whether a program stands there; Ubuntu's stand-in, which only says to install a snap, is none."""
    if not place.is_file() or not os.access(place, os.X_OK):
        return False
    if place.name != "chromium-browser" or place.stat().st_size > 20_000:
        return True
    return b"/snap/" not in place.read_bytes() or Path("/snap/bin/chromium").exists()


def _name(path: Path) -> str:
    text = str(path).lower()
    if "edge" in text:
        return "Microsoft Edge"
    if "google" in text:
        return "Google Chrome"
    return "Chromium" if "chrom" in text else path.name
