"""What changed, who puts it right and which risks are accepted, as the report and the terminal say it."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from bs4 import BeautifulSoup
from small_report import ANONYMOUS, BUTTON, SAFE, changed_report, finding, hostile_report, small_report
from test_report_html import EVIL, lines, served, soup

from sgaudit.browser import Browser
from sgaudit.changes import FIRST, compare, marked
from sgaudit.config import Config
from sgaudit.engines import make_engine
from sgaudit.model.change import Changes
from sgaudit.model.outcome import Role
from sgaudit.model.policy import Policy
from sgaudit.model.report import Report, Verdict
from sgaudit.progress import Stop
from sgaudit.register import Registers
from sgaudit.reporters import json as json_reporter
from sgaudit.reporters.html import render
from sgaudit.reporters.terminal import render as terminal

SECTION = """\
What changed since last night
Compared with the audit of 8 July 2026.
New
2
Fixed
1
Still failing
1
Could not be rechecked
4
New
The page says the opposite: “You can report anonymously.” Safeguarding
The news page speaks of last summer's fair. Safeguarding It was not checked last time.
Fixed
No longer so: A link was broken. Safeguarding
Still failing
1 fault, seen for 9 nights, since 1 July 2026. Each stands below with its own date.
Could not be rechecked
Nobody knows tonight whether these are put right.
3 faults. Its rule was not asked.
Some pictures have no description. Its page was not met."""

RISKS = """\
Old news. | It is moved in August. | Mr Reed, chair | Ends in 11 days, on 20 July 2026: put it right, or decide again.
ceop-button | It is moved in August. | Mr Reed, chair | Expired on 5 July 2026: what it covered counts again.
no-rule | It is moved in August. | Mr Reed, chair | There is no such rule in this audit.
stale-notice | It is moved in August. | Mr Reed, chair | Nothing that failed is meant by it.
old-news only on /news | It is moved in August. | Mr Reed, chair | Accepted until 5 September 2026."""

TERMINAL = """\
Since 8 July 2026: 2 new, 1 fixed, 1 still failing and 4 that could not be
rechecked."""


def text(html: str) -> str:
    return " ".join(BeautifulSoup(html, "lxml").get_text(" ").split())


def test_the_second_section_says_what_changed() -> None:
    page = soup(changed_report())
    assert lines(page.select_one(".since")) == SECTION
    heads = [head.get_text() for head in page.select("main h2")]
    assert heads[:3] == [
        "Urgent: a child cannot report from this site",
        "What changed since last night",
        "What needs doing",
    ]


def test_where_the_audit_before_is_older_the_heading_does_not_say_last_night() -> None:
    old = changed_report().changes.model_copy(update={"since": date(2026, 6, 1), "other_rules": True})
    section = lines(soup(changed_report(changes=old)).select_one(".since"))
    assert section.startswith("What changed since the last audit\nCompared with the audit of 1 June 2026. Other rules")


def test_the_first_run_and_one_without_a_history_say_so() -> None:
    first = marked(small_report(), compare(None, small_report()), Policy())
    assert (
        lines(soup(first).select_one(".since"))
        == f"What changed since last night\n{FIRST} What is not met counts from today."
    )
    off = small_report(changes=Changes(note="The history is switched off, so nothing was compared."))
    assert "switched off" in lines(soup(off).select_one(".since"))
    assert soup(small_report()).select_one(".since") is None


def test_an_action_says_who_by_when_and_for_how_long() -> None:
    said = [" ".join(one.get_text().split()) for one in soup(changed_report()).select(".charge")]
    assert said == [
        "Who and when: Mrs Bell, overdue since 2 July 2026. Failing for 9 nights, since 1 July 2026.",
        "When: by 23 July 2026. New.",
    ]


def test_every_finding_says_it_too_and_its_fingerprint() -> None:
    page = soup(changed_report(findings=(*changed_report().findings, *small_report().findings[:1])))
    card = text(str(page.select_one("#rule-old-news")))
    assert "not met, accepted" in card and "New · accepted until 20 July 2026" in card
    assert "in the baseline" in text(str(page.select_one("#rule-empty-heading")))
    assert "Failing for 9 nights, since 1 July 2026 · Mrs Bell, overdue since 2 July 2026" in text(
        str(page.select_one("#rule-ceop-button"))
    )
    assert small_report().findings[0].fingerprint in text(str(page.select_one("#rule-ceop-button")))


def test_accepted_risks_are_listed_with_reason_name_and_how_they_stand() -> None:
    page = soup(changed_report())
    table = page.select_one("#accepted").find_next("table")
    rows = [
        " | ".join(" ".join(cell.get_text().split()) for cell in row.select("th, td"))
        for row in table.select("tbody tr")
    ]
    assert "\n".join(rows) == RISKS
    glance = [tag.get_text() for tag in page.select(".glance .tag")]
    assert glance.count("not met, accepted") == 1
    assert soup(small_report()).select_one("#accepted") is None


def test_what_is_accepted_is_nothing_to_do_and_never_all_well() -> None:
    until = {"accepted_until": date(2026, 8, 1)}
    verdict = Verdict(
        level="fail", headline="Accepted: a child cannot report from this site", sentence="It is covered."
    )
    summary = small_report().summary.model_copy(update={"accepted": 1})
    page = soup(small_report(findings=(finding(BUTTON, **until),), verdict=verdict, summary=summary))
    assert page.select_one(".verdict-urgent h2") is not None
    assert page.select_one(".actions") is None
    said = lines(page.select_one(".page-one"))
    assert "accepted as a risk. Nothing of it is put right." in said and "Nothing needs action" not in said
    well = Verdict(level="pass", headline="Working, with accepted risks", sentence="The button works.")
    said = lines(
        soup(small_report(findings=(finding(ANONYMOUS, **until),), verdict=well, summary=summary)).select_one(
            ".page-one"
        )
    )
    assert "Nothing else needs action; 1 fault was accepted as a risk and is not put right." in said


def test_the_terminal_says_what_changed_and_which_risks_need_somebody() -> None:
    shown = terminal(changed_report(), width=80)
    assert f"\n\n{TERMINAL}\n\n" in shown
    assert re.search(r"old-news +not met, accepted ", shown)
    assert "Accepted risk old-news: Ends in 11 days, on 20 July 2026" in shown
    assert len(shown.splitlines()) <= 25
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("report", [changed_report(), marked(small_report(), compare(None, small_report()), Policy())])
def test_the_json_report_fits_the_schema_and_reads_back(report: Report) -> None:
    written = json_reporter.render(report, {})
    validator = jsonschema.Draft202012Validator(json.loads(json_reporter.schema()))
    assert list(validator.iter_errors(json.loads(written))) == []
    assert json_reporter.render(Report.model_validate_json(written), {}) == written


def test_a_report_of_before_there_was_a_history_still_reads() -> None:
    whole = json_reporter.render(small_report(), {})
    written = json.loads(whole)
    for key in ("changes", "accepted"):
        del written[key]
    for one in written["findings"]:
        for key in (
            "pages",
            "subject",
            "change",
            "first_seen",
            "nights",
            "owner",
            "due",
            "accepted_until",
            "in_baseline",
        ):
            del one[key]
    assert json_reporter.render(Report.model_validate(written), {}) == whole


def hostile() -> Report:
    """A night whose every fault is in an attacker's words."""
    evil = hostile_report(EVIL, "javascript:alert(1)")
    first = small_report(findings=evil.findings)
    return marked(evil, compare(None, first), Policy()).model_copy(
        update={
            "changes": changed_report().changes.model_copy(
                update={
                    kind: tuple(
                        fault.model_copy(update={"message": EVIL, "page": "javascript:alert(1)", "reason": EVIL})
                        for fault in getattr(changed_report().changes, kind)
                    )
                    for kind in ("new", "fixed", "still_failing", "not_rechecked")
                }
            ),
            "accepted": tuple(row.model_copy(update={"messages": (EVIL,)}) for row in changed_report().accepted),
        }
    )


