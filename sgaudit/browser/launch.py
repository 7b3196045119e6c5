"""One browser process: started with what the audit needs and without what it does not, and always ended."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.async_api import Browser, Playwright, ProxySettings, async_playwright
from playwright.async_api import Error as PlaywrightError

from sgaudit.browser.finding import BrowserMissing, Found
from sgaudit.browser.manners import STATISTICS_HOSTS
from sgaudit.browser.troubles import first_line
from sgaudit.browser.trust import Trust, trusting
from sgaudit.config import Config, Resolve

_START_SECONDS = 60.0
_LONGEST_TEMP = 50
_CLOSE_SECONDS = 6.0
_QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
)


class Launched:
    """The running browser of one audit. `browser` is anew after `restart`."""

    def __init__(self, config: Config, found: Found, folder: Path) -> None:
        self._config = config
        self._found = found
        self._folder = folder
        self._trust = Trust()
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._process: int | None = None
        self._version = ""
        self._changing = asyncio.Lock()

    @property
    def browser(self) -> Browser:
        """The running browser."""
        assert self._browser is not None, "start comes first"
        return self._browser

    async def running(self) -> Browser:
        """The running browser, once whoever starts it anew is done. Raises BrowserMissing."""
        async with self._changing:
            if self._browser is None:
                await self._launch()
            return self.browser

    @property
    def name(self) -> str:
        """Its name for people."""
        return self._found.name

    @property
    def version(self) -> str:
        """Its version, remembered over a restart."""
        return self._version

    @property
    def user_agent(self) -> str:
        """How it names itself: as the browser it is, without the word by which servers know that nobody watches."""
        system = {"win32": "Windows NT 10.0; Win64; x64", "darwin": "Macintosh; Intel Mac OS X 10_15_7"}
        major = self._version.split(".")[0]
        return (
            f"Mozilla/5.0 ({system.get(sys.platform, 'X11; Linux x86_64')}) AppleWebKit/537.36 (KHTML, like Gecko) "
            f"Chrome/{major}.0.0.0 Safari/537.36"
        )

    async def start(self) -> None:
        """Start Playwright and the browser. Raises BrowserMissing."""
        self._trust = await asyncio.to_thread(trusting, self._config.ca_bundle, self._folder)
        try:
            self._playwright = await asyncio.wait_for(async_playwright().start(), _START_SECONDS)
        except Exception as error:  # noqa: BLE001 - a broken installation fails in many ways, with one next step
            message = first_line(str(error)) or type(error).__name__
            step = "type `sgaudit browser install`, which puts right what it lacks"
            raise BrowserMissing(f"Playwright does not start ({message}); {step}.") from None
        await self._launch()

    async def restart(self, broken: Browser | None) -> None:
        """End the browser, by force if need be, and start another, unless `broken` has been replaced already.

        Raises BrowserMissing.
        """
        async with self._changing:
            if self._browser is None or self._browser is broken:
                await self._end_browser()
                await self._launch()

    async def close(self) -> None:
        """End the browser and Playwright; nothing is left running."""
        await self._end_browser()
        playwright, self._playwright = self._playwright, None
        if playwright is not None:
            try:
                await asyncio.wait_for(playwright.stop(), _CLOSE_SECONDS)
            except (PlaywrightError, TimeoutError):
                return  # it ends by itself when this process closes its pipe

    def kill(self) -> None:
        """End the browser's processes at once; callable from any thread."""
        if self._process is None:
            return
        try:
            if sys.platform == "win32":
                os.kill(self._process, signal.SIGTERM)
            else:
                os.kill(self._process, signal.SIGKILL)
        except OSError:
            self._process = None  # it has gone already

    async def _launch(self) -> None:
        assert self._playwright is not None
        place = self._found.path
        try:
            self._browser = await asyncio.wait_for(
                self._playwright.chromium.launch(
                    executable_path=place,
                    headless=True,
                    args=arguments(self._config, self._trust),
                    chromium_sandbox=not _as_root(),
                    proxy=None if self._config.isolated else proxy_of(os.environ, self._config.resolve),
                    env={**os.environ, **_short_temp(), **self._trust.environment},
                    handle_sigint=False,
                    handle_sigterm=False,
                    handle_sighup=False,
                    timeout=_START_SECONDS * 1000,
                ),
                _START_SECONDS + 5,
            )
            session = await asyncio.wait_for(self._browser.new_browser_cdp_session(), _CLOSE_SECONDS)
            told = await asyncio.wait_for(session.send("SystemInfo.getProcessInfo"), _CLOSE_SECONDS)
            await asyncio.wait_for(session.detach(), _CLOSE_SECONDS)
        except (PlaywrightError, TimeoutError, OSError) as error:
            raise BrowserMissing(_why_not(str(error), place)) from None
        self._version = self._browser.version
        processes = [int(one["id"]) for one in told["processInfo"] if one["type"] == "browser"]
        self._process = processes[0] if processes else None

    async def _end_browser(self) -> None:
        browser, self._browser = self._browser, None
        if browser is None:
            return
        try:
            await asyncio.wait_for(browser.close(), _CLOSE_SECONDS)
        except (PlaywrightError, TimeoutError):
            self.kill()
        self._process = None


