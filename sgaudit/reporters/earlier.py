"""In words: what of a report was really seen before its run, and on which day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sgaudit.model.clock import day_of, in_words, london
from sgaudit.model.report import PageRow, Report
from sgaudit.model.words import counted, listed


def earlier(report: Report, moment: datetime | None) -> str:
    """`seen on 21 November 2026; unchanged since`; empty when it was seen in this run."""
    if moment is None:
        return ""
    if (stopped := _began(report.run.resumes)) is not None and moment >= stopped:
        return (
            f"seen at {london(moment):%H:%M} on {in_words(day_of(moment))}, before this audit was stopped and resumed"
        )
    return f"seen on {in_words(day_of(moment))}; unchanged since"


def asked_earlier(report: Report, moment: datetime | None) -> str:
    """`asked for on 21 November 2026, when it worked`; empty when it was asked for in this run."""
    if moment is None:
        return ""
    if (stopped := _began(report.run.resumes)) is not None and moment >= stopped:
        return earlier(report, moment)
    return f"asked for on {in_words(day_of(moment))} and not since"


def looked_at_earlier(report: Report) -> Mapping[str, str]:
    """The pages whose look in the browser is an earlier one, with when it was."""
    return {url: said for page in report.pages if (said := of_page(report, page)) for url in (page.url, page.final_url)}


def of_page(report: Report, page: PageRow) -> str:
    """When the browser really looked at a page, or only the accessibility engine in it; empty when in this run."""
    if said := earlier(report, page.scanned_at):
        return f"accessibility {said}"
    return earlier(report, page.tested_at)


def in_short(report: Report) -> str:
    """How much was seen earlier, since when, and what never is, in a sentence or two; empty when it was nothing."""
    counts = report.summary.reused
    said = [
        f"{counted(number, one, many)} {'was' if number == 1 else 'were'} {what}"
        for key, one, many, what in (
            ("read", "page", "pages", "read"),
            ("tested", "page", "pages", "opened in the browser"),
            ("scanned", "page", "pages", "gone through for accessibility"),
            ("links", "link", "links", "asked for"),
        )
        if (number := counts.get(key, 0))
    ]
    if not said:
        return ""
    moments = [
        one for page in report.pages for one in (page.read_at, page.tested_at, page.scanned_at) if one is not None
    ]
    moments += [link.seen_at for link in report.links if link.seen_at is not None]
    began = f", the earliest on {in_words(day_of(min(moments)))}" if moments else ""
    if report.run.resumes:
        return f"This audit goes on with one that was stopped: {listed(said)} before{began}."
    tried = " The way to report was tried in this one." if report.button else ""
    return (
        f"Not all of it was looked at anew: {listed(said)} by earlier audits{began}, "
        f"and nothing has shown a change since.{tried}"
    )


def _began(run: str) -> datetime | None:
    """When the audit with this id began, as its id says."""
    try:
        return datetime.strptime(run[:18], "%Y-%m-%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
