"""Make what is generated: rules/README.md, the option list in README.md, reports/report.schema.json.

`--check` writes nothing and fails when one of them is not current. `--example` also makes the example report and its
picture anew.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from sgaudit import store
from sgaudit.audit import rule_pack
from sgaudit.browser import find_browser
from sgaudit.config import Config
from sgaudit.reporters import json as json_reporter

ROOT = Path(__file__).parent.parent


def rules_readme() -> str:
    """The rules as tables by group, from the rule files themselves."""
    pack = rule_pack()
    lines = ["# The rules", "", "Made from the rule files by `make generate`; edit those, not this.", ""]
    lines += ["Sources were last looked at on the day each file names; the newest is " + pack.last_looked_at + ".", ""]
    for group in dict.fromkeys(rule.group for rule in pack.rules):
        lines += [
            f"## {group}",
            "",
            "| id | what is so when it is met | basis | level | severity |",
            "|---|---|---|---|---|",
        ]
        for rule in pack.rules:
            if rule.group == group:
                lines.append(
                    f"| [{rule.id}]({rule.id}.yaml) | {rule.title} | {rule.basis} | {rule.level} | {rule.severity} |"
                )
        lines.append("")
    return "\n".join(lines)


def readme() -> str:
    """README.md with the option list of `sgaudit audit --help` between its marks."""
    text = (ROOT / "README.md").read_text("utf-8")
    environ = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    command = [sys.executable, "-m", "sgaudit", "audit", "--help"]
    shown = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environ, check=True).stdout
    before, _, rest = text.partition("<!-- help:audit -->")
    after = rest.partition("<!-- /help -->")[2]
    body = "\n".join(line.rstrip() for line in shown.strip().splitlines())
    return f"{before}<!-- help:audit -->\n\n```text\n{body}\n```\n\n<!-- /help -->{after}"


def files() -> Iterator[tuple[Path, str]]:
    """Every generated file with what it must hold."""
    yield ROOT / "rules" / "README.md", rules_readme()
    yield ROOT / "README.md", readme()
    yield ROOT / "reports" / "report.schema.json", json_reporter.schema()


def example() -> None:
    """The demo school's report, as reports/example shows it."""
    target = ROOT / "reports" / "example"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "sgaudit", "demo", "--output", folder], check=False)
        run = store.find_run(next(one for one in Path(folder).iterdir() if one.is_dir()))
        target.mkdir(parents=True, exist_ok=True)
        for name in ("report.html", "report.json"):
            shutil.copyfile(run / name, target / name)
    picture(target / "report.html", target / "report.png")


def picture(page: Path, image: Path) -> None:
    """The first screen of `page`, as README.md shows it."""
    found = find_browser(Config(url="https://www.school.example"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found.path, channel=found.channel or None)
        shown = browser.new_page(viewport={"width": 1120, "height": 1000})
        shown.goto(page.resolve().as_uri())
        shown.screenshot(path=image)
        browser.close()


def main() -> int:
    """Write or check; 1 when something is not current."""
    stale = [(path, text) for path, text in files() if not path.exists() or path.read_text("utf-8") != text]
    for path, text in stale:
        name = path.relative_to(ROOT)
        if "--check" in sys.argv:
            sys.stderr.write(f"{name} is not current: run `make generate`\n")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
            sys.stdout.write(f"{name} written\n")
    if "--example" in sys.argv:
        example()
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
