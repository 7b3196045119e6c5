"""Each format for programs as a picture of what it writes of the small report, and what hostile words cannot do."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from markdown_it import MarkdownIt
from small_report import (
    ANONYMOUS,
    BUTTON,
    HOME,
    SAFE,
    changed_report,
    clean_report,
    finding,
    hostile_report,
    rule,
    small_report,
)

from sgaudit import store
from sgaudit.model.outcome import Outcome, Severity
from sgaudit.model.report import Report
from sgaudit.reporters import REPORTERS
from sgaudit.reporters.markdown import LIMIT
from sgaudit.reporters.standing import Standing, source_file, standing

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0.json").read_text("utf-8"))
NASTY = (
    "=1+1 # @bob [x](http://e.example) ![i](x) <img src=x onerror=y> | `b` www.evil.example $z$ #12 {0}\r\n"
    "::set-env name=PATH::x\n::stop-commands::a\x00\x1b[31m\ufffe\ud800 ]]> & 100%25 ##[error]no"
)


def written(name: str, report: Report | None = None) -> str:
    return REPORTERS[name].render(report or small_report(), {})


def previewed(**changes: Any) -> Report:
    """The small report of a folder that was served as the live site."""
    run = small_report().run
    return small_report(run=run.model_copy(update={"settings": {**run.settings, "serve": "public"}}), **changes)


JUNIT = """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="sgaudit" tests="7" failures="2" errors="1" skipped="2" time="185.000">
  <testsuite name="audit" tests="1" failures="0" errors="0" skipped="0" timestamp="2026-07-01T01:30:00">
    <testcase classname="sgaudit" name="The site could be audited" />
  </testsuite>
  <testsuite name="The way to report" tests="1" failures="1" errors="0" skipped="0" timestamp="2026-07-01T01:30:00">
    <testcase classname="sgaudit.reporting-route" name="ceop-button: A child can report to CEOP from this site">
      <failure message="The button “Report to CEOP” is there, but something lies over it at phone width (375 pixels)." \
type="critical">The button “Report to CEOP” is there, but something lies over it at phone width (375 pixels).
  on https://www.marsh-end.example/safeguarding/
  fix: Move the cookie bar away from the button.
  fix: Look at it on a phone and press it.</failure>
    </testcase>
  </testsuite>
