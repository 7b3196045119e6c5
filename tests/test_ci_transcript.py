"""The README's story of a change that breaks the button is what really happens, word for word, but for the day."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from route_stand import stand

ROOT = Path(__file__).parent.parent
SITE = ROOT / "tests" / "pages" / "preview" / "public"


def shown() -> list[tuple[str, str]]:
    """The README's commands, each with what it prints."""
    text = (ROOT / "README.md").read_text("utf-8").partition("<!-- transcript:ci -->")[2]
    block = text.partition("```console\n")[2].partition("```")[0]
    return [
        (one.partition("\n")[0], one.partition("\n")[2]) for one in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    ]


def dateless(text: str) -> str:
    """`text` without the day and the names that are made of it."""
    text = re.sub(r"\d{4}-\d\d-\d\dT\d{6}Z(?:-\d+)?", "NOW", text)
    return re.sub(r"\d{1,2} [A-Z][a-z]+ \d{4}", "TODAY", text).strip()


def test_a_change_that_breaks_the_button_is_caught_as_the_readme_tells_it(tmp_path: Path) -> None:
    commands = shown()
    assert [command.split()[0] for command, _ in commands] == ["sgaudit", "git", "sgaudit", "echo"]
    repository = tmp_path / "repository"
    shutil.copytree(SITE, repository / "public")
    with stand(tmp_path) as far:
        ceop = ", ".join(f'"{one}"' for one in far.resolve if one.startswith("www.ceop.police.uk:"))
        settings = tmp_path / "stand-ins.toml"
        settings.write_text(
            f'[network]\nresolve = [{ceop}]\nca-bundle = "{far.bundle.as_posix()}"\nvantage = "inside"\n'
        )
        environ = {
            **os.environ, "COLUMNS": "80", "SGAUDIT_CONFIG": str(settings), "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull, "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@millbrook.example",
            "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@millbrook.example",
        }  # fmt: skip
        environ.pop("GITHUB_ACTIONS", None)

        def run(*command: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                command,
                cwd=repository,
                env=environ,
                input=given,
                capture_output=True,
                text=True,
                encoding="utf-8",
                check=False,
            )

        for prepared in (("init", "--quiet"), ("add", "public"), ("commit", "--quiet", "-m", "Our site")):
            assert run("git", *prepared).returncode == 0
        code = 0
        for command, printed in commands:
            name, *arguments = shlex.split(command)
            if name == "echo":
                assert printed.strip() == str(code)
                continue
            if name == "git":
                subject, _, patch = printed.partition("\n")
                assert run("git", "apply", "-", given=patch.lstrip("\n")).returncode == 0
                assert run("git", "commit", "--quiet", "-am", subject).returncode == 0
            done = run(*([sys.executable, "-m", "sgaudit"] if name == "sgaudit" else [name]), *arguments)
            assert dateless(done.stdout) == dateless(printed), done.stderr
            code = done.returncode
