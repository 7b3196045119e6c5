"""A report as files: each format is named once, in REPORTERS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sgaudit.model.report import Report
from sgaudit.reporters.html import render as render_html
from sgaudit.reporters.json import render as render_json


class Render(Protocol):
    """Turns a report into the text of one file."""

    def __call__(self, report: Report, pictures: Mapping[str, bytes], *, beside: str = "") -> str:
        """`pictures` by the name the report gives them; `beside` leads from the file's folder to that of the run."""


@dataclass(frozen=True)
class Reporter:
    """One row of the REPORTERS table."""

    file_name: str
    render: Render


REPORTERS: dict[str, Reporter] = {
    "html": Reporter("report.html", render_html),
    "json": Reporter("report.json", render_json),
}
