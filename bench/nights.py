"""`make bench-nights`: what a second night costs beside the first, on a site of which nothing, then one page, changed.

Whole audits as a schedule runs them; CPU of the whole process tree with the browser, bytes as the server sent them.
Ratios within one run mean something; seconds alone do not. Writes bench/nights.json and prints a table.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.request import urlopen

from tree import measured

HERE = Path(__file__).parent


def audit(base: str, output: Path, browser_pages: int, pages: int) -> dict[str, float]:
    """One night: CPU, wall, memory and bytes."""
    settings = output / "sgaudit.toml"
    settings.write_text(f"[pages]\nmax-browser-pages = {browser_pages}\n[crawl]\nmax-pages = {pages + 10}\n", "utf-8")
    command = [sys.executable, "-m", "sgaudit", "audit", f"{base}/", "--config", str(settings), "--quiet"]
    command += ["--accessibility-pages", "all", "--output", str(output), "--max-depth", "50"]
    sent(base)
    figures = measured(command, stdout=subprocess.DEVNULL)
    if figures["code"] not in (0, 1, 3):
        raise SystemExit(f"the audit ended with {figures['code']}")
    return figures | {"bytes": sent(base)}


def sent(base: str) -> int:
    """The bytes of bodies since it was last asked."""
    with urlopen(f"{base}/-/sent") as answer:
        return int(answer.read())


def concluded(output: Path) -> tuple[object, dict[str, int]]:
    """All that the last report concludes, and how much of it was seen before."""
    report = json.loads(next(output.glob("127.0.0.1-*/latest/report.json")).read_text("utf-8"))
    rules = [(one["id"], one["outcome"], one["message"]) for one in report["rules"]]
    findings = sorted((one["fingerprint"], one["outcome"]) for one in report["findings"])
    links = sorted((one["url"], one["verdict"]) for one in report["links"])
    return (report["verdict"], report["run"]["exit_code"], rules, findings, links), report["summary"]["reused"]


def main() -> None:
    """Three nights, a table, bench/nights.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=300, help="pages of the site")
    parser.add_argument("--browser-pages", type=int, default=40, help="pages to open in the browser at most")
    asked = parser.parse_args()
    rows: dict[str, dict[str, float]] = {}
    told: dict[str, object] = {}
    command = [sys.executable, str(HERE / "site.py"), str(asked.pages)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, tempfile.TemporaryDirectory() as name:
        assert server.stdout is not None
        base = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        try:
            for night in ("first", "second", "one page changed"):
                if night == "one page changed":
                    urlopen(f"{base}/-/change/page/7").close()
                rows[night] = audit(base, Path(name), asked.browser_pages, asked.pages)
                told[night], reused = concluded(Path(name))
                print(f"{night:<17} " + "  ".join(f"{key} {value:,.1f}" for key, value in rows[night].items()), reused)
        finally:
            server.kill()
    first, second, third = rows.values()
    ratios = {
        "cpu, first to second": first["cpu_s"] / second["cpu_s"],
        "bytes, second to first": second["bytes"] / first["bytes"],
        "cpu of one changed page, in pages of the first night": (third["cpu_s"] - second["cpu_s"])
        / (first["cpu_s"] / min(asked.browser_pages, asked.pages)),
        "same verdicts": told["first"] == told["second"],
    }
    for key, value in ratios.items():
        print(f"{key}: {value if isinstance(value, bool) else format(value, '.3g')}")
    machine = {"python": platform.python_version(), "system": platform.system(), "cores": os.cpu_count()}
    result = machine | {"pages": asked.pages, "opened": asked.browser_pages, "rows": rows, "ratios": ratios}
    (HERE / "nights.json").write_text(json.dumps(result, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
