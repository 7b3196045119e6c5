"""One rule silenced or weighed otherwise by a school's settings: it holds for every rule, and governors see it."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from sgaudit import rules, store, verdict
from sgaudit.audit import rule_pack
from sgaudit.checks.table import CHECKS
from sgaudit.config import ConfigError, load
from sgaudit.model.evidence import Evidence, Versions
from sgaudit.model.outcome import Level, Outcome, Role, Severity
from sgaudit.model.report import Finding, Report, fingerprint
from sgaudit.model.settings import RuleSetting
from sgaudit.page import page_from_html
from sgaudit.reporters.html import render as render_html
from sgaudit.reporters.terminal import render as render_text
from sgaudit.rules import RuleError
from sgaudit.run import recheck, run_audit

SITE = "https://www.foxglove.example"
NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
SILENT = "<p>Ask Mrs Bell.</p>"
WRONG = "<p>You can report to CEOP anonymously.</p>"
HOLIDAY = "Our trust answers this on its own page."


@lru_cache(maxsize=1)
def pack() -> rules.RulePack:
    return rules.load({name: check.options for name, check in CHECKS.items()})


def setting(rule: str, **more: object) -> RuleSetting:
    return RuleSetting.model_validate({"rule": rule, **more})


def settings_of(tmp_path: Path, text: str) -> tuple[RuleSetting, ...]:
    file = tmp_path / "sgaudit.toml"
    file.write_text(text, "utf-8")
    return load({"url": SITE}, file, {}).rule_settings


def evidence(html: str, *settings: RuleSetting) -> Evidence:
    page = page_from_html(f"{SITE}/safeguarding", f"<title>Safeguarding</title>{html}", Role.safeguarding)
    return Evidence(
        run_id="r",
        url=f"{SITE}/",
        started=NOW,
        finished=NOW,
        versions=Versions(sgaudit="0"),
        rendered=(page,),
        settings={"select": ["not-anonymous", "not-bullying"]},
        rule_settings=settings,
    )


def report(html: str, *settings: RuleSetting) -> Report:
    chosen = pack().chosen(("not-anonymous", "not-bullying"), (), settings)
    return verdict.conclude(evidence(html, *settings), chosen)


def test_a_rule_is_silenced_with_a_reason_or_weighed_otherwise(tmp_path: Path) -> None:
    silenced, weighed = settings_of(
        tmp_path,
        '[rules.not-bullying]\noff = true\nreason = "Our  trust\\nanswers."\n'
        '[rules."stale-notice"]\nlevel = "must"\nseverity = "critical"\n[rules]\nignore = ["links"]\n',
    )
    assert (silenced.rule, silenced.off, silenced.reason) == ("not-bullying", True, "Our trust answers.")
    assert (weighed.rule, weighed.level, weighed.severity) == ("stale-notice", Level.must, Severity.critical)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[rules.x]\noff = true", "[rules.x]: a rule that is off needs a `reason`"),
        ("[rules.x]", "[rules.x]: changes nothing; set off = true, level or severity"),
        ('[rules.x]\nreason = "because"', "[rules.x]: changes nothing"),
        (
            '[rules.x]\nseverty = "minor"',
            "[rules.x] has no key 'severty'; known are level, off, reason, severity; did you",
        ),
        (
            '[rules.x]\nseverity = "mild"',
            "[rules.x] severity: must be 'minor', 'moderate', 'serious' or 'critical', not",
        ),
        ('[rules.x]\nlevel = "may"', "[rules.x] level: must be 'must' or 'should', not 'may'"),
        ('[rules.x]\noff = "often"\nreason = "r"', "[rules.x] off: expected true or false, not 'often'"),
        ("[rules.x]\noff = true\nreason = 5", "[rules.x] reason: expected text in quotes, not '5'"),
        (f'[rules.x]\noff = true\nreason = "{"r" * 501}"', "[rules.x] reason: must be at most 500 characters"),
        (
            '[rules]\nnot-bullying = "off"',
            "[rules] has no key 'not-bullying'; known are folders, ignore, select, and a table",
        ),
        ('[rules]\nselct = ["links"]', "did you mean 'select'?"),
        ('[rule.x]\nlevel = "must"', "unknown section [rule]; known are [pages], [rules], [crawl]"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings_of(tmp_path, text)
    assert says in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path / 'sgaudit.toml'}: ")
    assert "\n" not in str(caught.value)


def test_an_unknown_rule_is_refused_with_the_place_and_the_nearest_one(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, '[rules.not-buling]\nlevel = "should"\n')
    with pytest.raises(RuleError) as caught:
        rule_pack(settings=settings)
    place = f"{tmp_path / 'sgaudit.toml'}: [rules.not-buling]"
    assert str(caught.value) == f"{place}: no rule is called 'not-buling'; did you mean 'not-bullying'?"


@pytest.mark.parametrize("rule", [rule.id for rule in pack().rules])
def test_every_rule_can_be_silenced_and_weighed(rule: str) -> None:
    silenced = pack().chosen((), (), (setting(rule, off=True, reason=HOLIDAY),))
    assert rule not in {one.id for one in silenced.rules}
    (change,) = silenced.changes
    assert (change.rule, change.change, change.reason) == (rule, "silenced", HOLIDAY)

    weighed = pack().chosen((), (), (setting(rule, level="should", severity="minor"),))
    (now,) = (one for one in weighed.rules if one.id == rule)
    assert (now.level, now.severity) == (Level.should, Severity.minor)
    usual = pack().named(rule)
    (change,) = weighed.changes
    assert (change.change, change.usual_level, change.usual_severity) == ("reweighed", usual.level, usual.severity)


@pytest.mark.parametrize("decisive", [False, True])
@pytest.mark.parametrize("rule", [rule.id for rule in pack().rules])
def test_whatever_a_check_finds_weighs_what_the_settings_say_unless_it_misleads(
    rule: str, decisive: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Checks weigh some findings by themselves; a setting holds for those too."""
    found = Finding(
        fingerprint=fingerprint(rule, SITE), rule=rule, outcome=Outcome.failed, severity=Severity.critical,
        page=SITE, message="It fails.", decisive=decisive,
    )  # fmt: skip
    chosen = pack().chosen((rule,), (), (setting(rule, severity="minor"),))
    check = CHECKS[chosen.rules[0].check]
    decided = type(check)(check.options, lambda *_: verdict.Decided(findings=(found,)), check.needs)
    monkeypatch.setitem(CHECKS, chosen.rules[0].check, decided)
    (finding,) = verdict.conclude(evidence(SILENT), chosen).findings
    assert finding.severity is (Severity.critical if decisive else Severity.minor)