"""


def test_junit_is_a_suite_for_each_group_and_a_case_for_each_requirement() -> None:
    text = written("junit")
    assert text.startswith(JUNIT)
    cases = {
        str(case.get("name")).partition(":")[0]: [part.tag for part in case]
        for case in ET.fromstring(text).iter("testcase")
    }
    assert cases == {
        "The site could be audited": [],
        "ceop-button": ["failure"],
        "not-anonymous": ["failure"],
        "immediate-danger-police": [],
        "broken-links": ["skipped"],
        "accessibility-wcag": ["error"],
        "stale-notice": ["skipped"],
    }


def test_junit_says_of_a_night_among_others_what_is_accepted_and_what_was_there_before() -> None:
    root = ET.fromstring(written("junit", changed_report()))
    skipped = {str(case.get("name")).partition(":")[0]: case.find("skipped") for case in root.iter("testcase")}
    assert skipped["old-news"].get("message") == (  # type: ignore[union-attr]
        "Not met, accepted by Mr Reed, chair: It is moved in August. Ends in 11 days, on 20 July 2026: put it right, "
        "or decide again. The news page speaks of last summer's fair."
    )
    assert skipped["empty-heading"].get("message") == "Not met, as before. Under “Sports day” stands nothing."  # type: ignore[union-attr]
    assert "(Failing for 9 nights, since 1 July 2026)" in ET.tostring(root, "unicode")


def test_junit_is_red_for_an_audit_that_came_to_no_verdict() -> None:
    run = small_report().run
    lost = run.model_copy(
        update={"no_verdict": True, "incomplete_reasons": ("This machine is offline.",), "exit_code": 3}
    )
    error = ET.fromstring(written("junit", clean_report().model_copy(update={"run": lost}))).find(".//error")
    assert error is not None
    assert (error.get("message"), error.get("type")) == ("This machine is offline.", "no-verdict")


@pytest.mark.parametrize(
    ("row", "more", "how"),
    [
        (BUTTON, {}, Standing.fails),
        (BUTTON, {"accepted_until": date(2026, 8, 1)}, Standing.tolerated),
        (BUTTON, {"in_baseline": True}, Standing.tolerated),
        (ANONYMOUS, {"severity": Severity.minor}, Standing.smaller),
        (rule("x", "X", "links", Outcome.cant_tell, "?"), {}, Standing.person),
        (rule("x", "X", "links", Outcome.cant_tell, "?", severity=Severity.critical), {}, Standing.unsure),
        (rule("x", "X", "links", Outcome.untested, "?"), {}, Standing.unsure),
        (rule("x", "X", "links", Outcome.passed, "!"), {}, Standing.met),
        (rule("x", "X", "links", Outcome.inapplicable, "-"), {}, Standing.inapplicable),
    ],
)
def test_a_requirement_is_red_exactly_where_it_keeps_the_run_from_exit_0(row: Any, more: Any, how: Standing) -> None:
    assert standing(small_report(rules=(row,), findings=(finding(row, **more),)), row) is how


def test_a_requirement_that_some_pages_meet_and_others_could_not_show_is_not_red() -> None:
    row = rule("x", "X", "links", Outcome.untested, "?")
    met = finding(row).model_copy(update={"outcome": Outcome.passed})
    assert standing(small_report(rules=(row,), findings=(met, finding(row, HOME))), row) is Standing.unchecked


def sarif(report: Report | None = None) -> Any:
    made = json.loads(written("sarif", report))
    validator = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
    assert [error.message for error in validator.iter_errors(made)] == []
    (run,) = made["runs"]
    return run


def test_sarif_has_what_failed_with_its_place_its_element_and_its_fingerprint() -> None:
    run = sarif()
    first, second = run["results"]
    assert first == {
        "ruleId": "ceop-button",
        "ruleIndex": 0,
        "level": "error",
        "message": {
            "text": "The button “Report to CEOP” is there, but something lies over it at phone width (375 pixels)."
        },
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": SAFE}, "region": {"startLine": 1}},
                "logicalLocations": [
                    {"name": "#report > img", "fullyQualifiedName": f"{SAFE} #report > img", "kind": "element"}
                ],
            }
        ],
        "partialFingerprints": {
            "sgaudit/v1": "e5dc87a4249773b6",
            "primaryLocationLineHash": "e5dc87a4249773b6:1",
        },
    }
    assert second["ruleId"] == "not-anonymous"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [row.id for row in small_report().rules]
    assert run["tool"]["driver"]["rules"][0] == {
        "id": "ceop-button",
        "shortDescription": {"text": "A child can report to CEOP from this site"},
        "fullDescription": {"text": BUTTON.why},
        "help": {"text": "1. Move the cookie bar away from the button.\n2. Look at it on a phone and press it."},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["reporting-route", "must", "the NCA's guide for hosts of the button"]},
        "helpUri": "https://www.ceop.police.uk/Safety-Centre/",
    }


def test_sarif_makes_no_alert_of_what_nobody_could_tell() -> None:
    (invocation,) = sarif()["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (True, 1)
    told = {note["message"]["text"]: note["level"] for note in invocation["toolExecutionNotifications"]}
    assert told["At 375 pixels wide “Home” was not tested: the engine did not finish."] == "warning"
    assert sarif(clean_report())["results"] == []


def test_sarif_says_what_is_new_and_suppresses_what_is_accepted_with_the_reason() -> None:
    results = {one["ruleId"]: one for one in sarif(changed_report())["results"]}
    assert results["ceop-button"]["baselineState"] == "unchanged"
    assert results["not-anonymous"]["baselineState"] == "new"
    (suppressed,) = results["old-news"]["suppressions"]
    assert suppressed["justification"] == "It is moved in August. Accepted by Mr Reed, chair, until 2026-07-20."
    assert results["empty-heading"]["suppressions"][0]["justification"] == "It was there in the baseline already."


def test_the_file_of_a_page_is_named_where_a_folder_was_served() -> None:
    place = sarif(previewed())["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "public/safeguarding/index.html"}
    assert ",file=public/safeguarding/index.html,line=1::" in written("github", previewed())


@pytest.mark.parametrize(
    ("page", "file"),
    [
        (HOME, "public/index.html"),
        (f"{HOME}a%20b/page.html?x=1", "public/a b/page.html"),
        (f"{HOME}about", "public/about/index.html"),
        (f"{HOME}../../etc/passwd.x", ""),
        (f"{HOME}%2e%2e/secret.html", ""),
        ("https://elsewhere.example/", ""),
        ("http://[", ""),
    ],
)
def test_no_address_of_a_page_names_a_file_outside_the_folder(page: str, file: str) -> None:
    assert source_file(previewed(), page) == file
    assert source_file(small_report(), page) == ""


GITHUB = """\
::error title=sgaudit%3A Urgent%3A a child cannot report from this site::The button “Report to CEOP” is there, but \
something lies over it at phone width (375 pixels). 1 more thing needs action.
::error title=A child can report to CEOP from this site::The button “Report to CEOP” is there, but something lies over \
it at phone width (375 pixels). (https://www.marsh-end.example/safeguarding/) To fix it: Move the cookie bar away from \
the button.
::error title=It says that reports to CEOP are not anonymous::The page says the opposite: “You can report \
anonymously.” (https://www.marsh-end.example/safeguarding/) To fix it: Take out the sentence that promises anonymity.
::warning title=Could not tell%3A Automatic checks of WCAG 2.2 A and AA find no fault::At 375 pixels wide “Home” was \
not tested: the engine did not finish.
"""


def test_github_annotates_the_verdict_and_what_fails() -> None:
    assert written("github") == GITHUB
    run = small_report().run.model_copy(update={"exit_code": 0})
    assert written("github", clean_report().model_copy(update={"run": run})) == (
        "::notice title=sgaudit%3A Working::The way to report to CEOP was tried and works.\n"
    )


@pytest.mark.parametrize("many", [8, 9, 10, 500])
def test_github_never_annotates_more_than_ten_times(many: int) -> None:
    rows = [rule(f"r{number}", f"R{number}", "links", Outcome.failed, f"Fault {number}.") for number in range(many)]
    lines = written("github", small_report(rules=tuple(rows), findings=tuple(map(finding, rows)))).splitlines()
    assert len(lines) == min(many + 1, 10)
    assert (f"::And {many - 8} more things to look at, in the report." in lines[-1]) == (many > 9)


MARKDOWN = """\
## ❌ Urgent: a child cannot report from this site

The button “Report to CEOP” is there, but something lies over it at phone width (375 pixels). 1 more thing needs action.

Marsh End Primary School (https\\://www\\.marsh-end.example/), as seen on 1 July 2026 at 02:30, UK time.

### What needs doing

1. **The button “Report to CEOP” is there, but something lies over it at phone width (375 pixels).** (critical)
   - Move the cookie bar away from the button.
   - Look at it on a phone and press it.
   - on https\\://www\\.marsh-end.example/safeguarding/
2. **The page says the opposite: “You can report anonymously.”** (serious)
   - Take out the sentence that promises anonymity.
   - A sentence that you could use stands in the report.
   - on https\\://www\\.marsh-end.example/safeguarding/

### Requirements

1 met, 2 not met, 1 needs a person, 1 could not check and 1 does not apply.

| requirement | result | what was seen |
|---|---|---|
| **The way to report** | | |
| A child can report to CEOP from this site | not met | The button “Report to CEOP” is there, but something lies over \
it at phone width (375 pixels). |
"""


def test_markdown_says_the_verdict_what_to_do_and_every_requirement() -> None:
    text = written("markdown")
    assert text.startswith(MARKDOWN)
    assert text.endswith("3 pages found. 43 links: 40 working, 1 broken, 1 suspicious and 1 turned us away.\n")
    assert "**Fixed**\n\n- broken-links: A link was broken." in written("markdown", changed_report())


def test_markdown_stays_under_60_kb_however_much_there_is() -> None:
    rows = tuple(rule(f"r{n}", f"Röck {n} " * 20, "links", Outcome.failed, "Fäult. " * 80) for n in range(400))
    text = written("markdown", small_report(rules=rows, findings=tuple(map(finding, rows))))
    assert 50_000 < len(text.encode()) <= LIMIT
    assert text.endswith("\n*There is more, in the report.*\n")


def table(report: Report | None = None) -> list[dict[str, str]]:
    text = written("csv", report)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_csv_has_a_line_for_each_finding_and_one_for_each_requirement_without() -> None:
    rows = table()
    assert [(row["rule"], row["result"], row["page"]) for row in rows] == [
        ("ceop-button", "not met", SAFE),
        ("not-anonymous", "not met", SAFE),
        ("immediate-danger-police", "met", SAFE),
        ("broken-links", "needs a person", SAFE),
        ("accessibility-wcag", "could not check", HOME),
        ("stale-notice", "does not apply", ""),
    ]
    assert rows[0] == {
        "site": HOME, "audited": "2026-07-01 01:30", "group": "reporting-route", "rule": "ceop-button",
        "requirement": "A child can report to CEOP from this site", "level": "must",
        "rests on": "the NCA's guide for hosts of the button", "result": "not met", "severity": "critical",
        "what": BUTTON.message, "page": SAFE, "pages": "1", "change": "", "first seen": "", "nights": "", "owner": "",
        "due": "", "accepted until": "", "in baseline": "", "how to fix": " ".join(BUTTON.how_to_fix),
        "selector": "#report > img", "fingerprint": "v1:e5dc87a4249773b6",
    }  # fmt: skip


def test_csv_says_what_is_new_who_owes_it_and_until_when_it_is_accepted() -> None:
    rows = {row["rule"]: row for row in table(changed_report())}
    button = rows["ceop-button"]
    assert (button["change"], button["first seen"], button["nights"]) == ("still-failing", "2026-07-01", "9")
    assert (button["owner"], button["due"]) == ("Mrs Bell", "2026-07-02")
    assert (rows["old-news"]["accepted until"], rows["empty-heading"]["in baseline"]) == ("2026-07-20", "yes")


@pytest.mark.parametrize(
    "text", [NASTY, "=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1", "＝1", "1. x", "- x", "--\n=="]
)
@pytest.mark.parametrize(
    "name", [name for name, one in REPORTERS.items() if not (one.always or one.paper)]
)  # what goes on paper is the page of test_report_html.py
def test_no_word_of_a_hostile_site_means_anything_to_the_program_that_reads_it(name: str, text: str) -> None:
    report = hostile_report(text, f"https://www.marsh-end.example/{text}")
    found = written(name, report)
    found.encode("utf-8")
    assert "\x00" not in found and "\x1b" not in found
    {"junit": ET.fromstring, "sarif": lambda _: sarif(report), "github": commands, "markdown": shows, "csv": cells}[
        name
    ](found)


def commands(text: str) -> None:
    """Every line is a command of ours, and its data holds none of its own."""
    for line in text.splitlines():
        assert re.match(r"::(?:error|warning|notice) title=[^:,]*(?:,file=[^:,]*,line=1)?::", line)
        assert re.sub(r"%(?:25|0A|0D|3A|2C)", "", line).count("%") == 0


def shows(text: str) -> None:
    """Nothing but our own headings, lists, emphasis and table comes out of it."""
    ours = {
        "heading",
        "paragraph",
        "inline",
        "ordered_list",
        "bullet_list",
        "list_item",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }
    for token in MarkdownIt("commonmark", {"linkify": False}).enable("table").parse(text):
        assert token.type.removesuffix("_open").removesuffix("_close") in ours
        for inner in token.children or ():
            assert inner.type in ("text", "text_special", "strong_open", "strong_close", "softbreak"), inner
    assert not re.search(r"@\w|https?:/|www\.", text)


def cells(text: str) -> None:
    for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))]


def test_every_format_keeps_to_a_file_that_the_tidying_of_old_runs_knows() -> None:
    for reporter in REPORTERS.values():
        assert reporter.file_name in store._OUR_NAMES
