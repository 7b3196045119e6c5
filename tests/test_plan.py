"""`--dry-run` says what an audit would do and asks nobody anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from wire_stand import Wire

from sgaudit import plan
from sgaudit.audit import rule_pack
from sgaudit.browser import BrowserMissing
from sgaudit.config import Config
from sgaudit.plan import plan_text

SCHOOL = "https://www.heron.example/"


def said(**settings: object) -> str:
    """The plan on one line."""
    config = Config.model_validate({"url": SCHOOL, **settings})
    return " ".join(plan_text(config, rule_pack(config.rules, config.select, config.ignore)).split())


def test_a_dry_run_ends_well_and_asks_nothing(tmp_path: Path) -> None:
    with Wire().serving() as wire:
        command = [sys.executable, "-m", "sgaudit", "audit", wire.url, "--dry-run", "--browser-path", sys.executable]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr, wire.connections) == (0, "", 0)
    assert done.stdout.startswith("Nothing has been asked of anybody.")
    assert f"{wire.url}/robots.txt" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_it_names_what_is_asked_first_the_limits_and_how_requests_call_themselves() -> None:
    shown = said(max_pages=12, max_links=34, max_requests=567, deadline=90, contact="https://trust.example/bot")
    for part in (
        "https://www.heron.example/robots.txt, whose rules and Crawl-delay are kept; the home page",
        "else https://www.heron.example/sitemap.xml",
        "at most 12 pages of the site (max_pages)",
        "at most 34 of them (max_links)",
        "at most 567 for pages and links (max_requests), 6 at once, 3 at once to a host or machine",
        "+https://trust.example/bot",
        "ceop.police.uk and www.ceop.police.uk, where the site links to them; no form is ever sent",
        "at most 90 seconds for everything",
        "not said (vantage)",
        "ceop-button, ",
        "report reports/www.heron.example; fails from moderate on",
    ):
        assert part in shown


def test_what_no_chosen_rule_needs_is_said_not_to_be_done() -> None:
    shown = said(select=("ceop-page-findable",), robots=False, vantage="inside")
    assert "browser none: no rule that was chosen needs it" in shown
    assert "links not tried" in shown and "CEOP not opened" in shown
    assert "robots.txt is not asked for (robots)" in shown
    assert "seen from inside the school's network" in shown
    assert "rules 1: ceop-page-findable" in shown


def test_named_pages_are_all_that_is_read() -> None:
    shown = said(page=(f"{SCHOOL}help",))
    assert "pages only https://www.heron.example/help" in shown
    assert "sitemap" not in shown


def test_a_missing_browser_is_said_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(config: Config) -> None:
        raise BrowserMissing("No browser was found on this machine; type `sgaudit browser install`.")

    monkeypatch.setattr(plan, "find_browser", nowhere)
    assert "none on this machine, so nothing would be opened: No browser was found" in said()
