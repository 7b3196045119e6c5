"""Every shipped rule judges its own examples as it says, and offers wording that it would itself accept."""

from __future__ import annotations

from functools import lru_cache

import pytest

from sgaudit import rules
from sgaudit.checks.examples import evidence_of, run_examples
from sgaudit.checks.table import CHECKS
from sgaudit.model.outcome import Outcome, Reading
from sgaudit.rules import Example, Rule, RulePack

STATEMENTS = {
    "what-ceop-is", "what-to-report", "not-bullying", "more-info-link", "when-to-report", "how-to-report",
    "button-asset-of-nca", "button-for-children", "reports-taken-seriously", "children-any-age", "trusted-adult",
    "risk-assessed", "not-anonymous", "out-of-hours", "urgent-referral", "immediate-danger-police",
}  # fmt: skip
SUPERSEDED = {"what-ceop-is", "not-bullying", "children-any-age", "out-of-hours", "immediate-danger-police"}


@lru_cache(maxsize=1)
def pack() -> RulePack:
    return rules.load({name: check.options for name, check in CHECKS.items()})


def ids(group: str = "") -> list[str]:
    return [rule.id for rule in pack().rules if not group or rule.group == group]


def rule_of(name: str) -> Rule:
    return next(rule for rule in pack().rules if rule.id == name)


@pytest.mark.parametrize("name", ids())
def test_the_examples_come_out_as_their_headings_say(name: str) -> None:
    assert [str(one) for one in run_examples(rule_of(name), pack().registers)] == []


def test_the_sixteen_statements_are_there() -> None:
    assert set(ids("statements")) >= STATEMENTS


@pytest.mark.parametrize("name", sorted(STATEMENTS))
def test_a_statement_shows_what_it_means_from_every_side(name: str) -> None:
    shown = rule_of(name).examples
    assert len(shown.passed) >= 6
    assert len(shown.failed) >= 6
    assert sum(bool(one.why) for one in shown.failed) >= 2
    assert len(shown.contradicted) >= 2
    assert len(shown.hidden) >= 2
    assert bool(shown.superseded) is (name in SUPERSEDED) is (rule_of(name).options.get("superseded") is not None)


@pytest.mark.parametrize("name", sorted(STATEMENTS))
def test_the_suggested_wording_meets_its_own_rule(name: str) -> None:
    rule = rule_of(name)
    assert rule.wording
    evidence = evidence_of(rule, Example(html=f"<p>{rule.wording}</p>"))
    (row,) = CHECKS[rule.check].decide(rule, evidence, pack().registers).statements
    assert row.reading is Reading.present


def test_all_the_suggested_wording_on_one_page_meets_every_rule() -> None:
    html = "".join(f"<p>{rule.wording}</p>" for rule in pack().rules if rule.id in STATEMENTS)
    for name in STATEMENTS:
        rule = rule_of(name)
        decided = CHECKS[rule.check].decide(rule, evidence_of(rule, Example(html=html)), pack().registers)
        assert [one.outcome for one in decided.findings] == [Outcome.passed], name


@pytest.mark.parametrize("name", sorted(STATEMENTS))
def test_no_statement_is_called_a_legal_duty(name: str) -> None:
    rule = rule_of(name)
    assert (rule.basis, rule.check, rule.across) == ("sector-guidance", "statement", "any")
