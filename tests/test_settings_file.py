"""`sgaudit init` and `sgaudit config show`: a settings file that loads and tells all, and what holds and why."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from test_cli import sgaudit

from sgaudit.config import Config, ConfigError, load, sections
from sgaudit.effective import effective
from sgaudit.model.policy import DUE
from sgaudit.starter import meanings, starter

URL = "https://www.school.example"
NOT_FOR_A_SCHOOL = {
    "isolated", "widths",  # for the demo and the tests; nothing in a file may set them
    "resume",  # of one audit, not of every night
}  # fmt: skip
SECTIONS_OF_THEIR_OWN = {"rule_settings", "policy"}


def uncommented(text: str) -> str:
    """The file with every setting taken into use."""
    return re.sub(r'^# (?=[\w"*-]+ = |\[)', "", text, flags=re.MULTILINE)


def test_the_first_settings_file_loads_and_changes_nothing_but_the_address(tmp_path: Path) -> None:
    file = tmp_path / "sgaudit.toml"
    file.write_text(starter("www.school.example"), "utf-8")
    assert load({}, file, {}) == Config(url=URL)


def test_every_setting_is_told_with_what_it_means_and_none_that_is_not_there() -> None:
    written = tomllib.loads(uncommented(starter(URL)))
    told = {section: set(written[section]) for section in sections()}
    for section, keys in sections().items():
        tables = {key for key in told[section] if section == "rules" and key in ("stale-notice", "not-bullying")}
        assert told[section] - tables == set(keys)
        assert all(len(meanings()[field]) > 10 for field in keys.values()), section
    fields = {field for keys in sections().values() for field in keys.values()}
    assert fields == set(Config.model_fields) - NOT_FOR_A_SCHOOL - SECTIONS_OF_THEIR_OWN


def test_every_line_that_is_taken_into_use_is_understood(tmp_path: Path) -> None:
    for name in ("filter-ca.pem", "chromium", "axe.min.js"):
        (tmp_path / name).write_text("x")
    text = uncommented(starter(URL)).replace("/usr/bin/chromium", str(tmp_path / "chromium").replace("\\", "/"))
    text = text.replace('"axe.min.js"', f"'{tmp_path / 'axe.min.js'}'").replace('ca-bundle = "filter-ca.pem"', "")
    (tmp_path / "public").mkdir()
    text = text.replace('serve = "public"', f"serve = '{tmp_path / 'public'}'")
    file = tmp_path / "sgaudit.toml"
    file.write_text(text, "utf-8")
    config = load({}, file, {})
    usual = Config(url=URL)
    for section, keys in sections().items():
        for key, field in keys.items():
            default = Config.model_fields[field].default
            if field != "url" and default not in (None, "", ()):
                assert getattr(config, field) == getattr(usual, field), f"{section}.{key} is not shown as it is"
    assert [one.rule for one in config.rule_settings] == ["stale-notice", "not-bullying"]
    assert (len(config.policy.accepted), len(config.policy.owners), config.policy.due) == (1, 2, DUE)


def test_init_writes_once_and_again_only_when_forced(tmp_path: Path) -> None:
    first = sgaudit("init", URL, cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    file = tmp_path / "sgaudit.toml"
    file.write_text("# mine\n" + file.read_text("utf-8"), "utf-8")
    again = sgaudit("init", URL, cwd=tmp_path)
    assert again.returncode == 2
    assert "is there already and is left as it is; --force overwrites it" in again.stderr
    assert file.read_text("utf-8").startswith("# mine\n")
    assert sgaudit("init", URL, "--force", cwd=tmp_path).returncode == 0
    assert file.read_text("utf-8") == starter(URL)
    shown = sgaudit("config", "show", cwd=tmp_path)
    assert re.search(r"^run\.url +https://www\.school\.example +file \(sgaudit\.toml:7\)$", shown.stdout, re.MULTILINE)


def test_init_refuses_what_is_no_address_and_writes_nothing(tmp_path: Path) -> None:
    done = sgaudit("init", "school", cwd=tmp_path)
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert "has no domain" in done.stderr
    done = sgaudit("init", URL, "--to", "nowhere/sgaudit.toml", cwd=tmp_path)
    assert done.returncode == 2
    assert "choose another place with --to" in done.stderr


WRITTEN = """\
[run]
url = "https://www.school.example"

