"""`sgaudit history`, `compare` and `report` as a person or a job meets them."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from small_report import ANONYMOUS, BUTTON, SAFE, clean_report, finding, small_report
from test_cli import sgaudit
from test_history import BEGIN, SITE

from sgaudit.changes import compare, marked
from sgaudit.history import History
from sgaudit.model.policy import Policy
from sgaudit.model.report import Report
from sgaudit.reporters import json as json_reporter
from sgaudit.reporters import nights
from sgaudit.store import EVIDENCE_FILE

TABLE = """\
www.marsh-end.example: 3 audits shown, since 1 July 2026.

When (UK)         Verdict                                          Met  Faults  New  Fixed  Unsure
2026-07-01 02:30  Urgent: a child cannot report from this site  1 of 5       2    0      0       0
2026-07-02 02:30  Urgent: a child cannot report from this site  1 of 5       2    0      0       0
2026-07-03 02:30  Working                                       6 of 6       0    0      2       0

Faults, oldest first: ██▁ (2, 2, 0)"""

CHANGED = """\
Since 1 July 2026: 1 new, 1 fixed, 1 still failing and 1 that could not be rechecked.

New
  empty-heading: Under “Sports day” stands nothing. It was not checked last time.

Fixed
  not-anonymous: The page says the opposite: “You can report anonymously.” (seen for 1 night, since 1 July 2026)

Still failing
  ceop-button: It is covered. (seen for 2 nights, since 1 July 2026)

Could not recheck
  stale-notice: An old notice. (seen for 1 night, since 1 July 2026) Its page was not met on the site this time."""


def night(number: int, report: Report) -> Report:
    started = BEGIN + timedelta(days=number - 1)
    run = report.run.model_copy(update={"id": f"night-{number}", "started": started, "finished": started})
    return report.model_copy(update={"run": run})


def remembered(folder: Path, site: str = SITE) -> History:
    """Two bad nights and a good one."""
    memory = History(folder / "history.db")
    for number, report in enumerate((small_report(), small_report(), clean_report()), 1):
        tonight = night(number, report)
        memory.keep(site, marked(tonight, compare(memory.before(site), tonight), Policy()))
    return memory


def written(folder: Path, report: Report) -> Path:
    """A finished run's folder with that report."""
    folder.mkdir(parents=True)
    (folder / "report.json").write_text(json_reporter.render(report, {}), "utf-8")
    (folder / EVIDENCE_FILE).write_bytes(b"")
    return folder


def two_nights(tmp_path: Path) -> tuple[Path, Path]:
    row = {one.id: one for one in small_report().rules}
    stale = finding(row["stale-notice"], f"{SAFE}gone/", outcome="failed", message="An old notice.")
    button = finding(BUTTON, message="It is covered.")
    old = small_report(findings=(button, finding(ANONYMOUS), stale))
    heading = row["broken-links"].model_copy(update={"id": "empty-heading"})
    fresh = finding(heading, outcome="failed", message="Under “Sports day” stands nothing.")
    said = finding(ANONYMOUS, outcome="passed", message="It is said.")
    new = small_report(rules=(*small_report().rules, heading), findings=(button, said, fresh))
    return written(tmp_path / "old", night(1, old)), written(tmp_path / "new", night(2, new))


