"""The seventeenth statement that CONTRIBUTING.md shows is a whole rule file: it is taken from there and run."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import pytest

from sgaudit import verdict
from sgaudit.audit import rule_pack
from sgaudit.checks.examples import evidence_of, run_examples
from sgaudit.explain import explained
from sgaudit.model.outcome import Outcome, Reading
from sgaudit.reporters.wording import section_html
from sgaudit.rules import Example, RulePack

CONTRIBUTING = Path(__file__).parent.parent / "CONTRIBUTING.md"
ID = "childline-free"


@lru_cache(maxsize=1)
def shown() -> str:
    """The rule file as the document shows it."""
    section = CONTRIBUTING.read_text("utf-8").partition("## A seventeenth statement")[2].partition("\n## ")[0]
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert f"saved as `{ID}.yaml`" in section
    return str(block)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / f"{ID}.yaml").write_text(shown(), "utf-8")
    return tmp_path


def pack(folder: Path) -> RulePack:
    return rule_pack([folder])


def test_it_is_one_statement_more_and_its_examples_come_out_as_they_say(folder: Path) -> None:
    with_it = pack(folder)
    assert {rule.id for rule in with_it.rules} - {rule.id for rule in rule_pack().rules} == {ID}
    rule = with_it.named(ID)
    assert (rule.id, rule.group, rule.check) == (ID, "statements", "statement")
    assert [str(one) for one in run_examples(rule, with_it.registers)] == []


@pytest.mark.parametrize(
    ("html", "reading"),
    [
        (
            "<h2>Childline</h2><p>You can talk to them by telephone. You will not pay a penny.</p>",
            Reading.present,
        ),
        ("<h2>Childline</h2><p>You can talk to them by telephone.</p><h2>CEOP</h2><p>It is free.</p>", Reading.absent),
        ("<p>Childline is free. That is not true.</p>", Reading.contradicted),
    ],
)
def test_a_report_has_its_reading_beside_the_others(folder: Path, html: str, reading: Reading) -> None:
    with_it = pack(folder).chosen(("statements",), ())
    found = verdict.conclude(evidence_of(with_it.named(ID), Example(html=html)), with_it)
    (row,) = (one for one in found.statements if one.statement == ID)
    assert row.reading is reading
    (rule,) = (one for one in found.rules if one.id == ID)
    assert rule.outcome is (Outcome.passed if reading is Reading.present else Outcome.failed)
    assert len(found.statements) == len(with_it.rules)


def test_it_is_explained_and_stands_in_the_section_to_paste(folder: Path) -> None:
    page = folder / "saved.html"
    page.write_text("<h2>Childline</h2><p>Calls are free.</p>", "utf-8")
    with_it = pack(folder)
    why = explained(with_it, ID, str(page))
    assert (why.reading, why.quote) == (Reading.present, "Calls are free.")
    assert "<h3>Childline</h3>" in section_html(with_it)
    page.write_text(f"<main>{section_html(with_it)}</main>", "utf-8")
    for rule in with_it.chosen(("statements",), ()).rules:
        assert explained(with_it, rule.id, str(page)).reading is Reading.present, rule.id