[crawl]
# max-pages = 5
max-pages = 7

[browser]
channel = "msedge"

[rules.stale-notice]
off = true
reason = "The office takes old notices down every Friday."

[[accepted]]
rule = "broken-links"
reason = "The council moves its site in May."
by = "Mrs Bell"
expires = 2027-05-31

[owners]
"accessibility-*" = "The web supplier"

[due]
critical = 1
"""


def test_each_value_is_shown_with_where_it_came_from(tmp_path: Path) -> None:
    file = tmp_path / "sgaudit.toml"
    file.write_text(WRITTEN, "utf-8")
    environ = {
        "SGAUDIT_CONFIG": str(file),
        "SGAUDIT_BROWSER": "/opt/browser",
        "SGAUDIT_ALERT_URLS": "json://a:pw@b c://d",
    }
    rows = {row.key: (row.value, row.source, row.place) for row in effective({"output": Path("x")}, None, environ)}
    assert rows["run.url"] == (URL, "file", f"{file}:2")
    assert rows["crawl.max-pages"] == (7, "file", f"{file}:6")
    assert rows["crawl.max-depth"] == (10, "default", "")
    assert rows["report.output"] == ("x", "option", "--output")
    assert rows["browser.channel"] == ("msedge", "file", f"{file}:9")
    assert rows["browser.path"] == ("/opt/browser", "environment", "SGAUDIT_BROWSER")
    assert rows["rules.stale-notice"][1:] == ("file", f"{file}:11")
    assert rows["accepted.1"][0]["by"] == "Mrs Bell"
    assert rows["accepted.1"][1:] == ("file", f"{file}:15")
    assert rows["owners.accessibility-*"] == ("The web supplier", "file", f"{file}:22")
    assert rows["due.critical"] == (1, "file", f"{file}:25")
    assert rows["due.minor"] == (90, "default", "")
    assert rows["alerts"] == (2, "environment", "SGAUDIT_ALERT_URLS"), "how many, and nothing of the addresses"
    json.dumps([list(row) for row in rows.values()])


def test_without_an_address_or_a_file_the_defaults_are_shown(tmp_path: Path) -> None:
    shown = sgaudit("config", "show", "--json", "--log", "x.log", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    rows = {row["key"]: row for row in json.loads(shown.stdout)}
    assert rows["run.url"] == {"key": "run.url", "value": None, "source": "default", "place": ""}
    assert rows["run.log"] == {"key": "run.log", "value": "x.log", "source": "option", "place": "--log"}
    assert {row["source"] for row in rows.values()} == {"default", "option"}
    given = sgaudit("config", "show", URL, cwd=tmp_path)
    assert re.search(r"^run\.url +https://www\.school\.example +option \(URL\)$", given.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("[crawl]\nmax-pags = 3\n", "did you mean 'max-pages'?"),
        ("[crwal]\nmax-pages = 3\n", "did you mean 'crawl'?"),
        ("[run]\nlogg = 'x'\n", "did you mean 'log'?"),
        ("[owner]\nx = 'x'\n", "did you mean 'owners'?"),
        ("[rules.stale-notice]\nreson = 'x'\n", "did you mean 'reason'?"),
        ("[due]\ncritcal = 1\n", "did you mean 'critical'?"),
    ],
)
def test_an_unknown_key_is_refused_with_the_one_that_was_meant(tmp_path: Path, text: str, meant: str) -> None:
    file = tmp_path / "sgaudit.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        effective({}, file, {})
    assert str(caught.value).endswith(meant)
