"""A report as files: each format is named once, in REPORTERS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sgaudit.model.report import Report
from sgaudit.reporters.csv import render as render_csv
from sgaudit.reporters.github import render as render_github
from sgaudit.reporters.html import render as render_html
from sgaudit.reporters.html import render_for_paper
from sgaudit.reporters.json import render as render_json
from sgaudit.reporters.junit import render as render_junit
from sgaudit.reporters.markdown import render as render_markdown
from sgaudit.reporters.sarif import render as render_sarif


class Render(Protocol):
    """Turns a report into the text of one file."""

    def __call__(self, report: Report, pictures: Mapping[str, bytes], *, beside: str = "") -> str:
        """`pictures` by the name the report gives them; `beside` leads from the file's folder to that of the run."""


@dataclass(frozen=True)
class Reporter:
    """One row of the REPORTERS table.

    `always`: written for every run; `printed`: read from the standard output; `paper`: what `render` makes is a page,
    and the file holds it as the browser prints it.
    """

    file_name: str
    render: Render
    always: bool = False
    printed: bool = False
    paper: bool = False


REPORTERS: dict[str, Reporter] = {
    "html": Reporter("report.html", render_html, always=True),
    "json": Reporter("report.json", render_json, always=True),
    "junit": Reporter("report.junit.xml", render_junit),
    "sarif": Reporter("report.sarif", render_sarif),
    "github": Reporter("report.github.txt", render_github, printed=True),
    "markdown": Reporter("report.md", render_markdown),
    "csv": Reporter("report.csv", render_csv),
    "pdf": Reporter("report.pdf", render_for_paper, paper=True),
}
