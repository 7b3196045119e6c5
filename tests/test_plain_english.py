"""Plain English: a reading age of about 12 for what rules and page one say, and no word that a governor need not know.

Measured by those two formulas of textstat that count letters, words and sentences; others fetch a dictionary
from the network. Both give American school grades, and a child of grade 7 is twelve years old.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import fmean

import pytest
import textstat
from bs4 import BeautifulSoup
from plain import JARGON, plain
from small_report import changed_report, clean_report, finding, rule, small_report

from sgaudit import store
from sgaudit.audit import rule_pack
from sgaudit.model.outcome import Outcome
from sgaudit.model.report import Report
from sgaudit.reporters import words
from sgaudit.reporters.html import render
from sgaudit.rules import Rule

ABOUT_12 = 12.5
RULES = rule_pack(()).rules
EXAMPLE = store.load_report(Path(__file__).parents[1] / "reports" / "example" / "report.json")


def age(text: str) -> float:
    """The age in years at which `text` can be read."""
    read = plain(text)
    return 5 + fmean((textstat.automated_readability_index(read), textstat.coleman_liau_index(read)))


def told(one: Rule) -> str:
    """All that a rule tells people, each part a sentence at least."""
    parts = (one.title, one.why, *one.fix, one.wording)
    return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts if part)


def engine_words() -> Iterator[tuple[str, str]]:
    for one in RULES:
        by_engine: Mapping[str, Mapping[str, str]] = one.options.get("words") or {}
        for name, said in by_engine.items():
            yield name, f"{said['means']} {said['do']}"


def page_one(report: Report) -> str:
    """What a governor reads there, each block a sentence; its places and numbers are left out."""
    page = BeautifulSoup(render(report, {}), "lxml").select_one(".page-one")
    blocks = [block for block in page.select("h2, h3, p, li") if not block.find(["h3", "p", "li"])]
    for block in blocks:
        for place in block.select(".where, .note, .all"):
            place.decompose()
    said = [" ".join(block.get_text().split()) for block in blocks if "where" not in (block.get("class") or ())]
    return " ".join(text if text.endswith((".", "?", "!")) else f"{text}." for text in said if len(text.split()) > 2)


def all_failed() -> Iterator[Report]:
    """Page one for every rule: each as the only thing that failed, with its own reason and steps."""
    for one in RULES:
        more = {"why": one.why, "how_to_fix": one.fix, "severity": one.severity, "wording": one.wording}
        row = rule(one.id, one.title, one.group, Outcome.failed, "It is not so.", **more)
        yield small_report(rules=(row,), findings=(finding(row),))


def test_the_measure_tells_plain_words_from_learned_ones() -> None:
    assert age("The cat sat on the mat. The dog ran to the park. We went home for tea.") < 8
    learned = (
        "Notwithstanding institutional accountability, organisational governance necessitates comprehensive review."
    )
    assert age(learned) > 20


@pytest.mark.parametrize("one", RULES, ids=lambda one: one.id)
def test_a_twelve_year_old_can_read_what_a_rule_says(one: Rule) -> None:
    assert age(told(one)) <= ABOUT_12, told(one)


def test_all_rules_together_are_easier_still() -> None:
    assert age(" ".join(map(told, RULES))) <= 11


def test_what_is_said_of_accessibility_can_be_read_as_easily() -> None:
    said = dict(engine_words())
    assert age(" ".join(said.values())) <= 12
    hard = {name: text for name, text in said.items() if age(text) > 16}
    assert hard == {}, "one short sentence is measured coarsely, so a single one may be somewhat harder"
    assert age(" ".join(one.person for one in rule_pack(()).registers.wcag)) <= 12


@pytest.mark.parametrize("report", [EXAMPLE, small_report(), changed_report(), clean_report()])
def test_page_one_can_be_read_as_easily(report: Report) -> None:
    assert age(page_one(report)) <= ABOUT_12, page_one(report)


def test_page_one_has_no_word_that_a_governor_need_not_know() -> None:
    for report in (EXAMPLE, changed_report(), clean_report(), *all_failed()):
        text = BeautifulSoup(render(report, {}), "lxml").select_one(".page-one").get_text(" ")
        assert JARGON.findall(text) == []


def test_no_word_for_results_and_links_is_jargon() -> None:
    tables = (words.OUTCOMES, words.READINGS, words.LINKS, words.GROUPS, words.ROLES, words.SEVERITIES, words.TESTED)
    assert [word for table in tables for word in table.values() if JARGON.search(word)] == []


def test_what_is_known_as_jargon_is_found() -> None:
    for said in ("an HTTP error", "the DOM", "its selector", "WCAG 2.2", "axe found", "a JSON file", "TLS", "the URL"):
        assert JARGON.search(said), said
    assert JARGON.search("see https://www.ceop.police.uk and relax at the taxes") is None
