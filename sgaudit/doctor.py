"""Is this machine ready? Browser, certificates, proxy and the site, each with the next step."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sgaudit import __version__
from sgaudit.audit import rule_pack
from sgaudit.browser import Browser, BrowserMissing, find_browser
from sgaudit.config import Config
from sgaudit.engines import make_engine
from sgaudit.fetch import Fetcher
from sgaudit.model.evidence import Trouble
from sgaudit.model.outcome import Role
from sgaudit.progress import Stop
from sgaudit.register import Registers


@dataclass(frozen=True)
class Sign:
    """One thing looked at: is it well, what was seen, and what to do when it is not."""

    well: bool
    what: str
    seen: str
    next_step: str = ""


def examine(config: Config, *, site: bool) -> Iterator[Sign]:
    """Look at everything an audit needs, the site itself only when `site` says so. Raises RuleError."""
    yield Sign(True, "sgaudit", f"{__version__}, Python {platform.python_version()} on {platform.system()}")
    pack = rule_pack(config.rules)
    yield Sign(True, "rules", f"{len(pack.rules)} rules, sources last looked at on {pack.last_looked_at}")
    yield _certificates(config)
    yield _proxy()
    yield from _browser(config, pack.registers, site)
    if site:
        yield _site(config)


def _certificates(config: Config) -> Sign:
    seen = (
        f"this system's certificate store and {config.ca_bundle}"
        if config.ca_bundle
        else "this system's certificate store"
    )
    if platform.system() == "Linux" and config.ca_bundle and not shutil.which("certutil"):
        return Sign(
            False,
            "certificates",
            f"{seen}; the browser reads another store",
            "Install certutil (Debian: libnss3-tools), so that the browser can be given the same certificate.",
        )
    return Sign(True, "certificates", seen)


def _proxy() -> Sign:
    names = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
    found = [f"{name} is set" for name in names if os.environ.get(name) or os.environ.get(name.lower())]
    return Sign(True, "proxy", ", ".join(found) or "none set")


def _browser(config: Config, registers: Registers, site: bool) -> Iterator[Sign]:
    try:
        found = find_browser(config)
    except BrowserMissing as error:
        yield Sign(False, "browser", "none found", str(error))
        return
    engine = make_engine(config.axe_path)
    with tempfile.TemporaryDirectory() as folder:
        stop = Stop(config.deadline)
        try:
            with Browser(config, registers, stop, Path(folder), engine) as browser:
                name, version = browser.versions
                yield Sign(True, "browser", f"{name} {version}: {found.path or found.channel} ({found.origin})")
                canary = browser.canary()
                step = "Try another axe with --axe-path, or another browser with --browser-path."
                seen = f"axe {canary.version} finds the faults planted for it" if canary.alive else canary.message
                yield Sign(canary.alive, "engine", seen, "" if canary.alive else step)
                if site:
                    page = browser.look(config.url, Role.home, press=False, scan=False)
                    step = "" if page.trouble is None else _next_step(page.trouble)
                    yield Sign(
                        page.trouble is None, "site in the browser", page.message or f"opens: {page.title!r}", step
                    )
        except BrowserMissing as error:
            yield Sign(False, "browser", f"{found.path or found.channel} does not start", str(error))


def _site(config: Config) -> Sign:
    with Fetcher(config, Stop(config.deadline)) as fetcher:
        probe = fetcher.get(config.url).probe
        if probe.trouble is None and probe.status is not None and probe.status < 400:
            return Sign(True, "site", f"{probe.final_url} answers {probe.status}")
        if fetcher.offline():
            return Sign(False, "site", "this machine is offline", "Connect it to the network and try again.")
        seen = probe.message or f"{probe.final_url or probe.url} answers {probe.status}"
        return Sign(False, "site", seen, _next_step(probe.trouble))


def _next_step(trouble: Trouble | None) -> str:
    steps = {
        Trouble.name_not_resolved: "Check the spelling of the address and this machine's DNS.",
        Trouble.tls: "If a filter inspects traffic here, give its certificate with --ca-bundle FILE.",
        Trouble.tls_expired: "The site's certificate has expired: tell whoever hosts it.",
        Trouble.tls_name: "The site's certificate is for another name: tell whoever hosts it.",
        Trouble.proxy: "Check HTTPS_PROXY and HTTP_PROXY; the proxy did not let this through.",
        Trouble.private_address: "Audit an address on the public internet, or map the name with --resolve.",
    }
    default = "Open the address in a browser on this machine; if it opens there, ask who runs the filter or firewall."
    return steps.get(trouble, default) if trouble else default


def write(signs: Iterator[Sign]) -> bool:
    """Print each sign as it is known; True when all is well."""
    well = True
    for sign in signs:
        well = well and sign.well
        mark = "ok  " if sign.well else "FAIL"
        sys.stdout.write(f"{mark} {sign.what}: {sign.seen}\n")
        if sign.next_step and not sign.well:
            sys.stdout.write(f"     next: {sign.next_step}\n")
        sys.stdout.flush()
    return well
