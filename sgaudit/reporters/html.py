"""The report as one HTML page: no network, no script, everything from the audited site escaped, pictures within."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sgaudit.model.clock import day_of
from sgaudit.model.naming import page_title
from sgaudit.model.outcome import LinkVerdict, Outcome, Reading, Role
from sgaudit.model.report import AccessibilityRow, Finding, LinkRow, PageRow, Report, RuleRow, StatementRow
from sgaudit.reporters import actions, earlier, since, trend, words

PICTURE_LIMIT = 6_000_000
"""Characters that all embedded pictures together may take; the others are named by their files."""

_HERE = Path(__file__).parent
_STYLE = (_HERE / "report.css").read_text("utf-8")
_WEB = re.compile(r"https?://[^\s\x00-\x20]+", re.IGNORECASE)
_ACTIONS = 5
_LONGEST = 2_000
_OWN_FILE = re.compile(r"evidence/[A-Za-z0-9._-]+")
_NOT_CEOP = ("lookalike", "hijacked", "elsewhere")
_NOTHING_THERE = (Reading.absent, Reading.untested)


def render(report: Report, pictures: Mapping[str, bytes], *, beside: str = "") -> str:
    """The whole page. Long tables are cut with "and N more, in report.json"."""
    template = _ENVIRONMENT.get_template("report.html.jinja")
    return template.render(_view(report, pictures, beside)).encode("utf-8", "replace").decode("utf-8")


def render_for_paper(report: Report, pictures: Mapping[str, bytes], *, beside: str = "") -> str:
    """The same page with nothing folded away: nobody can unfold it on paper."""
    return render(report, pictures, beside=beside).replace("<details", "<details open")


def _shown(value: Any) -> Any:
    """What a template prints: markup made here as it is, all other text bounded, without characters that mislead."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return words.printable(value if len(value) <= _LONGEST else value[:_LONGEST] + "…")


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_HERE),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_shown,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Pictures:
    """The run's pictures: which are embedded, each shown once and afterwards pointed at."""

    def __init__(self, pictures: Mapping[str, bytes], wanted: Sequence[str], beside: str) -> None:
        self._beside = beside
        self._data: dict[str, Markup] = {}
        self._anchors: dict[str, str] = {}
        self._there = frozenset(pictures)
        room = PICTURE_LIMIT
        for name in dict.fromkeys(wanted):
            size = (len(pictures.get(name, b"")) + 2) // 3 * 4
            if 0 < size <= room:
                room -= size
                encoded = base64.b64encode(pictures[name]).decode("ascii")
                self._data[name] = Markup(f"data:image/jpeg;base64,{encoded}")  # noqa: S704 - base64 has no markup

    def take(self, name: str) -> Markup:
        """The picture as a data: address, the first time it is asked for; afterwards and for all others empty."""
        if name in self._anchors or name not in self._data:
            return Markup()
        self._anchors[name] = f"picture-{len(self._anchors) + 1}"
        return self._data[name]

    def width(self, name: str) -> int:
        """The width of the window in pixels, which the picture's name ends with; 0 when it does not."""
        width = re.search(r"-(\d{2,4})\.jpg$", name)
        return int(width[1]) if width else 0

    def anchor(self, name: str) -> str:
        """The id under which the picture was shown, empty when it was not."""
        return self._anchors.get(name, "")

    def file(self, name: str) -> str:
        """The address of the picture's file from the report, empty when there is none."""
        return self._beside + name if name in self._there and _OWN_FILE.fullmatch(name) else ""


@dataclass(frozen=True)
class StatementPage:
    """How the statements stand on one page, each row with its rule."""

    url: str
    rows: tuple[tuple[StatementRow, RuleRow | None], ...]


class _Places:
    """Pages by the names a reader knows, and which addresses may be pressed in the report."""

    def __init__(self, report: Report) -> None:
        self._titles: dict[str, str] = {}
        for page in report.pages:
            for url in (page.url, page.final_url):
                if page.title.strip():
                    self._titles.setdefault(url, page_title(page.title, report.site.name))
        bad = [row for row in report.links if row.verdict is LinkVerdict.suspicious]
        self._doubtful = {url for row in bad for url in (row.url, row.final_url)}
        misled = [row for row in report.button if row.target_verdict in _NOT_CEOP]
        self._doubtful |= {url for row in misled for url in (row.target, row.click.landed_on)}

    def name(self, url: str) -> str:
        """The page's title, else its path."""
        title = self._titles.get(url, "")
        if title:
            return words.shortened(title, 80)
        try:
            return unquote(urlsplit(url).path) or url
        except ValueError:
            return url

    def pressable(self, url: str) -> bool:
        """Whether the report makes a link of `url`: a web address that nothing is known against."""
        if url in self._doubtful or len(url) > _LONGEST or not _WEB.fullmatch(url):
            return False
        try:
            return bool(urlsplit(url).hostname)
        except ValueError:
            return False


