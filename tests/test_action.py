"""action.yml is what it says, is pinned, hands nothing of a caller's to a shell as code, and its audit step works."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from route_stand import stand
from small_report import small_report

from sgaudit.publishing import step_outputs
from sgaudit.reporters import REPORTERS

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = ACTION["runs"]["steps"]
FILES = [ROOT / "action.yml", *sorted((ROOT / ".github" / "workflows").glob("*.yml"))]


def step(name: str) -> dict[str, Any]:
    (found,) = (one for one in STEPS if one.get("name") == name)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it(path: Path) -> None:
    used = re.findall(r"uses: *(.*)", path.read_text("utf-8"))
    assert used
    for one in used:
        assert re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one), one


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_expression_is_written_into_a_script(path: Path) -> None:
    loaded = yaml.safe_load(path.read_text("utf-8"))
    steps = (
        loaded["runs"]["steps"] if "runs" in loaded else [s for job in loaded["jobs"].values() for s in job["steps"]]
    )
    for one in steps:
        assert "${{" not in one.get("run", ""), one["run"]


def test_every_input_is_used_and_every_output_is_written_by_the_audit() -> None:
    text = (ROOT / "action.yml").read_text("utf-8")
    for name in ACTION["inputs"]:
        assert f"inputs.{name} " in text, name
    written = dict(line.split("=", 1) for line in step_outputs(small_report(), Path("x")).splitlines())
    assert set(ACTION["outputs"]) == {"verdict", "new", "fixed", "report-path"}
    for name, output in ACTION["outputs"].items():
        assert output["value"] == f"${{{{ steps.audit.outputs.{name} }}}}"
        assert name in written
    assert set(ACTION["inputs"]["formats"]["default"].split()) <= set(REPORTERS)


def test_steps_that_run_name_their_shell_and_what_is_kept_is_kept_where_the_audit_fails_too() -> None:
    assert all(one.get("shell") == "bash" for one in STEPS if "run" in one)
    for name in ("Keep what this audit found", "Keep the report"):
        assert step(name)["if"].startswith("always() && ")
    assert step("Keep what this audit found")["with"]["path"] == step("Fetch what earlier audits found")["with"]["path"]


def test_the_readme_names_every_input_and_output() -> None:
    section = (ROOT / "README.md").read_text("utf-8").partition("## In CI")[2].partition("\n## ")[0]
    for name in (*ACTION["inputs"], *ACTION["outputs"]):
        assert f"`{name}`" in section, name


def test_the_audit_step_audits_a_folder_and_hands_on_what_it_found(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tests" / "pages" / "preview" / "public", tmp_path / "a folder")
    with stand(tmp_path) as far:
        ceop = next(one for one in far.resolve if one.startswith("www.ceop.police.uk:443"))
        network = f'[network]\nresolve = ["{ceop}"]\nca-bundle = "{far.bundle.as_posix()}"\n'
        settings = f'{network}[rules]\nselect = ["ceop-button"]\n'
        (tmp_path / "own.toml").write_text(settings, "utf-8")
        given = dict.fromkeys(step("Audit")["env"], "") | {
            "BIN": str(Path(sys.executable).parent), "SERVE": "a folder", "BASE_URL": "https://www.millbrook.example",
            "CONFIG": "own.toml", "FORMATS": "junit sarif=out/s.sarif", "RUNNER_TEMP": str(tmp_path / "temp"),
            "GITHUB_OUTPUT": str(tmp_path / "outputs"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        }  # fmt: skip
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step("Audit")["run"]],
            cwd=tmp_path,
            env={**os.environ, **given},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    assert done.returncode == 0, done.stderr
    said = dict(line.split("=", 1) for line in (tmp_path / "outputs").read_text("utf-8").splitlines())
    report = Path(said.pop("report-path"))
    assert said == {"verdict": "pass", "exit-code": "0", "new": "0", "fixed": "0"}
    assert report.parent.is_relative_to(tmp_path / "temp" / "sgaudit")
    assert {"report.html", "report.json", "report.junit.xml", "report.sarif"} <= {
        one.name for one in report.parent.iterdir()
    }
    assert (tmp_path / "out" / "s.sarif").read_bytes() == (report.parent / "report.sarif").read_bytes()
    assert (tmp_path / "summary.md").read_text("utf-8").startswith("## ✅ Working")
    lines = done.stdout.splitlines()
    token = lines[0].removeprefix("::stop-commands::")
    assert len(token) == 32
    assert lines.index(f"::{token}::") < lines.index(
        next(one for one in lines if one.startswith("::notice title=sgaudit"))
    )
