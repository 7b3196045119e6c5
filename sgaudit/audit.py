"""The order of the stages, and nothing else: a site goes in, evidence and a report come out."""

from __future__ import annotations

import platform
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sgaudit import __version__
from sgaudit.browser import Browser, BrowserMissing
from sgaudit.checks.interface import Need
from sgaudit.checks.table import CHECKS, needs_of
from sgaudit.config import Config
from sgaudit.crawl import Crawled, add_rendered, choose_pages, crawl
from sgaudit.engines import make_engine
from sgaudit.fetch import Fetcher
from sgaudit.known import Known
from sgaudit.model.evidence import Canary, Evidence, LinkEvidence, RenderedPage, Trouble, Versions
from sgaudit.model.outcome import Role
from sgaudit.model.report import Report
from sgaudit.model.settings import RuleSetting
from sgaudit.probe import linked_from_safeguarding, verify
from sgaudit.progress import Progress, Stop, quiet
from sgaudit.reuse import Reuse
from sgaudit.rules import RulePack
from sgaudit.rules import load as load_rules
from sgaudit.verdict import conclude

_NONE_REACHED = "No safeguarding page was reached on this site."


def rule_pack(
    folders: Sequence[Path] = (),
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    settings: Sequence[RuleSetting] = (),
) -> RulePack:
    """The built-in rules and those in `folders`, chosen by id, glob or group and weighed by `settings`.

    Raises RuleError.
    """
    options = {name: check.options for name, check in CHECKS.items()}
    return load_rules(options, folders).chosen(select, ignore, settings)


def audit_site(
    config: Config,
    pack: RulePack,
    folder: Path,
    *,
    run_id: str = "",
    progress: Progress = quiet,
    stop: Stop | None = None,
    reuse: Reuse | None = None,
) -> tuple[Evidence, Report]:
    """Audit the site of `config` by the rules of `pack`; pictures are written to `folder`/evidence.

    What `reuse` knows from before is not looked at again where it may stand for tonight.
    Whatever goes wrong on the site's side becomes evidence and ends in the report, not in an exception.
    """
    stop = stop or Stop(config.deadline)
    evidence = gather(config, pack, folder, run_id=run_id, progress=progress, stop=stop, reuse=reuse)
    return evidence, conclude(evidence, pack)


def gather(
    config: Config,
    pack: RulePack,
    folder: Path,
    *,
    run_id: str,
    progress: Progress,
    stop: Stop,
    reuse: Reuse | None = None,
) -> Evidence:
    """See all that the rules of `pack` need, and no more."""
    started, clock = datetime.now(UTC), _Clock()
    needs = needs_of(pack.rules)
    browser: Browser | None = None
    missing = ""
    with ExitStack() as stack:
        fetcher = stack.enter_context(Fetcher(config, stop, pack.registers.hosts))
        if Need.browser in needs:
            engine = make_engine(config.axe_path) if Need.engine in needs else None
            try:
                progress("browser", 0, None)
                browser = stack.enter_context(
                    Browser(config, pack.registers, stop, folder, engine, guard=fetcher.guard)
                )
            except BrowserMissing as error:
                missing = str(error)
        clock.lap("browser start")
        crawled = crawl(config, fetcher, stop, progress, browser.read if browser else None, reuse)
        fetcher.pace(crawled.hosts, crawled.robots.pause)
        clock.lap("crawl")
        known = Known(config, fetcher, stop, crawled, reuse)
        rendered, canary = _look(config, browser, crawled, needs, stop, progress, known)
        clock.lap("browser")
        links: tuple[LinkEvidence, ...] = ()
        if Need.links in needs:
            links = add_rendered(crawled.links, rendered, crawled.hosts, crawled.robots)
            whole = linked_from_safeguarding(links, crawled.pages, rendered)
            links = known.links(links, whole)
            links = verify(config, fetcher, stop, progress, links, pack.registers.hosts, whole, known)
        known.witness(rendered)
        clock.lap("links")
        offline = _home_failed(crawled) and fetcher.offline()
        name, version = browser.versions if browser else ("", "")
    return Evidence(
        run_id=run_id or started.strftime("%Y-%m-%dT%H%M%SZ"),
        resumes=reuse.resumes if reuse else "",
        url=config.url,
        site_name=crawled.site_name,
        hosts=crawled.hosts,
        started=started,
        finished=datetime.now(UTC),
        versions=Versions(
            sgaudit=__version__,
            python=platform.python_version(),
            platform=platform.system(),
            browser=name,
            browser_version=version,
            axe=canary.version if canary else "",
        ),
        settings=_settings(config),
        policy=config.policy,
        rule_settings=tuple(one.model_copy(update={"place": ""}) for one in config.rule_settings),
        pages=crawled.pages,
        rendered=rendered,
        links=links,
        certificates=known.certificates,
        canary=canary,
        skipped=crawled.skipped,
        problems=crawled.problems,
        incomplete=(*crawled.incomplete, *_used_up(config, fetcher)),
        no_verdict=tuple(_no_verdict(pack, crawled, rendered, missing, offline, stop)),
        timings=clock.laps,
    )


