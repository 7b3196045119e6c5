"""One place weighs findings: what counts, what is said, and the exit code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from sgaudit import verdict
from sgaudit.checks.interface import Check, Options, finding
from sgaudit.model.evidence import Evidence, PageEvidence, RenderedPage, Trouble, Versions
from sgaudit.model.outcome import Outcome, Role, Severity
from sgaudit.model.report import Decided, Finding, Report
from sgaudit.register import Registers
from sgaudit.rules import Rule, RulePack

HOME, PAGE, OTHER = "http://s.example/", "http://s.example/safe", "http://s.example/other"


def rule(rule_id: str = "a-rule", **changes: object) -> Rule:
    values: dict[str, object] = {
        "id": rule_id, "title": "Something is so", "group": "content", "why": "Because.",
        "source": {"title": "A guide", "seen": "2026-11-01"}, "basis": "good-practice", "level": "must",
        "severity": "serious", "where": "safeguarding", "check": rule_id, "fix": ["Do it."],
    }  # fmt: skip
    return Rule.model_validate(values | changes)


def evidence(
    *, no_verdict: Sequence[str] = (), fail_on: str = "moderate", pages: Sequence[str] = (PAGE, OTHER)
) -> Evidence:
    now = datetime(2026, 3, 4, tzinfo=UTC)
    return Evidence(
        run_id="r",
        url=HOME,
        started=now,
        finished=now,
        versions=Versions(sgaudit="0"),
        settings={"fail_on": fail_on},
        pages=tuple(PageEvidence(url=url, final_url=url, role=Role.safeguarding) for url in pages),
        rendered=tuple(RenderedPage(url=url, role=Role.safeguarding) for url in pages),
        no_verdict=tuple(no_verdict),
    )


def concluded(
    monkeypatch: pytest.MonkeyPatch,
    given: Evidence,
    found: dict[str, Sequence[tuple[str, Outcome, str, bool]]],
    **changes: object,
) -> Report:
    """A report over rules whose checks find what `found` says: (page, outcome, message, decisive)."""
    table = {}
    rules = []
    for rule_id, results in found.items():
        this = rule(rule_id, **changes)
        rules.append(this)

        def decide(
            asked: Rule,
            _evidence: Evidence,
            _registers: Registers,
            results: Sequence[tuple[str, Outcome, str, bool]] = results,
        ) -> Decided:
            findings: list[Finding] = [
                finding(asked, page, outcome, message, decisive=decisive)
                for page, outcome, message, decisive in results
            ]
            return Decided(findings=tuple(findings))

        table[rule_id] = Check(Options, decide, frozenset())
    monkeypatch.setattr(verdict, "CHECKS", table)
    return verdict.conclude(given, RulePack(rules=tuple(rules), registers=Registers(), sha256="x"))


def test_everything_passed_is_exit_0(monkeypatch: pytest.MonkeyPatch) -> None:
    report = concluded(monkeypatch, evidence(), {"one": [(PAGE, Outcome.passed, "Good.", False)]})
    assert (report.verdict.level, report.run.exit_code) == ("pass", 0)


def test_working_is_said_only_where_the_button_was_tried_and_works(monkeypatch: pytest.MonkeyPatch) -> None:
    good = [(PAGE, Outcome.passed, "Good.", False)]
    assert concluded(monkeypatch, evidence(), {"ceop-button": good}).verdict.headline == "Working"
    other = concluded(monkeypatch, evidence(), {"words": good}).verdict
    assert other.headline == "Nothing that was checked needs action"
    assert "was not part of this audit" in other.sentence


def test_the_sentence_names_the_page_it_is_about(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"one": [(PAGE, Outcome.failed, "There is no way to report to CEOP on this page.", False)]}
    assert concluded(monkeypatch, evidence(), found).verdict.sentence == (
        "There is no way to report to CEOP on the page /safe."
    )


@pytest.mark.parametrize(("fail_on", "code"), [("serious", 1), ("minor", 1), ("critical", 0)])
def test_fail_on_draws_the_line(monkeypatch: pytest.MonkeyPatch, fail_on: str, code: int) -> None:
    found = {"one": [(PAGE, Outcome.failed, "Bad.", False)]}
    assert concluded(monkeypatch, evidence(fail_on=fail_on), found).run.exit_code == code


def test_a_failed_reporting_route_is_urgent(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"one": [(PAGE, Outcome.failed, "The button leads nowhere.", False)]}
    report = concluded(monkeypatch, evidence(), found, group="reporting-route", severity="critical")
    assert report.verdict.headline.startswith("Urgent")
    assert report.verdict.sentence == "The button leads nowhere."


def test_a_way_missing_from_home_is_not_urgent_while_no_safeguarding_page_was_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = evidence(no_verdict=["No safeguarding page was reached on this site."], pages=())
    found = {"ceop-button": [(HOME, Outcome.failed, "There is no way to report.", True)]}
    report = concluded(monkeypatch, given, found, severity="critical", group="reporting-route")
    assert (report.verdict.headline, report.run.exit_code) == ("Action needed", 3)
    sentence = report.verdict.sentence
    assert sentence.startswith("No safeguarding page was reached on this site. Besides, 1 requirement is")


def test_a_way_that_fails_on_a_page_that_was_seen_is_urgent_even_in_a_run_that_was_cut_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = evidence(no_verdict=["The audit was interrupted before it was finished."])
    found = {"ceop-button": [(PAGE, Outcome.failed, "There is no way to report.", True)]}
    report = concluded(monkeypatch, given, found, severity="critical", group="reporting-route")
    assert report.verdict.headline.startswith("Urgent")


def test_a_reason_for_no_verdict_wins_over_pass_and_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    given = evidence(no_verdict=["The site was down."])
    passed = concluded(monkeypatch, given, {"one": [(PAGE, Outcome.passed, "Good.", False)]})
    assert (passed.verdict.level, passed.run.exit_code, passed.run.complete) == ("unknown", 3, False)
    failed = concluded(monkeypatch, given, {"one": [(PAGE, Outcome.failed, "Bad.", False)]})
    assert (failed.verdict.level, failed.run.exit_code) == ("fail", 3)
    assert "The site was down." in failed.verdict.sentence


def test_a_critical_rule_nobody_could_decide_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"one": [(PAGE, Outcome.cant_tell, "CEOP did not answer.", False)]}
    report = concluded(monkeypatch, evidence(), found, severity="critical")
    assert (report.verdict.level, report.run.exit_code) == ("unknown", 3)
    assert "CEOP did not answer." in report.verdict.sentence


def test_a_rule_that_was_tried_nowhere_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    report = concluded(monkeypatch, evidence(), {"one": [(PAGE, Outcome.untested, "The page did not open.", False)]})
    assert (report.verdict.level, report.run.exit_code) == ("unknown", 3)


def test_one_page_not_looked_at_does_not_hide_behind_another(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"one": [(PAGE, Outcome.passed, "Good.", False), (OTHER, Outcome.untested, "Did not open.", False)]}
    report = concluded(monkeypatch, evidence(), found)
    assert report.rules[0].outcome is Outcome.untested
    assert report.verdict.level == "pass"


def test_a_check_with_nothing_to_look_at_is_untested_not_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    report = concluded(monkeypatch, evidence(pages=()), {"one": []})
    assert report.rules[0].outcome is Outcome.untested
    assert report.run.exit_code == 3


def test_any_page_is_enough_and_the_others_are_not_held_against_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"one": [(PAGE, Outcome.passed, "Said.", False), (OTHER, Outcome.failed, "Not said.", False)]}
    report = concluded(monkeypatch, evidence(), found, across="any")
    assert [one.message for one in report.findings] == ["Said."]
    assert report.run.exit_code == 0


def test_a_contradiction_decides_even_where_another_page_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"one": [(PAGE, Outcome.passed, "Said.", False), (OTHER, Outcome.failed, "The opposite.", True)]}
    report = concluded(monkeypatch, evidence(), found, across="any")
    assert report.rules[0].outcome is Outcome.failed
    assert report.verdict.sentence == "The opposite."


def test_what_is_missing_may_stand_on_a_page_nobody_could_open(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"one": [(PAGE, Outcome.failed, "Not said.", False), (OTHER, Outcome.untested, "Did not open.", False)]}
    report = concluded(monkeypatch, evidence(), found, across="any")
    assert report.rules[0].outcome is Outcome.cant_tell
    assert "could not be looked at" in report.rules[0].message


def test_the_row_says_the_worst_and_how_many_more(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"one": [(PAGE, Outcome.failed, "First.", False), (OTHER, Outcome.failed, "Second.", False)]}
    row = concluded(monkeypatch, evidence(), found).rules[0]
    assert row.message == "First. (1 more like this.)"
    assert row.pages == (PAGE, OTHER)


def test_a_page_that_was_not_opened_is_listed_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    given = evidence()
    stuck = RenderedPage(url=OTHER, role=Role.safeguarding, trouble=Trouble.stuck, message="Its script never ended.")
    given = given.model_copy(update={"rendered": (given.rendered[0], stuck)})
    report = concluded(monkeypatch, given, {"one": [(PAGE, Outcome.passed, "Good.", False)]})
    assert [(page.tested, page.reason) for page in report.pages] == [(True, ""), (False, "Its script never ended.")]


def test_severity_counts_only_what_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"one": [(PAGE, Outcome.failed, "Bad.", False), (OTHER, Outcome.cant_tell, "Maybe.", False)]}
    report = concluded(monkeypatch, evidence(), found)
    assert report.summary.failed_by_severity == {"minor": 0, "moderate": 0, "serious": 1, "critical": 0}
    assert Severity.critical.at_least(Severity.serious)


def test_where_one_page_misleads_and_none_is_right_all_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"one": [(PAGE, Outcome.failed, "It leads away.", True), (OTHER, Outcome.failed, "It is hidden.", False)]}
    report = concluded(monkeypatch, evidence(), found, across="any")
    assert [one.message for one in report.findings] == ["It leads away.", "It is hidden."]


def test_it_is_not_urgent_where_another_page_offers_a_way_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"one": [(PAGE, Outcome.passed, "It works.", False), (OTHER, Outcome.failed, "It leads away.", True)]}
    report = concluded(monkeypatch, evidence(), found, across="any", group="reporting-route", severity="critical")
    assert report.verdict.headline == "Action needed"


def test_what_could_not_be_told_comes_before_lesser_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    route = rule("route", group="reporting-route", severity="critical")
    words = rule("words")
    table = {
        "route": Check(Options, lambda one, *_: _only(one, Outcome.cant_tell, "CEOP did not answer."), frozenset()),
        "words": Check(Options, lambda one, *_: _only(one, Outcome.failed, "A link is broken."), frozenset()),
    }
    monkeypatch.setattr(verdict, "CHECKS", table)
    report = verdict.conclude(evidence(), RulePack(rules=(route, words), registers=Registers(), sha256="x"))
    assert (report.verdict.headline, report.run.exit_code) == ("Action needed", 1)
    assert report.verdict.sentence == (
        "CEOP did not answer. Besides, 1 requirement is not met, first of all this: A link is broken."
    )


def _only(asked: Rule, outcome: Outcome, message: str) -> Decided:
    return Decided(findings=(finding(asked, PAGE, outcome, message),))