def test_a_lighter_rule_fails_no_run_but_its_contradiction_still_does() -> None:
    light = (setting("not-anonymous", severity="minor"), setting("not-bullying", off=True, reason=HOLIDAY))
    assert (report(SILENT).run.exit_code, report(SILENT, *light).run.exit_code) == (1, 0)
    assert report(WRONG, *light).run.exit_code == 1


def test_a_heavier_rule_fails_a_run_that_it_would_not() -> None:
    mild, strict = setting("not-anonymous", severity="minor"), setting("not-anonymous", severity="critical")
    off = setting("not-bullying", off=True, reason=HOLIDAY)
    assert (report(SILENT, mild, off).run.exit_code, report(SILENT, strict, off).run.exit_code) == (0, 1)


def test_what_settings_change_is_said_wherever_the_report_is_read() -> None:
    settings = (setting("not-bullying", off=True, reason=HOLIDAY), setting("not-anonymous", severity="minor"))
    found = report(SILENT, *settings)
    assert [(one.rule, one.change) for one in found.changed_rules if one.change != "not-selected"] == [
        ("not-anonymous", "reweighed"),
        ("not-bullying", "silenced"),
    ]
    assert found.verdict.sentence.endswith("1 more was not asked, because settings silence it.")
    assert "Silenced by this school's settings: not-bullying." in render_text(found)

    page = BeautifulSoup(render_html(found, {}), "lxml")
    first = " ".join(page.select_one(".page-one .changed").get_text().split())
    assert first.startswith("By the settings of this audit, 1 requirement is silenced, 1 is weighed otherwise and")
    listed = " ".join(page.select_one('section[aria-labelledby="by-settings"]').get_text(" ").split())
    assert f"{pack().named('not-bullying').title}. Reason given: {HOLIDAY} Rule not-bullying" in listed
    assert f"minor instead of {pack().named('not-anonymous').severity}. No reason is given." in listed
    assert "requirements were not selected for this audit." in listed


def test_what_is_ignored_is_told_as_silenced_too() -> None:
    (change,) = pack().chosen((), ("not-bullying",)).changes
    assert (change.rule, change.change, change.reason) == ("not-bullying", "silenced", "")


def test_without_settings_the_report_speaks_of_none() -> None:
    found = verdict.conclude(evidence(SILENT), pack())
    assert found.changed_rules == ()
    page = BeautifulSoup(render_html(found, {}), "lxml")
    assert page.select_one(".changed") is None
    assert page.select_one("#by-settings") is None


def test_a_rule_that_is_off_stays_off_where_it_is_selected_by_name() -> None:
    off = setting("not-bullying", off=True, reason=HOLIDAY)
    with pytest.raises(RuleError, match="no rule is left to audit by"):
        pack().chosen(("not-bullying",), (), (off,))


def test_deciding_a_run_again_holds_to_its_settings(tmp_path: Path) -> None:
    settings = (setting("not-bullying", off=True, reason=HOLIDAY), setting("not-anonymous", severity="minor"))
    (tmp_path / store.EVIDENCE_FILE).write_bytes(store.pack_evidence(evidence(SILENT, *settings)))
    again = recheck(tmp_path).report
    assert again == report(SILENT, *settings)
    assert [row.id for row in again.rules] == ["not-anonymous"]


def test_a_whole_run_keeps_its_settings_and_deciding_it_again_tells_the_same(tmp_path: Path) -> None:
    file = tmp_path / "sgaudit.toml"
    file.write_text(
        '[run]\nurl = "http://127.0.0.1:9"\n[crawl]\nretries = 0\n[rules]\nselect = ["broken-links", "stale-notice"]\n'
        '[rules.stale-notice]\noff = true\nreason = "The office does."\n[rules.broken-links]\nseverity = "minor"\n',
        "utf-8",
    )
    done = run_audit(load({"output": tmp_path / "reports"}, file, {}))
    told = {one.rule: (one.change, one.reason) for one in done.report.changed_rules if one.change != "not-selected"}
    assert told == {"stale-notice": ("silenced", "The office does."), "broken-links": ("reweighed", "")}
    again = recheck(done.folder).report
    assert (again.changed_rules, again.rules) == (done.report.changed_rules, done.report.rules)
    assert str(tmp_path) not in store.load_evidence(done.folder).model_dump_json(include={"rule_settings"})


def test_a_setting_for_an_unknown_rule_is_one_sentence_and_exit_2_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "sgaudit.toml").write_text('[rules.not-buling]\noff = true\nreason = "r"\n', "utf-8")
    command = [sys.executable, "-m", "sgaudit", "audit", "http://127.0.0.1:9"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "sgaudit: sgaudit.toml: [rules.not-buling]: no rule is called 'not-buling'; did you mean 'not-bullying'?\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["sgaudit.toml"]
