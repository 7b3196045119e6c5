"""What statement rules conclude of whole sites: one finding for what is missing, decisive ones for contradictions."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import lru_cache

import pytest

from sgaudit import rules, verdict
from sgaudit.checks.statements import STATEMENT
from sgaudit.checks.table import CHECKS
from sgaudit.demo.pages import school
from sgaudit.model.evidence import Evidence, RenderedPage, Trouble, Versions
from sgaudit.model.outcome import Outcome, Reading, Role, Severity
from sgaudit.model.report import Decided, Finding, Report
from sgaudit.page import page_from_html

SITE = "https://www.foxglove.example"
NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
RIGHT = "<p>You cannot report to CEOP anonymously.</p>"
WRONG = "<p>You can report to CEOP anonymously.</p>"
NOTHING = "<p>See Mrs Bell.</p>"


@lru_cache(maxsize=1)
def pack() -> rules.RulePack:
    return rules.load({name: check.options for name, check in CHECKS.items()}).chosen(("statements",), ())


def page(html: str, path: str = "/safeguarding", title: str = "Safeguarding") -> RenderedPage:
    whole = f'<html lang="en"><head><title>{title}</title></head><body>{html}</body></html>'
    return page_from_html(SITE + path, whole, Role.safeguarding)


def evidence(*pages: RenderedPage) -> Evidence:
    return Evidence(
        run_id="r", url=f"{SITE}/", started=NOW, finished=NOW, versions=Versions(sgaudit="0"), rendered=pages
    )


def decide(rule: str, *pages: RenderedPage) -> Decided:
    (chosen,) = (one for one in pack().rules if one.id == rule)
    return STATEMENT.decide(chosen, evidence(*pages), pack().registers)


def only(decided: Decided) -> Finding:
    (finding,) = decided.findings
    return finding


def report(*pages: RenderedPage) -> Report:
    return verdict.conclude(evidence(*pages), pack())


def test_a_page_that_says_it_passes_with_the_sentence_and_its_place() -> None:
    decided = decide("not-anonymous", page(RIGHT))
    finding = only(decided)
    assert (finding.outcome, finding.how_to_fix) == (Outcome.passed, ())
    assert finding.message == "The page “Safeguarding” says it: “You cannot report to CEOP anonymously.”"
    (row,) = decided.statements
    assert (row.reading, row.quote, row.selector) == (
        Reading.present,
        "You cannot report to CEOP anonymously.",
        "html > body > p",
    )


def test_a_contradiction_is_decisive_and_quoted() -> None:
    finding = only(decide("not-anonymous", page(WRONG)))
    assert (finding.outcome, finding.decisive, finding.severity) == (Outcome.failed, True, Severity.serious)
    assert "“You can report to CEOP anonymously.”" in finding.message
    assert finding.how_to_fix == next(one.fix for one in pack().rules if one.id == "not-anonymous")


def test_one_page_that_says_it_is_enough_for_the_site() -> None:
    found = report(page(RIGHT), page(NOTHING, "/links", "Links"), page(NOTHING, "/help", "Help"))
    (row,) = (one for one in found.rules if one.id == "not-anonymous")
    assert row.outcome is Outcome.passed
    assert [one.outcome for one in found.findings if one.rule == "not-anonymous"] == [Outcome.passed]


def test_a_contradiction_on_any_page_fails_the_site() -> None:
    found = report(page(RIGHT), page(WRONG, "/links", "Links"))
    failed = [one for one in found.findings if one.rule == "not-anonymous" and one.outcome is Outcome.failed]
    assert [one.page for one in failed] == [f"{SITE}/links"]
    (row,) = (one for one in found.rules if one.id == "not-anonymous")
    assert row.outcome is Outcome.failed


def test_what_no_page_says_is_one_finding_where_it_belongs() -> None:
    about = "<h2>CEOP</h2><p>CEOP takes every report seriously.</p><p>Report to CEOP.</p>"
    finding = only(decide("not-anonymous", page(NOTHING), page(about, "/ceop", "CEOP"), page(NOTHING, "/x", "X")))
    assert (finding.outcome, finding.page, finding.decisive) == (Outcome.failed, f"{SITE}/ceop", False)
    assert finding.message.startswith("The page “CEOP” does not say that a report to CEOP cannot be anonymous")
    assert "nor do 2 other safeguarding pages" in finding.message
    assert len(finding.evidence) == 3


def test_older_wording_fails_gently_and_says_what_changed() -> None:
    finding = only(decide("children-any-age", page("<p>Children of any age can report to CEOP.</p>")))
    assert (finding.outcome, finding.severity) == (Outcome.failed, Severity.moderate)
    assert "up to the age of 18" in finding.message


def test_older_wording_is_forgiven_where_another_page_is_up_to_date() -> None:
    old, new = "<p>Children of any age can report to CEOP.</p>", "<p>Anyone under 18 can report to CEOP.</p>"
    found = report(page(old), page(new, "/new", "New"))
    assert [one.outcome for one in found.findings if one.rule == "children-any-age"] == [Outcome.passed]


def test_hidden_words_fail_with_the_reason() -> None:
    finding = only(decide("not-anonymous", page(f"<div hidden>{RIGHT}</div><p>Ask us.</p>")))
    assert finding.outcome is Outcome.failed
    assert "where nobody reads it: nobody can see it (not rendered)" in finding.message


def test_a_page_in_welsh_needs_a_person() -> None:
    html = (
        "<p>Mae CEOP yn rhan o'r Asiantaeth Troseddu Cenedlaethol ac mae'n helpu plant i gadw'n ddiogel ar-lein.</p>"
        "<p>Os ydych yn poeni am rywbeth, gallwch roi gwybod i CEOP am hyn gyda help oedolyn yr ydych yn ei drystio</p>"
    )
    decided = decide("not-anonymous", page(html))
    finding = only(decided)
    assert (finding.outcome, finding.message) == (
        Outcome.cant_tell,
        "Most of this page is in Welsh, which only a person can judge.",
    )
    assert decided.statements[0].reading is Reading.untested


def test_english_beside_welsh_is_read() -> None:
    welsh = "<p>Os ydych yn poeni am rywbeth, gallwch roi gwybod i CEOP am hyn gyda help oedolyn.</p>"
    assert only(decide("not-anonymous", page(welsh + RIGHT))).outcome is Outcome.passed


def test_a_page_too_long_to_be_read_is_not_called_silent() -> None:
    html = "<p>One word. Two words. Three words. Four words.</p>" * 1_500
    assert only(decide("not-anonymous", page(html))).outcome is Outcome.cant_tell


def test_a_page_that_could_not_be_looked_at_is_untested_and_leaves_the_rest_open() -> None:
    unseen = RenderedPage(url=f"{SITE}/x", role=Role.safeguarding, trouble=Trouble.timeout, message="It did not load.")
    decided = decide("not-anonymous", unseen)
    assert only(decided).outcome is Outcome.untested
    assert decided.statements[0].reading is Reading.untested
    found = report(page(NOTHING), unseen)
    (row,) = (one for one in found.rules if one.id == "not-anonymous")
    assert row.outcome is Outcome.cant_tell


def test_other_pages_are_not_asked() -> None:
    home = page_from_html(f"{SITE}/", WRONG, Role.home)
    assert decide("not-anonymous", home) == Decided()


def demo(*, fixed: bool) -> Report:
    """The statements of the demo school, its style sheet put into its pages."""
    answers = school(fixed=fixed).answers
    style = f"<style>{answers['/files/style.css'].body.decode()}</style></head>"
    paths = [path for path in answers if path.startswith("/safeguarding/")]
    pages = [answers[path].body.decode().replace("</head>", style) for path in paths]
    return report(
        *(page_from_html(SITE + path, html, Role.safeguarding) for path, html in zip(paths, pages, strict=True))
    )


def test_the_flawed_demo_school_reads_as_planted() -> None:
    found = demo(fixed=False)
    read = {row.statement: row.reading for row in found.statements if row.page.endswith("online-abuse/")}
    assert {name: reading.value for name, reading in read.items() if reading is not Reading.present} == {
        "immediate-danger-police": "superseded",
        "not-bullying": "contradicted",
        "when-to-report": "absent",
        "button-asset-of-nca": "absent",
        "trusted-adult": "absent",
        "children-any-age": "superseded",
        "risk-assessed": "hidden",
        "not-anonymous": "contradicted",
        "out-of-hours": "hidden",
        "urgent-referral": "absent",
    }
    failed = [one for one in found.findings if one.outcome is Outcome.failed]
    assert Counter(one.rule for one in failed).most_common(1)[0][1] == 1
    assert {one.page for one in failed} == {f"{SITE}/safeguarding/reporting-online-abuse/"}


def test_the_repaired_demo_school_says_all_there_is_to_say() -> None:
    found = demo(fixed=True)
    read = Counter(row.reading.value for row in found.statements if row.page.endswith("online-abuse/"))
    assert read == {"present": 16}
    assert {row.outcome for row in found.rules} == {Outcome.passed}


@pytest.mark.parametrize("rule", [rule.id for rule in pack().rules])
def test_every_message_is_one_a_governor_can_read(rule: str) -> None:
    for html in (NOTHING, WRONG, RIGHT):
        for finding in decide(rule, page(html)).findings:
            assert finding.message[0].isupper()
            assert finding.message.rstrip("”")[-1] in ".?!…:" or finding.message.endswith("”")
            assert "  " not in finding.message
