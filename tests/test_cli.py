"""The front door as a person or a job meets it: one clear sentence and the right exit code, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def sgaudit(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the tool as a user would, in an empty folder."""
    return subprocess.run(
        [sys.executable, "-m", "sgaudit", *arguments],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "100", **environ},
        capture_output=True,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["audit"], "no address to audit"),
        (["audit", "school"], "has no domain"),
        (["audit", "ftp://school.example"], "must begin with https:// or http://"),
        (["audit", "https://school.example", "--select", "no-such-rule"], "no rule is called 'no-such-rule'"),
        (["audit", "https://school.example", "--rules", "nowhere"], "there is no such rules folder"),
        (["audit", "https://school.example", "--resolve", "x"], "expected HOST:PORT:ADDRESS"),
        (["audit", "https://school.example", "--ca-bundle", "none.pem"], "there is no file none.pem"),
        (["audit", "https://school.example", "--axe-path", "none.js"], "there is no file none.js"),
        (["audit", "https://school.example", "--config", "none.toml"], "cannot be read"),
        (["audit", "https://school.example", "--max-pages", "0"], "--max-pages: must be at least 1, not '0'"),
        (["audit", "https://school.example", "--ignore", "*"], "no rule is left to audit by"),
        (["audit", "https://school.example", "--select", "links", "--ignore", "links"], "no rule is left"),
        (["audit", "https://school.example", "--rules", "."], "holds no rule file"),
        (["audit", "https://school.example", "--accessibility-pages", "some"], "'all', 'sample' or 'safeguarding'"),
        (["recheck", "."], "give the folder of a finished run"),
        (["rules", "show", "no-such-rule"], "no rule is called 'no-such-rule'"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_2(tmp_path: Path, arguments: list[str], says: str) -> None:
    done = sgaudit(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == [], "nothing is left behind where nothing was audited"


def test_an_unknown_option_is_refused_with_exit_2(tmp_path: Path) -> None:
    done = sgaudit("audit", "https://school.example", "--no-such-option", cwd=tmp_path)
    assert done.returncode == 2
    assert "--no-such-option" in done.stderr


def test_a_broken_rule_file_is_named_with_line_and_column(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("id: mine\ntitel: x\n")
    done = sgaudit("audit", "https://school.example", "--rules", str(tmp_path), cwd=tmp_path)
    assert done.returncode == 2
    assert f"{tmp_path / 'mine.yaml'}:2:1: titel:" in done.stderr


def test_an_output_that_cannot_be_written_is_known_before_the_site_is_touched(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    done = sgaudit("audit", "http://127.0.0.1:9", "--output", "taken", cwd=tmp_path)
    assert done.returncode == 2
    assert "choose a folder you may write to with --output" in done.stderr


def test_help_names_every_command_and_loads_no_browser(tmp_path: Path) -> None:
    done = sgaudit("--help", cwd=tmp_path)
    assert done.returncode == 0
    commands = "audit demo recheck doctor rules browser history compare report init config schedule"
    for command in commands.split():
        assert command in done.stdout
    code = "import sys, sgaudit.cli; sys.exit(any(name in sys.modules for name in ('playwright', 'requests', 'bs4')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_readme_shows_the_options_as_they_are(tmp_path: Path) -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    shown = readme.partition("<!-- help:audit -->")[2].partition("<!-- /help -->")[0]
    done = sgaudit("audit", "--help", cwd=tmp_path)
    for option in [word for word in done.stdout.split() if word.startswith("--")]:
        assert option in shown, f"README.md does not show {option}"


def test_rules_are_listed_and_shown(tmp_path: Path) -> None:
    listed = sgaudit("rules", "list", cwd=tmp_path)
    assert listed.returncode == 0
    assert len(listed.stdout.splitlines()) >= 27
    shown = sgaudit("rules", "show", "not-anonymous", cwd=tmp_path)
    assert shown.returncode == 0
    for part in ("not-anonymous", "sector-guidance", "How to fix"):
        assert part in shown.stdout
