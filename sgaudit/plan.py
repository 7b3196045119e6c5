"""What an audit would do, said before it does anything: `sgaudit audit --dry-run`. Nothing is asked, of nobody."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from urllib.parse import urlsplit

from sgaudit.browser import BrowserMissing, find_browser
from sgaudit.checks.interface import Need
from sgaudit.checks.table import needs_of
from sgaudit.config import Config
from sgaudit.fetch import user_agent
from sgaudit.register import AddressClass
from sgaudit.rules import RulePack

_OPENED = {
    "all": "every page that was read",
    "sample": "the home page, the safeguarding pages and one page of each template",
    "safeguarding": "the home page and the safeguarding pages",
}


def plan_text(config: Config, pack: RulePack, *, width: int = 80) -> str:
    """What would be asked and opened, within which limits, by which rules and with which browser, as plain text."""
    parts = list(_parts(config, pack))
    margin = max(len(name) for name, _ in parts) + 2
    lines = ["Nothing has been asked of anybody. An audit with these settings would do this:", ""]
    for name, said in parts:
        lines += textwrap.wrap(
            said,
            max(40, width),
            initial_indent=name.ljust(margin),
            subsequent_indent=" " * margin,
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(lines)


def _parts(config: Config, pack: RulePack) -> Iterator[tuple[str, str]]:
    needs = needs_of(pack.rules)
    yield "site", config.url if config.serve is None else f"{config.url}, served from the files in {config.serve}"
    yield from _pages(config)
    yield "browser", _browser(config, needs)
    yield "links", _links(config, needs)
    yield "CEOP", _official(pack, needs)
    yield "requests", _requests(config)
    yield "time", f"at most {config.deadline:,g} seconds for everything; {config.request_timeout:g} for one request"
    yield "seen from", {"unknown": "not said (vantage)"}.get(config.vantage, f"{config.vantage} the school's network")
    yield "rules", f"{len(pack.rules)}: {', '.join(rule.id for rule in pack.rules)}"
    yield "report", f"{config.output / (urlsplit(config.url).hostname or '')}; fails from {config.fail_on} on"


def _pages(config: Config) -> Iterator[tuple[str, str]]:
    parts = urlsplit(config.url)
    origin = f"{parts.scheme}://{parts.netloc}"
    robots = (
        f"{origin}/robots.txt, whose rules and Crawl-delay are kept"
        if config.robots
        else "robots.txt is not asked for (robots)"
    )
    if config.page:
        yield "first", robots
        yield "pages", f"only {', '.join(config.page)}"
        return
    yield "first", f"{robots}; the home page; the site maps that robots.txt names, else {origin}/sitemap.xml"
    yield (
        "pages",
        f"at most {config.max_pages:,} pages of the site (max_pages), {config.max_depth} clicks from home at most "
        f"(max_depth), {config.max_total_bytes / 1e6:,.0f} MB of them at most (max_total_bytes)",
    )


def _browser(config: Config, needs: frozenset[Need]) -> str:
    if Need.browser not in needs:
        return "none: no rule that was chosen needs it"
    try:
        found = find_browser(config)
        which = f"{found.name}, {found.path or found.channel} ({found.origin})"
    except BrowserMissing as missing:
        which = f"none on this machine, so nothing would be opened: {missing}"
    pressed = ", the way to CEOP pressed on each" if Need.press in needs else ""
    widths = " and ".join(str(width) for width in config.widths)
    opened = "those pages" if config.page else _OPENED[config.accessibility_pages]
    return f"{which}; opens {opened}, at most {config.max_browser_pages:,} at {widths} pixels width{pressed}"


def _links(config: Config, needs: frozenset[Need]) -> str:
    if Need.links not in needs:
        return "not tried: no rule that was chosen needs it"
    return (
        f"every address the pages name, on whatever site, at most {config.max_links:,} of them (max_links); "
        "PDFs that safeguarding pages link to are read"
    )


def _official(pack: RulePack, needs: frozenset[Need]) -> str:
    hosts = {one.host for one in pack.registers.addresses if one.address_class is AddressClass.official}
    if Need.links not in needs and Need.press not in needs:
        return "not opened: no rule that was chosen needs it"
    return f"{' and '.join(sorted(hosts))}, where the site links to them; no form is ever sent"


def _requests(config: Config) -> str:
    return (
        f"at most {config.max_requests:,} for pages and links (max_requests), {config.connections} at once, "
        f"{config.connections_per_host} at once to a host or machine; as “{user_agent(config)}”"
    )