def arguments(config: Config, trust: Trust) -> list[str]:
    """The browser's command line."""
    made = [*_QUIET, *trust.arguments, f"--host-resolver-rules={resolver_rules(config)}"]
    if config.isolated:
        made.append("--no-proxy-server")
    return made


def resolver_rules(config: Config) -> str:
    """Where names lead: those of --resolve to their address, counters to nowhere, and all others too when isolated."""
    rules = [
        f"MAP {one.host}:{one.port} {f'[{one.address}]' if ':' in one.address else one.address}:{one.to_port}"
        for one in config.resolve
    ]
    rules += [f"MAP {host} ~NOTFOUND" for host in STATISTICS_HOSTS]
    if config.isolated:
        rules.append("MAP * ~NOTFOUND")
    return ",".join(rules)


def proxy_of(environ: Mapping[str, str], resolve: tuple[Resolve, ...]) -> ProxySettings | None:
    """The proxy that the environment names, None when it names none; hosts of --resolve are asked without it."""
    found = (environ.get(name) or environ.get(name.lower()) for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"))
    named = next((text.strip() for text in found if text and text.strip()), "")
    without = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    hosts = [host.strip() for host in without.split(",") if host.strip()]
    if not named or "*" in hosts:
        return None
    parts = urlsplit(named if "://" in named else f"http://{named}")
    try:
        server = f"{parts.scheme}://{f'[{parts.hostname}]' if ':' in (parts.hostname or '') else parts.hostname}"
        server += f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    bypass = []
    for host in hosts:
        # NO_PROXY's school.uk means its subdomains too; the browser wants both said.
        bypass += [host] if host[0] in ".*[" or "/" in host or host[-1].isdigit() else [host, f".{host}"]
    bypass += sorted({one.host for one in resolve})
    proxy: ProxySettings = {"server": server}
    if bypass:
        proxy["bypass"] = ",".join(bypass)
    if parts.username:
        proxy["username"] = unquote(parts.username)
        proxy["password"] = unquote(parts.password or "")
    return proxy


def _short_temp() -> dict[str, str]:
    """A folder for temporary files near enough to the root: the browser makes sockets in it, whose paths are short."""
    short = "/tmp"  # noqa: S108 - the system's own, for the browser's use only
    fits = sys.platform == "win32" or len(tempfile.gettempdir()) <= _LONGEST_TEMP
    return {} if fits or not os.access(short, os.W_OK) else {"TMPDIR": short}


def _as_root() -> bool:
    return sys.platform.startswith("linux") and os.geteuid() == 0


def _why_not(text: str, place: Path | None) -> str:
    """One sentence for a browser that did not start, with the next step."""
    if "sandbox" in text.lower() and "No usable sandbox" in text:
        return (
            f"{place} cannot set up its sandbox on this system; install Google Chrome or Chromium from the system's "
            "packages, which are allowed to, or name another browser with --browser-path."
        )
    if "error while loading shared libraries" in text:
        return (
            f"{place} lacks libraries of this system; type "
            f"`sudo {sys.executable} -m playwright install-deps chromium`, or name another browser with --browser-path."
        )
    fatal = re.search(r"FATAL:[^\]]*\] ([^\n]{1,150})", text)
    why = f" ({fatal.group(1).rstrip('.')})" if fatal else ""
    step = "name another with --browser-path, or type `sgaudit browser install`"
    return f"{place} does not start as a browser{why}; {step}."
