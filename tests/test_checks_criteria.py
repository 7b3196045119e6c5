"""WCAG criterion by criterion: a machine's silence is never a pass, and the data says of axe what axe itself says."""

from __future__ import annotations

from collections import Counter

from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright
from small_report import small_report
from test_checks_accessibility import ALIVE, CONTRAST, HOME, SAFE, WCAG, decide, page, result, view

from sgaudit.audit import rule_pack
from sgaudit.browser import find_browser
from sgaudit.checks.accessibility_issues import criteria as named_by
from sgaudit.checks.criteria import criteria
from sgaudit.config import NOWHERE, Config
from sgaudit.engines.axe import _TAGS, axe_source
from sgaudit.model.evidence import Canary, RenderedPage
from sgaudit.model.outcome import Role
from sgaudit.model.report import CriterionRow
from sgaudit.reporters import words
from sgaudit.reporters.html import render

KNOWN = rule_pack(()).registers.wcag


def rows(*pages: RenderedPage, canary: Canary | None = ALIVE) -> dict[str, CriterionRow]:
    return {row.number: row for row in criteria(KNOWN, [(WCAG, decide(*pages, canary=canary))])}


def test_the_register_holds_every_criterion_of_wcag_2_2_at_a_and_aa() -> None:
    assert Counter(one.level for one in KNOWN) == {"A": 31, "AA": 24}
    numbers = [one.number for one in KNOWN]
    assert numbers == sorted(set(numbers), key=lambda number: tuple(map(int, number.split("."))))
    assert all(one.person.endswith((".", "?")) for one in KNOWN)
    assert {one.group for one in KNOWN} == set(words.CRITERIA)


def test_the_register_says_of_the_engine_what_the_engine_says_of_itself() -> None:
    """A newer engine with other rules must show up here."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(Config(url=NOWHERE)).path)
        tab = browser.new_page()
        tab.evaluate(axe_source())
        known = tab.evaluate("tags => axe.getRules(tags).map(rule => [rule.ruleId, rule.tags])", list(_TAGS))
        browser.close()
    of_the_engine: dict[str, list[str]] = {one.number: [] for one in KNOWN}
    for rule, tags in known:
        if not {"experimental", "deprecated"} & set(tags):
            for number in named_by(tags):
                of_the_engine.get(number, []).append(rule)
    assert {one.number: sorted(one.engine) for one in KNOWN} == {
        number: sorted(found) for number, found in of_the_engine.items()
    }


def test_a_fault_stands_at_its_criterion_with_its_pages() -> None:
    seen = view(result("color-contrast", "a", "b"), result("link-name", outcome="cantTell", tags=("wcag2a", "wcag244")))
    found = rows(page(seen), page(view(result("color-contrast")), url=HOME, role=Role.home))
    assert (found["1.4.3"].tested, found["1.4.3"].issues, found["1.4.3"].page_count) == (
        "automatic",
        ("color-contrast",),
        2,
    )
    assert (found["2.4.4"].issues, found["2.4.4"].undecided) == ((), ("link-name",))
    assert words.criterion(found["1.4.3"]) == "1 issue (color-contrast) on 2 pages."
    assert words.criterion(found["2.4.4"]) == "1 question left open (link-name) on 1 page."


def test_silence_is_told_as_silence_and_what_no_machine_tests_needs_a_person() -> None:
    found = rows(page(view()))
    assert Counter(row.tested for row in found.values()) == {"automatic": 20, "person": 35}
    assert words.criterion(found["1.4.3"]) == "No fault was found by a machine."
    assert (found["2.4.7"].tested, words.criterion(found["2.4.7"])) == ("person", "")
    assert "met" not in str(words.TESTED.values())


def test_where_the_engine_did_not_work_nothing_was_tested_and_the_reason_is_given() -> None:
    dead = rows(page(view()), canary=Canary(engine="axe", alive=False, message="It found nothing."))
    assert Counter(row.tested for row in dead.values()) == {"not-tested": 20, "person": 35}
    assert "It found nothing" in dead["1.4.3"].reason and dead["2.4.7"].reason == ""
    asked_nothing = criteria(KNOWN, [])
    assert asked_nothing[0].reason == "Automatic checks of accessibility were not part of this audit."
    assert "A machine found faults against none of them." in words.criteria_tally(asked_nothing)


def test_another_engine_may_test_more_than_the_register_knows() -> None:
    found = rows(page(view(result("label-content-name-mismatch", tags=("wcag21a", "wcag253")))))
    assert (found["2.5.3"].tested, found["2.5.3"].issues) == ("automatic", ("label-content-name-mismatch",))


def test_faults_of_the_shared_template_come_first_and_are_mended_once() -> None:
    in_footer = result("color-contrast", "footer > p")
    once = result("image-alt", "main > img", tags=("wcag2a", "wcag111"), impact="critical")
    pages = [page(view(in_footer, *([once] if n == 0 else [])), url=f"{SAFE}/{n}") for n in range(3)]
    decided = decide(*pages)
    assert [(row.rule, row.shared_by) for row in decided.accessibility] == [("color-contrast", 3), ("image-alt", 0)]
    (shared, alone) = decided.findings
    assert (
        shared.how_to_fix[-1] == "The same element stands on 3 pages, so it is part of their template: mend it there."
    )
    assert "template" not in str(alone.how_to_fix)
    own_words = [page(view(result("color-contrast", f"p{n}")), url=f"{SAFE}/{n}") for n in range(3)]
    assert [row.shared_by for row in decide(*own_words).accessibility] == [0]


def test_the_report_has_a_row_for_each_criterion_in_the_order_of_the_method() -> None:
    seen = view(result("color-contrast", tags=CONTRAST))
    report = small_report(criteria=tuple(rows(page(seen)).values()))
    html = BeautifulSoup(render(report, {}), "lxml")
    section = html.select_one("section:has(> #accessibility)")
    assert [caption.get_text() for caption in section.select("caption")] == list(words.CRITERIA.values())
    assert len(section.select("tbody tr")) == 55
    text = " ".join(section.get_text(" ").split())
    assert "55 success criteria: 20 tested automatically and 35 need a person. A machine found faults against 1" in text
    assert "1.4.3 Contrast (minimum) (AA) tested automatically 1 issue (color-contrast) on 1 page." in text
    assert "2.4.7 Focus visible (AA) needs a person While pressing Tab, can you always see where you are?" in text
    assert section.select(".tag-passed") == []
