"""Engine results become one issue for each rule; what was not tested is said, and never counts as passed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from sgaudit import rules
from sgaudit.checks.accessibility import ACCESSIBILITY
from sgaudit.checks.accessibility_issues import criteria, is_best_practice
from sgaudit.model.evidence import (
    AxeNode,
    AxeResult,
    Canary,
    Evidence,
    FrameSeen,
    RenderedPage,
    Scan,
    Trouble,
    Versions,
    View,
)
from sgaudit.model.outcome import Outcome, Role, Severity
from sgaudit.model.report import Decided, Finding
from sgaudit.register import Registers
from sgaudit.rules import read_rule

FOLDER = rules.built_in()
CHECKS = {"accessibility": ACCESSIBILITY.options}
WCAG = read_rule(FOLDER / "accessibility-wcag.yaml", CHECKS)
BEST = read_rule(FOLDER / "accessibility-best-practice.yaml", CHECKS)
HOME, SAFE = "https://www.foxglove.example/", "https://www.foxglove.example/safeguarding"
ALIVE = Canary(engine="axe", alive=True)
CONTRAST = ("cat.color", "wcag2aa", "wcag143")


def result(
    rule: str, *selectors: str, outcome: str = "failed", tags: Sequence[str] = CONTRAST, **fields: object
) -> AxeResult:
    nodes = tuple(AxeNode(selector=selector, html=f"<p>{selector}</p>") for selector in selectors or ("p",))
    given = {"impact": "serious", "help": "Elements must do well", "help_url": "https://rules.example/x", **fields}
    return AxeResult.model_validate({"rule": rule, "outcome": outcome, "tags": tuple(tags), "nodes": nodes, **given})


def view(*results: AxeResult, width: int = 1280, passes: int = 40, **fields: object) -> View:
    scan = Scan.model_validate({"engine": "axe", "results": results, "passes": passes, **fields})
    return View(width=width, height=800, scan=scan)


def page(*views: View, url: str = SAFE, role: Role = Role.safeguarding, **fields: object) -> RenderedPage:
    title = "Safeguarding" if url == SAFE else "Home"
    return RenderedPage.model_validate(
        {"url": url, "final_url": url, "role": role, "title": title, "status": 200, "views": views, **fields}
    )


def decide(*pages: RenderedPage, canary: Canary | None = ALIVE, best: bool = False) -> Decided:
    started = datetime(2026, 11, 24, 9, tzinfo=UTC)
    seen = Evidence(
        run_id="r",
        url=HOME,
        started=started,
        finished=started,
        versions=Versions(sgaudit="0"),
        rendered=pages,
        canary=canary,
    )
    return ACCESSIBILITY.decide(BEST if best else WCAG, seen, Registers())


def outcomes(decided: Decided) -> set[Outcome]:
    return {finding.outcome for finding in decided.findings}


def only(decided: Decided, outcome: Outcome) -> Finding:
    (finding,) = (finding for finding in decided.findings if finding.outcome is outcome)
    return finding


@pytest.mark.parametrize(
    ("tags", "named", "best"),
    [
        (("cat.color", "wcag2aa", "wcag143"), ("1.4.3",), False),
        (("wcag21aa", "wcag1410", "wcag1412"), ("1.4.10", "1.4.12"), False),
        (("wcag22aa", "wcag258"), ("2.5.8",), False),
        (("wcag2a", "wcag111", "EN-9.1.1.1"), ("1.1.1",), False),
        (("wcag2aaa", "wcag146"), ("1.4.6",), True),
        (("cat.semantics", "best-practice"), (), True),
    ],
)
def test_tags_tell_the_criteria_and_what_is_beyond_wcag(
    tags: tuple[str, ...], named: tuple[str, ...], best: bool
) -> None:
    assert criteria(tags) == named
    assert is_best_practice(tags) is best


def test_one_fault_on_many_pages_and_widths_is_one_issue() -> None:
    found = result("color-contrast", "#a", "#b")
    decided = decide(
        page(view(found), view(found, width=375), url=HOME, role=Role.home), page(view(found), view(found, width=375))
    )
    (row,) = decided.accessibility
    assert (row.page_count, row.node_count, row.wcag, row.best_practice) == (2, 4, ("1.4.3",), False)
    assert {node.widths for node in row.nodes} == {(1280, 375)}
    finding = only(decided, Outcome.failed)
    assert finding.message == (
        "Some words stand out too little from what is behind them, so people with weaker sight cannot read them. "
        "Seen in 4 places on “Safeguarding” and 1 other page."
    )
    assert (finding.severity, finding.page) == (Severity.serious, SAFE)
    assert "4.5 to 1" in finding.how_to_fix[0]


def test_a_fault_at_one_width_says_so() -> None:
    decided = decide(page(view(), view(result("target-size", tags=("wcag22aa", "wcag258")), width=375)))
    assert only(decided, Outcome.failed).message.endswith("on “Safeguarding”, at 375 pixels wide only.")


def test_examples_are_bounded_and_totals_are_not() -> None:
    many = result("color-contrast", *(f"#n{number}" for number in range(300)))
    decided = decide(page(view(many)), page(view(result("color-contrast", "#x")), url=HOME, role=Role.home))
    (row,) = decided.accessibility
    assert (row.node_count, len(row.nodes)) == (301, 50)
    assert {node.page for node in row.nodes} == {SAFE, HOME}


def test_a_rule_without_words_of_ours_quotes_the_engine() -> None:
    decided = decide(page(view(result("brand-new-rule"))))
    finding = only(decided, Outcome.failed)
    assert finding.message == "The engine says: “Elements must do well”. Seen in 1 place on “Safeguarding”."
    assert "https://rules.example/x" in finding.how_to_fix[0]


def test_the_gravest_impact_seen_counts() -> None:
    decided = decide(
        page(view(result("label", impact="moderate"))), page(view(result("label", impact="critical")), url=HOME)
    )
    assert only(decided, Outcome.failed).severity is Severity.critical


def test_what_the_engine_could_not_decide_needs_a_person_and_is_no_failure() -> None:
    decided = decide(page(view(result("color-contrast", outcome="cantTell"))))
    assert outcomes(decided) == {Outcome.cant_tell, Outcome.passed}
    assert only(decided, Outcome.cant_tell).message.startswith("Needs a person: ")
    assert decided.accessibility[0].outcome is Outcome.cant_tell


def test_best_practice_is_kept_apart_from_wcag() -> None:
    seen = page(view(result("color-contrast"), result("region", tags=("best-practice",), impact="moderate")))
    assert [row.rule for row in decide(seen).accessibility] == ["color-contrast"]
    best = decide(seen, best=True)
    assert [row.rule for row in best.accessibility] == ["region"]
    assert only(best, Outcome.failed).severity is Severity.minor


def test_a_clean_page_passes_with_what_was_checked_and_what_that_is_worth() -> None:
    decided = decide(page(view(), view(width=375)))
    finding = only(decided, Outcome.passed)
    assert "no fault on 1 page at 1280 and 375 pixels wide: “Safeguarding”" in finding.message
    assert "only a part" in finding.message
    assert outcomes(decided) == {Outcome.passed}


def test_where_no_page_opened_the_pages_are_named_and_not_the_engine() -> None:
    closed = page(trouble=Trouble.refused, message="school.example refused the connection.")
    decided = decide(closed, canary=None)
    assert [found.outcome for found in decided.findings] == [Outcome.untested]
    assert "refused the connection" in decided.findings[0].message


@pytest.mark.parametrize(
    "canary", [None, Canary(engine="axe", alive=False, message="It found no fault on a page full of them.")]
)
def test_an_engine_that_did_not_prove_itself_says_nothing(canary: Canary | None) -> None:
    decided = decide(page(view(result("color-contrast"))), canary=canary)
    assert outcomes(decided) == {Outcome.untested}
    assert "did not prove that it works" in decided.findings[0].message
    assert not decided.accessibility


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        (page(trouble=Trouble.timeout, message="It did not load in 25 seconds."), "It did not load in 25 seconds."),
        (page(view(), status=403), "The answer was an error page (403)"),
        (page(), "the engine was not run on it"),
        (page(View(width=1280, height=800)), "was not tested: the engine was not run"),
        (page(view(passes=0)), "the engine tried no rule at all"),
        (page(view(trouble=Trouble.timeout, message="The scan took too long.")), "The scan took too long."),
    ],
)
def test_what_was_not_tested_is_said_and_never_passed(seen: RenderedPage, says: str) -> None:
    decided = decide(seen)
    assert outcomes(decided) == {Outcome.untested}
    assert says in decided.findings[0].message


def test_one_width_in_trouble_does_not_hide_behind_the_other() -> None:
    decided = decide(page(view(), view(width=375, trouble=Trouble.crashed, message="The tab crashed.")))
    assert outcomes(decided) == {Outcome.untested, Outcome.passed}
    assert (
        only(decided, Outcome.untested).message == "At 375 pixels wide “Safeguarding” was not tested: The tab crashed."
    )
    assert "at 1280 pixels wide" in only(decided, Outcome.passed).message


def test_frames_that_could_not_be_entered_are_told_once() -> None:
    frame = FrameSeen(url="https://maps.example/embed", read=False, reason="it did not answer.")
    decided = decide(page(view(untested_frames=(frame,)), view(width=375, untested_frames=(frame,))))
    finding = only(decided, Outcome.untested)
    assert finding.message == (
        "The embedded page https://maps.example/embed on “Safeguarding” was not tested: it did not answer."
    )


def test_an_issue_keeps_its_identity_when_pages_are_looked_at_in_another_order() -> None:
    one, other = page(view(result("label"))), page(view(result("label")), url=HOME, role=Role.home)
    assert only(decide(one, other), Outcome.failed).fingerprint == only(decide(other), Outcome.failed).fingerprint


def test_no_page_looked_at_yields_nothing_to_pass_on() -> None:
    assert not decide().findings