def test_whatever_the_site_says_stays_text() -> None:
    html = render(hostile(), {})
    page = BeautifulSoup(html, "lxml")
    assert page.find_all(["script", "iframe", "object", "embed", "form", "base", "link", "img"]) == []
    assert all(link["href"].startswith(("https://", "#")) for link in page.find_all("a"))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", html)
    assert all(char == "\n" or char.isprintable() for char in terminal(hostile(), width=100))


def test_a_thousand_changes_are_counted_and_cut() -> None:
    many = tuple(changed_report().changes.new[0].model_copy(update={"page": f"{SAFE}{n}"}) for n in range(1000))
    told = changed_report().changes.model_copy(update={"new": many, "fixed": many, "not_rechecked": many})
    html = render(changed_report(changes=told), {})
    assert html.count("and 996 more, in <code>report.json</code>") == 2
    assert len(html) < 150_000


@pytest.mark.parametrize("report", [changed_report(), hostile()])
def test_our_own_engine_finds_no_fault_in_it_at_desktop_and_at_320_pixels(report: Report, tmp_path: Path) -> None:
    with served(render(report, {}).replace("<details", "<details open")) as url:
        config = Config(url=url, widths=(1280, 320))
        with Browser(config, Registers(), Stop(120), tmp_path, make_engine(None)) as browser:
            seen = browser.look(url, Role.home, press=False, scan=True)
    assert seen.trouble is None, seen.message
    for view in seen.views:
        assert view.scan is not None and view.scan.trouble is None
        assert [(found.rule, found.outcome, found.nodes[0].selector) for found in view.scan.results] == []
        assert view.page_width <= view.width, "nothing sticks out sideways"