def test_the_nights_of_a_site_are_a_table_with_their_trend(tmp_path: Path) -> None:
    remembered(tmp_path / "reports")
    for site in ([], [SITE], [f"https://{SITE}/"]):
        done = sgaudit("history", *site, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.rstrip("\n") == TABLE


def test_the_settings_file_says_where_the_history_is(tmp_path: Path) -> None:
    remembered(tmp_path / "elsewhere")
    text = (
        '[run]\nurl = "https://s.example"\npage = ["https://s.example/x"]\n[report]\nhistory = "elsewhere/history.db"\n'
    )
    (tmp_path / "sgaudit.toml").write_text(text)
    assert sgaudit("history", cwd=tmp_path).stdout.rstrip("\n") == TABLE


def test_of_several_sites_the_last_night_of_each_is_shown(tmp_path: Path) -> None:
    remembered(tmp_path)
    remembered(tmp_path, "www.other.example")
    done = sgaudit("history", "--output", ".", cwd=tmp_path)
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["www.marsh-end.example", "www.other.example"]
    assert "2026-07-03 02:30" in lines[1]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["history"], 2, "no audit is remembered there yet"),
        (["history", "www.no.example"], 2, "no audit of www.no.example is remembered there yet"),
        (["compare", "nowhere", "nowhere"], 2, "give the folder of a finished run"),
        (["compare", "bad.json", "bad.json"], 2, "is not a report this version can read"),
        (["report", "."], 2, "give the folder of a finished run"),
        (["audit", "https://school.example", "--baseline", "none.json"], 2, "no report can be read there"),
        (["audit", "https://school.example", "--baseline", "bad.json"], 2, "is not a report this version can read"),
    ],
)
def test_what_is_not_there_is_one_sentence(tmp_path: Path, arguments: list[str], code: int, says: str) -> None:
    (tmp_path / "bad.json").write_text("{}")
    done = sgaudit(*arguments, cwd=tmp_path)
    assert done.returncode == code
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_history_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "history.db").write_text("notes" * 300)
    done = sgaudit("history", "-o", ".", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert "is damaged or no history of sgaudit's; move it away" in done.stderr


def test_a_history_that_is_switched_off_says_so(tmp_path: Path) -> None:
    (tmp_path / "sgaudit.toml").write_text("[report]\nhistory = false\n")
    done = sgaudit("history", cwd=tmp_path)
    assert (done.returncode, "the history is switched off" in done.stderr) == (2, True)


def test_two_reports_are_compared_by_folder_or_file(tmp_path: Path) -> None:
    old, new = two_nights(tmp_path)
    for arguments in ([str(old), str(new)], [str(old / "report.json"), str(new / "report.json")]):
        done = sgaudit("compare", *arguments, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.rstrip("\n") == CHANGED
    told = json.loads(sgaudit("compare", str(old), str(new), "--json", cwd=tmp_path).stdout)
    assert [len(told[kind]) for kind in ("new", "fixed", "still_failing", "not_rechecked")] == [1, 1, 1, 1]
    assert told["still_failing"][0]["nights"] == 2


def test_reports_of_two_sites_or_in_the_wrong_order_are_remarked_on(tmp_path: Path) -> None:
    old, new = two_nights(tmp_path)
    assert "The first of them is the later one" in sgaudit("compare", str(new), str(old), cwd=tmp_path).stderr
    site = small_report().site.model_copy(update={"url": "https://www.other.example/"})
    other = written(tmp_path / "other", night(3, small_report(site=site)))
    assert "reports of two sites" in sgaudit("compare", str(old), str(other), cwd=tmp_path).stderr


def test_a_saved_report_is_made_anew_and_decided_never(tmp_path: Path) -> None:
    _, new = two_nights(tmp_path)
    before = (new / "report.json").read_text("utf-8")
    done = sgaudit("report", str(new), cwd=tmp_path)
    assert (done.returncode, done.stdout.split()[-1]) == (0, str(new / "report.html"))
    assert "<h1>Marsh End Primary School</h1>" in (new / "report.html").read_text("utf-8")
    assert (new / "report.json").read_text("utf-8") == before


def test_the_trend_keeps_to_twelve_nights_and_survives_nothing_but_zeros(tmp_path: Path) -> None:
    shown = remembered(tmp_path).nights(SITE)
    assert nights.trend(shown[-1:]) == "Faults, oldest first: ▁ (0)"
    assert nights.trend(shown * 8).count(",") == 12, "eleven between the numbers and one in the sentence"
    lines = nights.table(shown, 70).splitlines()
    assert max(map(len, lines)) <= 70
    assert "Urgent: a…" in lines[3]