def _view(report: Report, pictures: Mapping[str, bytes], beside: str) -> dict[str, Any]:
    places = _Places(report)
    by_rule: dict[str, list[Finding]] = {}
    for finding in sorted(report.findings, key=lambda one: (-one.outcome.rank, -one.severity.rank)):
        by_rule.setdefault(finding.rule, []).append(finding)
    groups: dict[str, list[RuleRow]] = {}
    for row in report.rules:
        groups.setdefault(row.group, []).append(row)
    to_do = actions.actions(report)
    statement_pages, bare_pages = _statements(report)
    # The page forbids itself everything but its own style and pictures, should a way round the escaping ever be found.
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode("ascii")
    return {
        "report": report,
        "run": report.run,
        "words": words,
        "since": since,
        "trend": trend.drawn(report.trend),
        "earlier": earlier,
        "looked_at_earlier": earlier.looked_at_earlier(report),
        "today": day_of(report.run.started),
        "style": Markup(_STYLE),  # noqa: S704 - our own file
        "style_digest": digest,
        "kind": _kind(report),
        "school": words.one_line(report.site.name) or urlsplit(report.site.url).hostname or report.site.url,
        "actions": to_do[:_ACTIONS],
        "beyond": _beyond(len(to_do) - _ACTIONS, len(actions.smaller(report))),
        "undecided": actions.undecided(report),
        "unchecked": actions.unchecked(report),
        "groups": groups,
        "by_rule": by_rule,
        "pictures": Pictures(pictures, _wanted(report), beside),
        "page_name": places.name,
        "pressable": places.pressable,
        "statement_pages": statement_pages,
        "bare_pages": bare_pages,
        "accessibility": _accessibility(report),
        "links": _links(report),
        "pages": sorted(report.pages, key=_page_order),
    }


def _kind(report: Report) -> str:
    if report.verdict.level == "fail":
        return "urgent" if "a child cannot report" in report.verdict.headline else "action"
    return {"pass": "working", "unknown": "unsure"}[report.verdict.level]


def _beyond(more: int, smaller: int) -> str:
    """That there is more than the actions shown, empty when there is not."""
    parts = [words.counted(more, "more thing") + " to do"] if more > 0 else []
    parts += [words.counted(smaller, "smaller thing") + " that could be better"] if smaller else []
    return f"{words.listed(parts)} {'stands' if max(more, 0) + smaller == 1 else 'stand'}" if parts else ""


def _page_order(page: PageRow) -> tuple[int, bool, str]:
    return [Role.safeguarding, Role.home, Role.sample, Role.other].index(page.role), not page.tested, page.url


def _wanted(report: Report) -> list[str]:
    """The pictures by how much they tell: what failed, the way to report, safeguarding pages, the rest."""
    found = sorted(report.findings, key=lambda finding: (-finding.outcome.rank, -finding.severity.rank))
    names = [item.file for finding in found for item in finding.evidence]
    names += [view.screenshot for row in report.button for view in row.viewports.values()]
    names += [name for page in sorted(report.pages, key=_page_order) for name in page.screenshots.values()]
    return [name for name in names if name]


def _statements(report: Report) -> tuple[list[StatementPage], list[str]]:
    """The pages that hold statements, richest first; and those that hold none, unless that is all of them."""
    rules = {row.id: row for row in report.rules}
    by_page: dict[str, list[StatementRow]] = {}
    for row in report.statements:
        by_page.setdefault(row.page, []).append(row)

    def held(rows: list[StatementRow]) -> int:
        return sum(row.reading not in _NOTHING_THERE for row in rows)

    ordered = sorted(by_page.items(), key=lambda pair: -held(pair[1]))
    bare = [url for url, rows in ordered if all(row.reading is Reading.absent for row in rows)]
    if len(bare) == len(ordered):
        bare = bare[1:]
    shown = [
        StatementPage(url, tuple((row, rules.get(row.statement)) for row in rows))
        for url, rows in ordered
        if url not in bare
    ]
    return shown, bare


def _accessibility(report: Report) -> dict[str, list[AccessibilityRow]]:
    failed = [row for row in report.accessibility if row.outcome is Outcome.failed]
    return {
        "WCAG 2.2 A and AA": [row for row in failed if not row.best_practice],
        "Good practice beyond WCAG": [row for row in failed if row.best_practice],
        "Needs a person": [row for row in report.accessibility if row.outcome is Outcome.cant_tell],
    }


def _links(report: Report) -> dict[LinkVerdict, list[LinkRow]]:
    """What a person should look at, by verdict; working links are only counted."""
    return {
        verdict: [row for row in report.links if row.verdict is verdict]
        for verdict in words.LINKS
        if verdict is not LinkVerdict.working
    }