def _look(
    config: Config,
    browser: Browser | None,
    crawled: Crawled,
    needs: frozenset[Need],
    stop: Stop,
    progress: Progress,
    known: Known,
) -> tuple[tuple[RenderedPage, ...], Canary | None]:
    """Open the chosen pages; one that is not opened is still there, with the reason."""
    if Need.browser not in needs:
        return (), None
    chosen = choose_pages(config, crawled.pages)
    left = _left_unopened(crawled, dict(chosen))
    if browser is None:
        message = "No browser was found to open it with."
        return (*(_unopened(url, role, Trouble.browser_missing, message) for url, role in chosen), *left), None
    press, scan = Need.press in needs, Need.engine in needs
    seen = dict(known.looks(chosen, (*browser.versions, browser.engine_version, config.widths, press, scan)))
    fresh = [one for one in chosen if one[0] not in seen]
    canary = None
    if scan and chosen and not stop.reason:
        canary = known.canary(browser, [url for url, _ in fresh])
    begun = partial(_told, progress, len(chosen), len(seen))
    seen |= {page.url: page for page in known.looked(browser, fresh, press=press, scan=scan, begun=begun)}
    progress("pages", len(chosen), len(chosen))
    rendered = [seen.get(url) or _unopened(url, role, Trouble.interrupted, stop.reason) for url, role in chosen]
    if canary is not None and canary.seen_at is not None and any(map(_scanned_now, rendered)):
        canary = known.sung(browser)
    return (*rendered, *left), canary


def _told(progress: Progress, of: int, before: int, number: int, url: str) -> None:
    progress("pages", before + number, of, url)


def _scanned_now(page: RenderedPage) -> bool:
    """Whether the engine was used on a page in this run."""
    return page.seen_at is None and any(view.scan is not None and view.scan.seen_at is None for view in page.views)


def _left_unopened(crawled: Crawled, chosen: Mapping[str, Role]) -> list[RenderedPage]:
    """The pages that rules ask for by role and that there is no use in opening: what they hold is not known."""
    reason = "Only so many pages may be opened in the browser (max_browser_pages), and this was one too many."
    return [
        _unopened(page.final_url or page.url, page.role, page.trouble or Trouble.budget, page.reason or reason)
        for page in crawled.pages
        if page.role in (Role.home, Role.safeguarding) and (page.final_url or page.url) not in chosen
    ]


def _unopened(url: str, role: Role, trouble: Trouble, message: str) -> RenderedPage:
    return RenderedPage(url=url, role=role, trouble=trouble, message=message)


def _used_up(config: Config, fetcher: Fetcher) -> list[str]:
    """That requests ran out, which may have kept the crawl or the links from being finished."""
    if not fetcher.spent:
        return []
    allowed = f"{config.max_requests:,} requests" if config.max_requests > 1 else "one request"
    return [f"The {allowed} this audit was allowed to make were used up before everything was asked (max_requests)."]


def _home_failed(crawled: Crawled) -> bool:
    return all(page.trouble is not None for page in crawled.pages)


def _no_verdict(
    pack: RulePack, crawled: Crawled, rendered: Sequence[RenderedPage], missing: str, offline: bool, stop: Stop
) -> list[str]:
    """Why nothing may be concluded from the run as a whole; the most telling reason first."""
    reasons = []
    if offline:
        return ["This machine is offline, so the site could not be looked at; the site itself may be fine."]
    if stop.reason:
        reasons.append(stop.reason)
    if missing:
        reasons.append(missing)
    if _home_failed(crawled):
        reasons.append(crawled.pages[0].reason if crawled.pages else "The site gave no page to look at.")
    elif not any(page.role is Role.safeguarding and page.trouble is None for page in crawled.pages):
        if any(rule.where in ("safeguarding", "site") for rule in pack.rules):
            unread = next((page.reason for page in crawled.pages if page.role is Role.safeguarding), "")
            reasons.append(f"No safeguarding page could be read: {unread}" if unread else _NONE_REACHED)
    elif (
        rendered
        and all(page.trouble is not None for page in rendered if page.role is Role.safeguarding)
        and not missing
    ):
        first = next(page for page in rendered if page.role is Role.safeguarding)
        reasons.append(f"No safeguarding page could be opened in the browser: {first.message}")
    return reasons


_LEFT_OUT = frozenset({
    "output", "ca_bundle", "browser_path", "axe_path", "rule_settings", "policy", "baseline", "history", "log",
    "format", "serve", "fresh", "resume",
})  # fmt: skip


def _settings(config: Config) -> dict[str, str | int | float | bool | list[str] | None]:
    """The settings that decide what was looked at, as plain values for the report; no secrets are among them."""
    plain: dict[str, str | int | float | bool | list[str] | None] = {}
    for key, value in config.model_dump(mode="json").items():
        if key == "resolve":
            plain[key] = [f"{item['host']}:{item['port']}:{item['address']}:{item['to_port']}" for item in value]
        elif key in _LEFT_OUT:
            continue
        else:
            plain[key] = [str(item) for item in value] if isinstance(value, list) else value
    if config.serve is not None:
        # Below the working folder it is a path of the project; where else it lies is this machine's own business.
        place = config.serve.resolve()
        below = place.is_relative_to(Path.cwd())
        plain["serve"] = place.relative_to(Path.cwd()).as_posix() if below else f"/…/{place.name}"
    return plain


class _Clock:
    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.monotonic()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps[name] = round(now - self._last, 3)
        self._last = now
