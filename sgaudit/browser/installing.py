"""A browser for a machine that has none: found, downloaded by Playwright, or taken from the system's packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sgaudit.browser.finding import BrowserMissing, Found, find_browser
from sgaudit.config import NOWHERE, Config

_DOWNLOAD_SECONDS = 900.0
_PACKAGE_SECONDS = 1200.0
_START_SECONDS = 60.0
_PLAYWRIGHT_NEEDS = "libatomic1"
_RELEASE = Path("/etc/os-release")


def install(say: Callable[[str], None]) -> Found:
    """A browser that starts, installed if need be; `say` is told what is going on. Raises BrowserMissing."""
    config = Config(url=NOWHERE)
    _ready_playwright(say)
    try:
        found = find_browser(config)
    except BrowserMissing:
        if os.environ.get("SGAUDIT_BROWSER", "").strip():
            raise
        say("No browser is installed: downloading Chromium by Playwright ...")
        if not _ran([sys.executable, "-m", "playwright", "install", "chromium"], _DOWNLOAD_SECONDS):
            say("The download is not possible from here.")
        found = _found_or_packaged(config, say)
    if _starts(found):
        return found
    prefix = _as_root()
    if prefix is not None and "Playwright" in found.origin:
        say(f"{found.path} lacks libraries of this system: installing them ...")
        command = [*prefix, sys.executable, "-m", "playwright", "install-deps", "chromium"]
        if _ran(command, _PACKAGE_SECONDS) and _starts(found):
            return found
        return _packaged(config, say, prefix)
    raise BrowserMissing(
        f"{found.path} is there, but does not start; type `sudo {sys.executable} -m playwright install-deps chromium` "
        "or name another browser with --browser-path FILE."
    )


def _ready_playwright(say: Callable[[str], None]) -> None:
    """Playwright's own program starts: it needs a library that a bare Debian lacks. Raises BrowserMissing."""
    asked = [sys.executable, "-m", "playwright", "--version"]
    if _ran(asked, _START_SECONDS):
        return
    prefix = _as_root()
    if prefix is not None and shutil.which("apt-get") is not None:
        say(f"Installing {_PLAYWRIGHT_NEEDS}, which Playwright needs, with apt-get ...")
        _apt(prefix, "update")
        _apt(prefix, "install", "-y", "--no-install-recommends", _PLAYWRIGHT_NEEDS)
    if not _ran(asked, _START_SECONDS):
        raise BrowserMissing(
            f"Playwright does not start here; on Debian or Ubuntu type: sudo apt-get install {_PLAYWRIGHT_NEEDS}; "
            f"elsewhere: {sys.executable} -m pip install --force-reinstall playwright"
        )


def _apt(prefix: Sequence[str], *arguments: str) -> bool:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return _ran([*prefix, "apt-get", "-qq", "-o", "Acquire::Retries=3", *arguments], _PACKAGE_SECONDS, environ)


def _found_or_packaged(config: Config, say: Callable[[str], None]) -> Found:
    try:
        return find_browser(config)
    except BrowserMissing:
        return _packaged(config, say, _as_root())


def _packaged(config: Config, say: Callable[[str], None], prefix: Sequence[str] | None) -> Found:
    """Debian's own Chromium, and certutil with it, which gives it certificates. Raises BrowserMissing."""
    if not _is_debian() or shutil.which("apt-get") is None:
        raise BrowserMissing(_by_hand())
    if prefix is None:
        raise BrowserMissing(
            "No browser could be installed without more rights; type: "
            "sudo apt-get update && sudo apt-get install chromium libnss3-tools"
        )
    say("Installing Chromium with apt-get (a minute or two) ...")
    _apt(prefix, "update")
    chosen = ("install", "-y", "--no-install-recommends", "chromium")
    if not _apt(prefix, *chosen, "chromium-sandbox", "libnss3-tools", "fonts-liberation"):
        _apt(prefix, *chosen)
    try:
        found = find_browser(config)
    except BrowserMissing:
        raise BrowserMissing(_by_hand()) from None
    if not _starts(found):
        raise BrowserMissing(f"{found.path} was installed, but does not start; {_by_hand()}")
    return found


def _by_hand() -> str:
    how = {
        "win32": "install Microsoft Edge or Google Chrome from its own web site",
        "darwin": "install Google Chrome from its own web site, or type: brew install --cask chromium",
    }.get(sys.platform, "install Google Chrome or Chromium with the system's package manager")
    return f"No browser could be installed: {how}, then run this again; or name one with --browser-path FILE."


def _as_root() -> list[str] | None:
    """What to put before a command that needs root, None when there is no way without a password."""
    if sys.platform == "win32" or not hasattr(os, "geteuid"):
        return None
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    return [sudo, "-n"] if sudo is not None and _ran([sudo, "-n", "true"], 10.0) else None


def _is_debian() -> bool:
    """Whether apt-get gives a real Chromium here; Ubuntu's is only a stand-in for a snap."""
    try:
        told = dict(line.split("=", 1) for line in _RELEASE.read_text("utf-8").splitlines() if "=" in line)
    except OSError:
        return False
    names = {name.strip('"').lower() for name in (told.get("ID", ""), *told.get("ID_LIKE", "").strip('"').split())}
    return "debian" in names


def _starts(found: Found) -> bool:
    """Whether the program runs at all. Not asked on Windows, where asking would open a window."""
    if sys.platform == "win32" or found.path is None:
        return True
    return _ran([str(found.path), "--version"], _START_SECONDS)


def _ran(command: Sequence[str], seconds: float, environ: Mapping[str, str] | None = None) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, env=environ, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
