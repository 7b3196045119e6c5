"""`sgaudit rules wording`: a section made of the rules' own sentences, which every statement rule reads as present."""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from sgaudit import rules
from sgaudit.checks.examples import evidence_of
from sgaudit.checks.table import CHECKS
from sgaudit.model.outcome import Reading
from sgaudit.register import Section
from sgaudit.reporters.wording import section_html, section_text
from sgaudit.rules import Example, Rule, RuleError, RulePack

HEAD = '<!DOCTYPE html><html lang="en-GB"><head><title>Keeping safe</title></head><body><main>'


@lru_cache(maxsize=1)
def pack() -> RulePack:
    return rules.load({name: check.options for name, check in CHECKS.items()})


def statements() -> list[Rule]:
    return [rule for rule in pack().rules if rule.group == "statements"]


def as_page() -> str:
    return f"{HEAD}{section_html(pack())}</main></body></html>"


def as_paragraphs() -> str:
    lines = [line.removeprefix("- ") for line in section_text(pack()).splitlines() if line]
    return HEAD + "".join(f"<p>{line}</p>" for line in lines) + "</main></body></html>"


def reading(rule: Rule, html: str) -> tuple[Reading, str]:
    (row,) = CHECKS[rule.check].decide(rule, evidence_of(rule, Example(html=html)), pack().registers).statements
    return row.reading, row.quote


@pytest.mark.parametrize("name", [rule.id for rule in statements()])
@pytest.mark.parametrize("page", [as_page, as_paragraphs])
def test_every_statement_reads_the_section_as_present(name: str, page: object) -> None:
    found, quote = reading(pack().named(name), page())  # type: ignore[operator]
    assert found is Reading.present, quote


def test_the_section_is_made_of_headings_paragraphs_a_list_and_a_link_to_ceop() -> None:
    page = BeautifulSoup(section_html(pack()), "lxml")
    assert [element.name for element in page.body.find_all(True, recursive=False)] == ["section"]
    assert len(page.find_all("h2")) == 1
    assert len(page.find_all("h3")) >= 3
    assert len(page.select("ul > li")) >= 3
    assert page.find("a", href="https://www.ceop.police.uk/Safety-Centre/") is not None
    assert {element.name for element in page.section.find_all(True)} == {"h2", "h3", "p", "ul", "li", "a"}


def test_each_statement_says_its_sentence_once_in_both_forms() -> None:
    page, text = " ".join(BeautifulSoup(section_html(pack()), "lxml").get_text(" ").split()), section_text(pack())
    for rule in statements():
        said = " ".join(BeautifulSoup(rule.wording, "lxml").get_text().split())
        if "<a " not in rule.wording:
            assert page.count(said) == 1, rule.id
            assert text.count(said) == 1, rule.id
    assert "<" not in text
    assert "www.ceop.police.uk (https://www.ceop.police.uk/Safety-Centre/)" in text


def with_rules(*more: Rule, section: Section | None = None) -> RulePack:
    registers = pack().registers.model_copy(update={"section": section} if section else {})
    return pack().model_copy(update={"rules": (*pack().rules, *more), "registers": registers})


def another(name: str, wording: str, **options: object) -> Rule:
    rule = pack().named("not-anonymous")
    return rule.model_copy(update={"id": name, "wording": wording, "options": {**rule.options, **options}})


def test_a_statement_that_no_part_names_comes_last_under_the_name_of_its_service() -> None:
    more = with_rules(
        another("childline-free", "Calls to Childline are free.", about="childline"),
        another("childline-any-time", "Childline listens at night.", about="childline"),
        another(
            "youth-line-there",
            "Youth Line listens.",
            about="youth-line",
            service={"id": "youth-line", "title": "Youth Line", "names": ["youth line"]},
        ),
        another("someone-there", "Somebody listens.", about=""),
    )
    assert section_html(more).endswith(
        "<h3>Childline</h3>\n<p>Calls to Childline are free.</p>\n<p>Childline listens at night.</p>\n"
        "<h3>Youth Line</h3>\n<p>Youth Line listens.</p>\n"
        "<h3>More to know</h3>\n<p>Somebody listens.</p>\n</section>"
    )


def test_nothing_but_links_comes_as_markup() -> None:
    rule = another(
        "odd", 'Tom & Ann <b>say</b> <a href="https://a.example/?x=1&amp;y=2">this &amp; that</a>.', about=""
    )
    said = '<p>Tom &amp; Ann &lt;b&gt;say&lt;/b&gt; <a href="https://a.example/?x=1&amp;y=2">this &amp; that</a>.</p>'
    assert said in section_html(with_rules(rule))
    assert "Tom & Ann <b>say</b> this & that (https://a.example/?x=1&y=2)." in section_text(with_rules(rule))


def test_the_parts_are_what_the_register_says() -> None:
    section = Section.model_validate(
        {
            "heading": "Help",
            "parts": [{"heading": "Last", "rules": ["not-bullying"], "listed": True}, {"rules": ["not-anonymous"]}],
        }
    )
    only = with_rules(section=section).model_copy(
        update={"rules": (pack().named("not-anonymous"), pack().named("not-bullying"))}
    )
    heads = [
        (one.name, one.get_text())
        for one in BeautifulSoup(section_html(only), "lxml").section.find_all(True, recursive=False)
    ]
    assert [name for name, _ in heads] == ["h2", "h3", "ul", "p"]
    assert section_text(only).startswith(f"Help\n\nLast\n\n- {pack().named('not-bullying').wording}\n\n")


def test_a_part_that_names_an_unknown_rule_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "registers").mkdir()
    file = tmp_path / "registers" / "section.yaml"
    file.write_text("section:\n  heading: Help\n  parts:\n    - rules: [not-bullying, not-anonymus]\n", "utf-8")
    with pytest.raises(RuleError) as caught:
        rules.load({name: check.options for name, check in CHECKS.items()}, [tmp_path])
    assert str(caught.value) == (
        f"{file}:4:29: section: no rule is called 'not-anonymus'; did you mean 'not-anonymous'?"
    )


@pytest.mark.parametrize(("form", "made"), [("html", section_html), ("text", section_text)])
def test_at_the_terminal_nothing_but_the_section_is_on_standard_output(form: str, made: object) -> None:
    command = [sys.executable, "-m", "sgaudit", "rules", "wording", "--format", form]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout) == (0, made(pack()) + "\n")  # type: ignore[operator]
    assert "The CEOP button itself belongs on the same page" in done.stderr
