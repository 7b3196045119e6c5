"""A broken rule file is refused at the door with file:line:column and a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from sgaudit.rules import RuleError, read_rule
from sgaudit.rules import load as load_rules


class Options(BaseModel):
    model_config = ConfigDict(extra="forbid")
    words: list[str] = []


CHECKS: dict[str, type[BaseModel]] = {"some-check": Options}
GOOD = """\
id: a-rule
title: Something is so
group: content
why: Because somebody needs it.
source: {title: A guide, url: "https://guide.example", seen: 2026-11-01}
basis: good-practice
level: should
severity: minor
where: safeguarding
check: some-check
options:
  words: [one]
fix: [Do it.]
examples:
  passed:
    - html: <p>one</p>
  failed:
    - html: <p>two</p>
      why: the word is another
"""


def refused(tmp_path: Path, text: str, name: str = "a-rule.yaml") -> str:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(RuleError) as caught:
        read_rule(path, CHECKS)
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(str(path), "FILE")


def test_a_good_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a-rule.yaml"
    path.write_text(GOOD)
    rule = read_rule(path, CHECKS)
    assert (rule.id, rule.source.seen, rule.options) == ("a-rule", "2026-11-01", {"words": ["one"]})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("severity: minor", "severty: minor"), "FILE:8:1: severty: Extra inputs are not permitted"),
        (("severity: minor", "severity: mild"), "FILE:8:1: severity: Input should be"),
        (("check: some-check", "check: no-check"), "FILE:10:1: there is no check 'no-check'; known are some-check"),
        (("  words: [one]", "  wrods: [one]"), "FILE:12:3: options.wrods: Extra inputs are not permitted"),
        (("id: a-rule", "id: b-rule"), "FILE:1:1: the id 'b-rule' must be the file's name, 'a-rule'"),
        (("id: a-rule", "id: A Rule"), "FILE:1:1: id: String should match pattern"),
        (("seen: 2026-11-01", "seen: lately"), "FILE:5:56: source.seen: String should match pattern"),
        (("fix: [Do it.]", "fix: []"), "FILE:13:1: fix: Tuple should have at least 1 item"),
        (("      why: the word is another\n", ""), "FILE:14:1: no failed example has a `why`"),
        (("  failed:", "  contradicted:"), "FILE:14:1: examples.failed is missing"),
        (("title: Something is so\n", ""), "FILE:1:1: title: Field required"),
        (("fix: [Do it.]", "fix: [Do it."), "is not valid YAML"),
        (("id: a-rule\n", "id: a-rule\nid: a-rule\n"), "is not valid YAML"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    assert says in refused(tmp_path, GOOD.replace(*change))


def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, "- one\n- two\n") == "FILE:1:1: a rule file is a mapping of keys to values"


def test_an_id_that_repeats_is_refused(tmp_path: Path) -> None:
    from sgaudit.checks.table import CHECKS as REAL

    options = {name: check.options for name, check in REAL.items()}
    built_in = load_rules(options).rules[0]
    copy = tmp_path / f"{built_in.id}.yaml"
    copy.write_text(Path(load_rules(options).files[built_in.id]).read_text("utf-8"), "utf-8")
    with pytest.raises(RuleError, match="is already used by"):
        load_rules(options, [tmp_path])


def test_a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(RuleError, match="there is no such rules folder"):
        load_rules({}, [Path("no-such-folder")])
