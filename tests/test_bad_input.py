"""Whole audits of sites that misbehave: one clear sentence, the right exit code, a report, no process left behind."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import bad_site
import pytest

SETTINGS = """
[crawl]
connect-timeout = 2
request-timeout = 2
retries = 0
retry-wait = 0
[browser]
page-timeout = 3
"""


@pytest.fixture
def site() -> Iterator[bad_site.BadSite]:
    with bad_site.served() as served:
        yield served


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """`sgaudit audit` in an empty folder, in a process group of its own."""
    (folder / "sgaudit.toml").write_text(SETTINGS, "utf-8")
    return subprocess.Popen(
        [sys.executable, "-m", "sgaudit", "audit", *arguments],
        cwd=folder,
        env={**os.environ, "COLUMNS": "200", "CI": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )


def ended(process: subprocess.Popen[str], folder: Path) -> tuple[int, str, dict]:
    """Exit code, all that was printed, and report.json; nothing of the process's session may still run."""
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in out + err
    assert left_behind(process.pid) == []
    reports = list(folder.glob("reports/*/*Z*/report.json"))
    assert len(reports) == 1, f"{out}\n{err}"
    assert (reports[0].parent / "report.html").stat().st_size > 1_000
    return process.returncode, out + err, json.loads(reports[0].read_text("utf-8"))


def left_behind(session: int) -> list[str]:
    """Command lines of living processes of a session, read from /proc (empty elsewhere)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, its_session = stat.read_text().rpartition(")")[2].split()[:4]
            if int(its_session) == session and state != "Z":
                found.append((stat.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        ("500", "500"),
        ("403", "403"),
        ("silent", "did not answer"),
        ("endless", "sent more than 5,000,000 bytes"),
        ("huge", "sent more than 5,000,000 bytes"),
        ("download", "not a web page"),
        ("half", "500"),
    ],
)
def test_a_site_that_gives_no_page_ends_in_no_verdict_and_a_sentence_why(
    tmp_path: Path, site: bad_site.BadSite, behaviour: str, says: str
) -> None:
    code, printed, report = ended(started(tmp_path, f"{site.base}/{behaviour}/"), tmp_path)
    assert (code, report["run"]["exit_code"], report["verdict"]["level"]) == (3, 3, "unknown")
    assert says in report["verdict"]["sentence"]
    assert report["verdict"]["sentence"].count(".") <= 6
    assert says in printed
    assert report["run"]["complete"] is False


def test_a_page_whose_script_never_ends_is_untested_and_not_passed(tmp_path: Path, site: bad_site.BadSite) -> None:
    code, _, report = ended(started(tmp_path, f"{site.base}/script-in-page/"), tmp_path)
    assert code == 3
    page = next(page for page in report["pages"] if page["role"] == "safeguarding")
    assert page["tested"] is False
    assert page["reason"]
    assert {row["outcome"] for row in report["rules"] if row["id"] == "ceop-link"} <= {"untested", "cantTell"}


def test_an_alert_on_load_stops_nothing(tmp_path: Path, site: bad_site.BadSite) -> None:
    code, printed, report = ended(started(tmp_path, f"{site.base}/alert/"), tmp_path)
    assert code == 1, printed
    assert all(page["tested"] for page in report["pages"] if page["role"] != "other")


def test_a_site_that_turns_programs_away_is_read_with_the_browser(tmp_path: Path, site: bad_site.BadSite) -> None:
    code, printed, report = ended(started(tmp_path, f"{site.base}/bots/"), tmp_path)
    assert code == 1, printed
    assert {page["fetched_by"] for page in report["pages"]} == {"browser"}
    assert {page["role"] for page in report["pages"]} >= {"home", "safeguarding"}


def test_an_expired_certificate_is_named(tmp_path: Path) -> None:
    context, bundle = bad_site.expired(tmp_path)
    with bad_site.served(context) as site:
        code, _, report = ended(started(tmp_path, f"{site.base}/fine/", "--ca-bundle", str(bundle)), tmp_path)
    assert code == 3
    assert "expired" in report["verdict"]["sentence"]


def test_a_certificate_of_an_unknown_authority_is_not_accepted(tmp_path: Path) -> None:
    import trustme

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with bad_site.served(context) as site:
        code, _, report = ended(started(tmp_path, f"{site.base}/fine/"), tmp_path)
    assert code == 3
    assert "certificate" in report["verdict"]["sentence"]
    assert site.urls == []


def test_a_name_that_does_not_resolve_is_said_to_be_so(tmp_path: Path) -> None:
    mapped = "other.example:80:127.0.0.1:9"
    code, _, report = ended(started(tmp_path, "http://no-such-school.invalid/", "--resolve", mapped), tmp_path)
    assert code == 3
    assert "no-such-school.invalid" in report["verdict"]["sentence"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process; Ctrl-C there is the console's")
def test_an_interrupted_audit_reports_what_it_gathered_as_incomplete(tmp_path: Path, site: bad_site.BadSite) -> None:
    process = started(tmp_path, f"{site.base}/slow/", "--select", "links", "--select", "reporting-route")
    assert site.reached.wait(60)
    process.send_signal(signal.SIGINT)
    code, printed, report = ended(process, tmp_path)
    assert code == 3
    assert report["run"]["complete"] is False
    assert any("interrupted" in reason for reason in report["run"]["incomplete_reasons"])
    assert f"{site.base}/slow/" in {page["url"] for page in report["pages"]}
    assert "what was gathered so far will be reported" in printed


def test_a_deadline_that_passes_reports_what_was_gathered(tmp_path: Path, site: bad_site.BadSite) -> None:
    code, _, report = ended(started(tmp_path, f"{site.base}/fine/", "--deadline", "0.01"), tmp_path)
    assert code == 3
    assert "deadline" in report["verdict"]["sentence"]


def test_a_run_decided_again_gives_the_same_report_and_asks_nobody(tmp_path: Path, site: bad_site.BadSite) -> None:
    code, _, report = ended(started(tmp_path, f"{site.base}/fine/"), tmp_path)
    asked = len(site.urls)
    run = next(tmp_path.glob("reports/*/*Z*"))
    command = [sys.executable, "-m", "sgaudit", "recheck", str(run)]
    again = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    assert again.returncode == code
    assert json.loads((run / "recheck" / "report.json").read_text("utf-8")) == report
    assert len(site.urls) == asked
