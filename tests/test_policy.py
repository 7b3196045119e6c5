"""Accepted risks end, a baseline forgives only what it knows, and neither ever looks as if all were well."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from small_report import ANONYMOUS, BUTTON, SAFE, finding
from test_verdict import HOME, OTHER, PAGE, concluded, evidence, rule

from sgaudit import verdict
from sgaudit.accepting import accept
from sgaudit.changes import remembered
from sgaudit.checks.interface import Check, Options
from sgaudit.checks.interface import finding as found
from sgaudit.config import Config, ConfigError, load
from sgaudit.model.outcome import Outcome, Severity
from sgaudit.model.policy import Accepted, Policy
from sgaudit.model.report import Decided, Finding, Report, fingerprint
from sgaudit.register import Registers
from sgaudit.rules import Rule, RulePack

TODAY = date(2026, 3, 4)
"""The day of the evidence in test_verdict.py."""


def accepted(**changes: Any) -> Accepted:
    values: dict[str, Any] = {
        "rule": "one", "reason": "The supplier mends it.", "by": "Mrs Bell, governor", "expires": "2026-05-01",
    }  # fmt: skip
    return Accepted.model_validate(values | changes)


def audited(
    monkeypatch: pytest.MonkeyPatch,
    policy: Policy,
    found: dict[str, Sequence[tuple[str, Outcome, str, bool]]],
    *,
    no_verdict: Sequence[str] = (),
    **rule: object,
) -> Report:
    given = evidence(no_verdict=no_verdict).model_copy(update={"policy": policy})
    return concluded(monkeypatch, given, found, **rule)


BAD = {"one": [(PAGE, Outcome.failed, "The words are missing.", False)]}
DEAD = {"ceop-button": [(PAGE, Outcome.failed, "The button leads nowhere.", False)]}
ROUTE = {"group": "reporting-route", "severity": "critical"}


def test_an_accepted_risk_does_not_fail_the_run_and_is_never_a_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    report = audited(monkeypatch, Policy(accepted=(accepted(),)), BAD)
    assert (report.run.exit_code, report.verdict.level) == (0, "pass")
    assert report.verdict.headline == "Nothing but accepted risks needs action"
    assert report.verdict.sentence == (
        "The way to report to CEOP was not part of this audit. 0 of 1 requirements are met. "
        "1 fault is an accepted risk until 1 May 2026: it does not fail this audit, and it is not put right."
    )
    (row,), (one,), (risk,) = report.rules, report.findings, report.accepted
    assert (row.outcome, row.accepted) == (Outcome.failed, True)
    assert (one.outcome, one.accepted_until) == (Outcome.failed, date(2026, 5, 1))
    assert (risk.state, risk.findings, risk.messages) == ("accepted", 1, ("The words are missing.",))
    assert report.summary.accepted == 1


def test_a_working_button_beside_an_accepted_risk_says_both(monkeypatch: pytest.MonkeyPatch) -> None:
    found = BAD | {"ceop-button": [(PAGE, Outcome.passed, "It works.", False)]}
    assert audited(monkeypatch, Policy(accepted=(accepted(),)), found).verdict.headline == (
        "Working, with accepted risks"
    )


def test_that_a_child_cannot_report_is_said_even_where_it_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    report = audited(monkeypatch, Policy(accepted=(accepted(rule="ceop-button"),)), DEAD, **ROUTE)
    assert (report.run.exit_code, report.verdict.level) == (0, "fail")
    assert report.verdict.headline == "Accepted: a child cannot report from this site"
    assert report.verdict.sentence.startswith("The button leads nowhere. 1 fault is an accepted risk until 1 May 2026")


def test_it_is_said_beside_other_faults_too(monkeypatch: pytest.MonkeyPatch) -> None:
    found = BAD | DEAD
    report = audited(monkeypatch, Policy(accepted=(accepted(rule="ceop-button"),)), found, **ROUTE)
    assert report.run.exit_code == 1
    assert report.verdict.headline == "Urgent: a child cannot report from this site", "the other one is a route too"
    report = audited(monkeypatch, Policy(accepted=(accepted(rule="ceop-button"), accepted())), found, **ROUTE)
    assert (report.run.exit_code, report.verdict.headline) == (0, "Accepted: a child cannot report from this site")
    assert "2 faults are accepted risks, the first until 1 May 2026" in report.verdict.sentence


def test_a_fault_that_counts_does_not_hide_that_a_child_cannot_report(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = (rule("ceop-button", **ROUTE), rule("one"))

    def decide(asked: Rule, *_: object) -> Decided:
        return Decided(findings=(found(asked, PAGE, Outcome.failed, f"Bad {asked.id}."),))

    monkeypatch.setattr(verdict, "CHECKS", {one.id: Check(Options, decide, frozenset()) for one in rules})
    given = evidence().model_copy(update={"policy": Policy(accepted=(accepted(rule="ceop-button"),))})
    report = verdict.conclude(given, RulePack(rules=rules, registers=Registers(), sha256="x"))
    assert (report.run.exit_code, report.verdict.level) == (1, "fail")
    assert report.verdict.headline == "Action needed, and a child cannot report from this site"
    assert report.verdict.sentence.startswith("Bad one. The way to report is not in order: Bad ceop-button. 1 fault is")


def test_an_accepted_fault_of_the_way_to_report_is_told_by_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"way": [(PAGE, Outcome.passed, "One works.", False), (OTHER, Outcome.failed, "One leads away.", True)]}
    policy = Policy(accepted=(accepted(rule="way"),))
    report = audited(monkeypatch, policy, found, group="reporting-route", severity="serious")
    assert report.run.exit_code == 0
    assert "The way to report is not in order: One leads away." in report.verdict.sentence


def test_acceptance_does_not_hide_that_nobody_could_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = Policy(accepted=(accepted(), accepted(rule="ceop-button")))
    report = audited(monkeypatch, policy, BAD, no_verdict=["The site was down."])
    assert (report.run.exit_code, report.verdict.level) == (3, "unknown")
    found = DEAD | {"other": [(PAGE, Outcome.cant_tell, "CEOP did not answer.", False)]}
    report = audited(monkeypatch, policy, found, **ROUTE)
    assert (report.run.exit_code, report.verdict.level) == (3, "fail")
    assert "CEOP did not answer." in report.verdict.sentence


@pytest.mark.parametrize(
    ("expires", "state", "code"),
    [
        ("2026-03-03", "expired", 1),
        ("2026-03-04", "ends-soon", 0),
        ("2026-03-18", "ends-soon", 0),
        ("2026-03-19", "accepted", 0),
    ],
)
def test_it_ends_with_a_warning_of_two_weeks(
    monkeypatch: pytest.MonkeyPatch, expires: str, state: str, code: int
) -> None:
    report = audited(monkeypatch, Policy(accepted=(accepted(expires=expires),)), BAD)
    assert (report.accepted[0].state, report.run.exit_code) == (state, code)
    assert (report.findings[0].accepted_until is None) is (state == "expired")
    assert report.accepted[0].findings == 1, "what it covered is named when it counts again"


def test_what_matches_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = Policy(accepted=(accepted(rule="no-such-rule"), accepted(rule="", fingerprint="v1:" + "0" * 16)))
    report = audited(monkeypatch, policy, BAD)
    assert [row.state for row in report.accepted] == ["nothing-to-accept"] * 2
    assert report.run.exit_code == 1


def failing(page: str, *pages: str, rule: str = "one") -> Finding:
    return finding(BUTTON, page, fingerprint=fingerprint(rule, page), pages=pages).model_copy(update={"rule": rule})


def test_one_page_is_accepted_and_another_is_not() -> None:
    found = [failing(PAGE), failing(OTHER), failing(PAGE, PAGE, OTHER)]
    policy = Policy(accepted=(accepted(page="/safe"),))
    marked, (row,) = accept(found, policy, TODAY)
    assert [one.accepted_until is not None for one in marked] == [True, False, False]
    assert row.findings == 1
    by_print = Policy(accepted=(accepted(rule="", fingerprint=fingerprint("one", OTHER)),))
    marked, _ = accept(found, by_print, TODAY)
    assert [one.accepted_until is not None for one in marked] == [False, True, False]


def test_of_a_rule_with_one_accepted_page_the_other_still_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"one": [(PAGE, Outcome.failed, "Bad.", False), (OTHER, Outcome.failed, "Bad too.", False)]}
    report = audited(monkeypatch, Policy(accepted=(accepted(page=PAGE),)), found)
    assert (report.run.exit_code, report.rules[0].accepted) == (1, False)
    assert report.verdict.sentence.startswith("Bad too.")


def test_only_what_failed_can_be_accepted() -> None:
    unsure = finding(ANONYMOUS, SAFE, outcome=Outcome.cant_tell)
    marked, (row,) = accept([unsure], Policy(accepted=(accepted(rule="not-anonymous"),)), TODAY)
    assert (marked, row.state) == ((unsure,), "nothing-to-accept")


def test_a_baseline_forgives_what_it_knows_and_nothing_new(monkeypatch: pytest.MonkeyPatch) -> None:
    known = remembered(audited(monkeypatch, Policy(), BAD)).faults
    report = audited(monkeypatch, Policy(baseline=known), BAD)
    assert (report.run.exit_code, report.verdict.headline) == (0, "Nothing new needs action")
    assert report.verdict.sentence.endswith(
        "1 fault was there in the baseline already, and only what is new fails this audit."
    )
    assert report.findings[0].in_baseline and not report.rules[0].accepted
    more = BAD | {"two": [(PAGE, Outcome.failed, "This is new.", False)]}
    report = audited(monkeypatch, Policy(baseline=known), more)
    assert (report.run.exit_code, report.verdict.headline) == (1, "Action needed")
    assert report.verdict.sentence.startswith("This is new.")
    assert audited(monkeypatch, Policy(baseline=()), BAD).run.exit_code == 1, "an empty baseline forgives nothing"


def test_a_baseline_does_not_make_a_dead_button_well(monkeypatch: pytest.MonkeyPatch) -> None:
    known = remembered(audited(monkeypatch, Policy(), DEAD, **ROUTE)).faults
    report = audited(monkeypatch, Policy(baseline=known), DEAD, **ROUTE)
    assert (report.run.exit_code, report.verdict.level) == (0, "fail")
    assert report.verdict.headline == "Urgent: a child cannot report from this site"
    assert report.verdict.sentence.startswith("The button leads nowhere.")


def test_an_owner_is_named_by_id_before_pattern_before_group(monkeypatch: pytest.MonkeyPatch) -> None:
    owners = {"content": "Group", "one*": "Pattern", "one": "Rule", "nobody-*": "Lost"}
    found = BAD | {"one-more": BAD["one"], "two": BAD["one"], "three": [(PAGE, Outcome.passed, "Good.", False)]}
    report = audited(monkeypatch, Policy(owners=owners), found)
    assert [one.owner for one in report.findings] == ["Rule", "Pattern", "Group", ""]
    assert [row.owner for row in report.rules] == ["Rule", "Pattern", "Group", "Group"]
    assert [error.message for error in report.errors] == [
        "[owners] names 'nobody-*', which is no rule, pattern of rules or group; see `sgaudit rules list`."
    ]


WRITTEN = """
[run]
url = "https://school.example"

