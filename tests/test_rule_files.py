"""A broken rule file is refused at the door with file:line:column and a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from sgaudit import rules
from sgaudit.rules import LEAST_EXAMPLES, RuleError, read_rule
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


STATEMENT = """\
id: youth-line-open
title: The page says that Youth Line is open at night
group: statements
why: Because somebody needs it.
source: {title: A guide, seen: 2026-11-01}
basis: good-practice
level: should
severity: minor
where: safeguarding
across: any
check: statement
options:
  about: youth-line
  service: {id: youth-line, title: Youth Line, names: [youth line]}
  concepts:
    open: [opens?, '{hours}']
    hours:
      - at night
      - day and night
  conveys:
    - {says: [open, hours], around: [hours], opposite: true}
  contradicts:
    - says: [open]
      unless:
        - hours
  superseded: {older: [open], unless: [hours], note: say when}
fix: [Say it.]
examples:
  passed:
    - html: <p>Youth Line is open day and night.</p>
  failed:
    - html: <p>Youth Line has a shop.</p>
      why: it says nothing of when
"""


def real_checks() -> dict[str, type[BaseModel]]:
    from sgaudit.checks.table import CHECKS as REAL

    return {name: check.options for name, check in REAL.items()}


@pytest.fixture
def no_other_rules(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules that come with sgaudit are out of the way: reading them takes most of the time."""
    empty = tmp_path_factory.mktemp("built-in")
    monkeypatch.setattr(rules, "built_in", lambda: empty)


def of_statement(tmp_path: Path, *change: str) -> str:
    path = tmp_path / "youth-line-open.yaml"
    path.write_text(STATEMENT.replace(*change), "utf-8")
    try:
        load_rules(real_checks(), [tmp_path])
    except RuleError as error:
        assert "\n" not in str(error)
        return str(error).replace(str(path), "FILE")
    return ""


@pytest.mark.usefixtures("no_other_rules")
def test_a_statement_in_a_folder_of_ones_own_needs_one_example_of_each_kind(tmp_path: Path) -> None:
    assert of_statement(tmp_path, "", "") == ""


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            ("says: [open, hours]", "says: [open, hors]"),
            "FILE:21:21: options.conveys.0.says.1: there is no concept 'hors'; did you mean",
        ),
        (
            ("around: [hours]", "around: [hour-long]"),
            "FILE:21:38: options.conveys.0.around.0: there is no concept 'hour-long'",
        ),
        (
            ("        - hours\n", "        - night-time\n"),
            "FILE:25:11: options.contradicts.0.unless.0: there is no concept",
        ),
        (
            ("older: [open]", "older: [opn]"),
            "FILE:26:24: options.superseded.older.0: there is no concept 'opn'; did you mean 'open'",
        ),
        (("'{hours}'", "'{hour-long}'"), "FILE:16:20: options.concepts.open.1: there is no concept 'hour-long'"),
        (
            ("about: youth-line", "about: youth-lime"),
            "FILE:13:3: options.about: there is no service 'youth-lime' in the register; did",
        ),
        (
            ("opposite: true", "about: nobody"),
            "FILE:21:46: options.conveys.0.about: there is no service 'nobody' in the register",
        ),
        (("- at night", "- (at night"), "FILE:18:9: options.concepts.hours.0: '(at night' is not a regular expression"),
        (
            ("- at night", "- '(?:at night)?'"),
            "FILE:18:9: options.concepts.hours.0: '(?:at night)?' would be met by no words at all",
        ),
        (
            ("- at night", "- at..night"),
            "FILE:18:9: options.concepts.hours.0: 'at..night' has dots for a gap without a space",
        ),
        (("- at night", "- 5"), "FILE:18:9: options.concepts.hours.0: Input should be a valid string"),
        (
            ("open: [opens?, '{hours}']", "open: []"),
            "FILE:16:5: options.concepts.open: Tuple should have at least 1 item",
        ),
        (("- at night", "- '{open}'"), "FILE:16:5: options.concepts.open: 'open' is made of itself"),
        (("names: [youth line]", "names: ['youth (line']"), "FILE:14:48: options.service.names"),
        (("opposite: true", "oposite: true"), "FILE:21:46: options.conveys.0.oposite: Extra inputs are not permitted"),
        (("says: [open, hours]", "says: []"), "FILE:21:8: options.conveys.0.says: Tuple should have at least 1 item"),
        (
            ("  conveys:\n    - {says: [open, hours], around: [hours], opposite: true}\n", ""),
            "FILE:12:1: options: neither conveys nor links",
        ),
        (
            ("  passed:\n    - html: <p>Youth Line is open day and night.</p>\n", ""),
            "FILE:28:1: examples.passed is missing",
        ),
        (("\n      why: it says nothing of when", ""), "FILE:28:1: no failed example has a `why`"),
        (
            ("    - html: <p>Youth Line has", "    - htlm: <p>Youth Line has"),
            "FILE:32:7: examples.failed.0.htlm: Extra inputs",
        ),
    ],
)
@pytest.mark.usefixtures("no_other_rules")
def test_a_statement_of_ones_own_is_refused_with_its_place(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    assert says in of_statement(tmp_path, *change)


@pytest.mark.usefixtures("no_other_rules")
def test_a_register_of_ones_own_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "registers").mkdir()
    file = tmp_path / "registers" / "mine.yaml"
    file.write_text("rebrands:\n  - {old: a.example, new: b.example, note: n}\n", "utf-8")
    with pytest.raises(RuleError) as caught:
        load_rules({}, [tmp_path])
    assert str(caught.value) == f"{file}:2:5: rebrands.0.seen: Field required"


def test_a_statement_that_comes_with_sgaudit_shows_six_examples_of_each_kind(tmp_path: Path) -> None:
    options = real_checks()
    path = tmp_path / "youth-line-open.yaml"
    path.write_text(STATEMENT, "utf-8")
    with pytest.raises(RuleError, match=r":29:3: examples\.passed: 1 of at least 6 that a statement shows$"):
        read_rule(path, options, least=LEAST_EXAMPLES)
    for rule in load_rules(options).rules:
        if rule.group == "statements":
            assert len(rule.examples.passed) >= 6, rule.id
            assert len(rule.examples.failed) >= 6, rule.id
            assert any(example.why for example in rule.examples.failed), rule.id


def test_an_id_that_repeats_is_refused(tmp_path: Path) -> None:
    options = real_checks()
    built_in = load_rules(options).rules[0]
    copy = tmp_path / f"{built_in.id}.yaml"
    copy.write_text(Path(load_rules(options).files[built_in.id]).read_text("utf-8"), "utf-8")
    with pytest.raises(RuleError, match="is already used by"):
        load_rules(options, [tmp_path])


def test_a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(RuleError, match="there is no such rules folder"):
        load_rules({}, [Path("no-such-folder")])