[[accepted]]
rule = "broken-links"
page = "/news"
reason = "The council moves its site in May."
by = "Mrs Bell"
expires = 2027-03-31

[[accepted]]
fingerprint = "v1:0123456789abcdef"
reason = "The map is replaced."
by = "Mr Reed"
expires = "2027-01-02"

[owners]
reporting-route = "Mrs Bell"
"empty-*" = "The office"

[due]
serious = 7
minor = false
"""


def written(tmp_path: Path, text: str) -> Any:
    file = tmp_path / "sgaudit.toml"
    file.write_text(text, "utf-8")
    return load({"url": "https://school.example"}, file, {})


def test_the_settings_file_says_it_all(tmp_path: Path) -> None:
    policy = written(tmp_path, WRITTEN).policy
    assert [(one.rule, one.fingerprint, one.expires) for one in policy.accepted] == [
        ("broken-links", "", date(2027, 3, 31)),
        ("", "v1:0123456789abcdef", date(2027, 1, 2)),
    ]
    assert (policy.owner("empty-heading", "content"), policy.owner("ceop-button", "reporting-route")) == (
        "The office",
        "Mrs Bell",
    )
    assert policy.due == {Severity.critical: 1, Severity.serious: 7, Severity.moderate: 30}, "the others are the usual"
    assert policy.due_day(Severity.serious, date(2026, 12, 28)) == date(2027, 1, 4)
    assert policy.due_day(Severity.minor, TODAY) is None, "false sets no day"


def test_without_settings_a_day_is_set_by_severity() -> None:
    days = Config(url="https://school.example").policy.due
    assert [days[one] for one in reversed(Severity)] == [1, 14, 30, 90]


RISK = '[[accepted]]\nrule = "one"\nreason = "So."\nby = "B"\nexpires = 2027-01-01\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (RISK.replace('reason = "So."\n', ""), "[[accepted]] number 1 reason: is missing; an accepted risk needs"),
        (RISK.replace('by = "B"\n', ""), "[[accepted]] number 1 by: is missing"),
        (RISK + RISK.replace("expires = 2027-01-01\n", ""), "[[accepted]] number 2 expires: is missing"),
        (RISK.replace("2027-01-01", '"next year"'), "expires: expected a day such as 2027-03-31, not 'next year'"),
        (RISK.replace("2027-01-01", '"2027-02-30"'), "'2027-02-30' is no day of the calendar"),
        (RISK.replace("2027-01-01", "2027-01-01T10:00:00"), "expected a day such as 2027-03-31"),
        (RISK.replace('"So."', '"  "'), "[[accepted]] number 1 reason: must not be empty"),
        (RISK.replace('"So."', "5"), "reason: expected text in quotes, not '5'"),
        (RISK.replace('"So."', '"' + "x" * 501 + '"'), "reason: must be at most 500 characters"),
        (RISK.replace('rule = "one"\n', ""), "[[accepted]] number 1: name either a rule or a fingerprint"),
        (RISK + 'fingerprint = "v1:0123456789abcdef"\n', "name either a rule or a fingerprint"),
        (RISK.replace('rule = "one"', 'fingerprint = "abc"'), "'abc' is no fingerprint; copy one from the report"),
        (RISK + 'expries = "x"\n', "has no key 'expries'; known are"),
        ('accepted = "all"\n', "expected a table for each risk, each headed [[accepted]]"),
        ("[owners]\nlinks = 5\n", "[owners] links: expected a name in quotes, not '5'"),
        ("[due]\ncritcal = 1\n", "[due] has no key 'critcal'; known are minor, moderate, serious, critical; did you"),
        ("[due]\ncritical = -1\n", "[due] critical: expected a number of days, not '-1'"),
        ("[due]\ncritical = true\n", "[due] critical: expected a number of days"),
        ("[report]\nkeep-runs = -1\n", "[report] keep-runs: must be at least 0"),
    ],
)
def test_a_wrong_policy_is_named_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        written(tmp_path, text)
    assert says in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "sgaudit.toml"))
    assert "\n" not in str(caught.value)


def test_home_is_another_page(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"one": [(HOME, Outcome.failed, "Bad.", False)]}
    assert audited(monkeypatch, Policy(accepted=(accepted(page="/safe"),)), found).run.exit_code == 1
    assert audited(monkeypatch, Policy(accepted=(accepted(page="/"),)), found).run.exit_code == 0


def test_the_settings_that_the_readme_shows_can_be_read(tmp_path: Path) -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    shown = readme.partition("```toml\n")[2].partition("```")[0]
    shown = shown.replace('ca-bundle = "filter-ca.pem"', "")  # it would have to be there
    config = written(tmp_path, shown.replace("https://www.school.example", "https://school.example"))
    assert (config.keep_runs, config.keep_days, config.history) == (60, 90, Path("reports/history.db"))
    assert config.baseline == Path("known/report.json")
    assert [one.expires for one in config.policy.accepted] == [date(2027, 5, 31)]
    assert config.policy.owner("accessibility-wcag", "accessibility") == "The web supplier"
    assert written(tmp_path, "[report]\nhistory = false\n").history is False
