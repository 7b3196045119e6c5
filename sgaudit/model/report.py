"""What is concluded: findings and the report, the contract other programs lean on (`schema_version` 1.0)."""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from sgaudit.model.change import Changes, Point
from sgaudit.model.outcome import Basis, Level, LinkVerdict, Outcome, Reading, Role, Severity
from sgaudit.model.visits import page_key, without_visits

SCHEMA_VERSION = "1.0"


class Concluded(BaseModel):
    """Base of all conclusions: immutable, and closed so that a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class EvidenceItem(Concluded):
    """One thing a person can check: where it is (url, frame, selector), what it says (quote), a picture (file)."""

    kind: str
    url: str = ""
    frame: str = ""
    selector: str = ""
    quote: str = ""
    file: str = ""
    detail: str = ""


class Finding(Concluded):
    """What one rule concluded of one page (or of the site, when `page` is the home page's address).

    `decisive` marks a finding that fails its rule even where another page satisfies it (a contradiction).
    `pages` are all the pages that one finding speaks of, empty where it is `page` alone; `subject` tells the findings
    of one rule apart. `first_seen` to `due` are days in the UK; `nights` counts those on which it was seen failing.
    `accepted_until` is set where the risk is accepted, `in_baseline` where it was there before: neither fails the run.
    """

    fingerprint: str
    rule: str
    outcome: Outcome
    severity: Severity
    page: str
    message: str
    how_to_fix: tuple[str, ...] = ()
    evidence: tuple[EvidenceItem, ...] = ()
    decisive: bool = False
    pages: tuple[str, ...] = ()
    subject: str = ""
    change: Literal["", "new", "still-failing"] = ""
    first_seen: date | None = None
    nights: int = 0
    owner: str = ""
    due: date | None = None
    accepted_until: date | None = None
    in_baseline: bool = False


class RuleRow(Concluded):
    """One rule and how it came out over the whole site.

    `across` says whether any of the pages it asks for is enough or all of them count. `accepted` is true where it
    failed and every failing is an accepted risk: that is not met either, and never a pass.
    """

    id: str
    title: str
    group: str
    basis: Basis
    level: Level
    severity: Severity
    outcome: Outcome
    pages: tuple[str, ...] = ()
    message: str
    why: str = ""
    how_to_fix: tuple[str, ...] = ()
    wording: str = ""
    source: dict[str, str] = {}
    across: Literal["any", "all"] = "all"
    owner: str = ""
    accepted: bool = False


class StatementRow(Concluded):
    """How one guidance statement reads on one safeguarding page.

    `nearest` is, for an absent one, the closest sentence on the page; `reason` says why it is not enough.
    """

    page: str
    statement: str
    reading: Reading
    quote: str = ""
    selector: str = ""
    frame: str = ""
    nearest: str = ""
    reason: str = ""


class ButtonView(Concluded):
    """The button at one width."""

    visible: bool
    named: bool
    mouse: str
    keyboard: str
    screenshot: str = ""


class ButtonClick(Concluded):
    """What the click did, by the browser's own account."""

    outcome: str
    landed_on: str = ""


class ButtonRow(Concluded):
    """The reporting route of one page."""

    page: str
    outcome: Outcome
    present: bool
    visible: bool
    named: bool
    name: str = ""
    selector: str = ""
    frame: str = ""
    target: str = ""
    target_verdict: str = ""
    click: ButtonClick
    viewports: dict[str, ButtonView] = {}
    problems: tuple[str, ...] = ()


class LinkRow(Concluded):
    """One link target with its verdict. `trail` holds "status url" for each hop.

    `seen_at` is when it was really asked for, where that was not in this run; None where it was.
    """

    url: str
    verdict: LinkVerdict
    status: int | None = None
    final_url: str = ""
    trail: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    page_count: int = 0
    reason: str = ""
    seen_at: datetime | None = None


class AccessibilityNode(Concluded):
    """One element with an accessibility fault."""

    page: str
    frame: str = ""
    selector: str
    html: str = ""
    summary: str = ""
    widths: tuple[int, ...] = ()
    fingerprint: str


class AccessibilityRow(Concluded):
    """One accessibility issue with every element it was seen on.

    `page_count` and `node_count` are totals; `nodes` may be cut to a bounded number of examples. `shared_by` is the
    number of pages on which one and the same element shows it, where that makes it part of what the pages share.
    """

    rule: str
    impact: str
    wcag: tuple[str, ...] = ()
    best_practice: bool = False
    outcome: Outcome
    help: str
    help_url: str = ""
    pages: tuple[str, ...] = ()
    page_count: int = 0
    node_count: int = 0
    nodes: tuple[AccessibilityNode, ...] = ()
    shared_by: int = 0


class CriterionRow(Concluded):
    """One success criterion of WCAG 2.2, A or AA, and how it was looked at.

    `tested` is `automatic` where a machine tests a part of it and did, `person` where only somebody can, and
    `not-tested` where a machine could have: `reason` says why it did not. `issues` are the engine's rules that failed,
    `undecided` those that it could not decide, on `page_count` pages. `person` is what somebody must look at all the
    same: no criterion is met because a machine found nothing.
    """

    number: str
    name: str
    level: Literal["A", "AA"]
    group: str
    tested: Literal["automatic", "person", "not-tested"]
    reason: str = ""
    issues: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    page_count: int = 0
    person: str


class PageRow(Concluded):
    """One page of the site as the audit treated it: `read` by the crawl, `tested` in the browser.

    `read_at` and `tested_at` are when that was really done, where it was not in this run: the page has not changed
    since, or the run goes on with one that was stopped. None where it was in this run, or not at all. `scanned_at` is
    the same of the accessibility engine, for a page that was opened in this run and looked the very same as then.
    """

    url: str
    final_url: str
    status: int | None = None
    title: str = ""
    role: Role
    role_reasons: tuple[str, ...] = ()
    depth: int | None = None
    fetched_by: str
    read: bool = False
    tested: bool
    reason: str = ""
    screenshots: dict[str, str] = {}
    read_at: datetime | None = None
    tested_at: datetime | None = None
    scanned_at: datetime | None = None


class SkippedRow(Concluded):
    """An address left alone, with the reason."""

    url: str
    reason: str


class ErrorRow(Concluded):
    """Something that went wrong without ending the audit."""

    stage: str
    url: str = ""
    type: str
    message: str


class Tool(Concluded):
    """What made the report."""

    name: str = "sgaudit"
    version: str
    axe_version: str = ""
    browser: str = ""
    python: str = ""
    platform: str = ""


class Run(Concluded):
    """When and how completely the audit ran, and from where.

    `no_verdict` is true where nothing may be concluded from it as a whole. `vantage` says whether it saw what a pupil
    in the school's network sees, behind its filter; `vantage_reason` how that is known. `resumes` is the id of the
    stopped audit that it went on with.
    """

    id: str
    resumes: str = ""
    started: datetime
    finished: datetime
    complete: bool
    incomplete_reasons: tuple[str, ...] = ()
    no_verdict: bool = False
    exit_code: int
    settings: dict[str, str | int | float | bool | list[str] | None] = {}
    timings: dict[str, float] = {}
    vantage: Literal["inside", "outside", "unknown"] = "unknown"
    vantage_reason: str = ""


class Site(Concluded):
    """The audited site."""

    url: str
    name: str = ""
    hosts: tuple[str, ...] = ()


class Verdict(Concluded):
    """The answer in one word and one sentence."""

    level: Literal["pass", "fail", "unknown"]
    headline: str
    sentence: str


class Summary(Concluded):
    """Counts. `rules` by outcome, `findings` (failed ones) by severity; `accepted` failed ones are among both.

    `reused` counts what was really seen before this run: pages `read`, `tested` and `scanned`, `links` asked for.
    """

    rules: dict[str, int]
    failed_by_severity: dict[str, int]
    pages: dict[str, int]
    links: dict[str, int]
    accepted: int = 0
    reused: dict[str, int] = {}


class RulePackInfo(Concluded):
    """Which rules decided: how many, the day their sources were last looked at, and a digest of the files."""

    rules: int
    last_looked_at: str
    sha256: str


class RuleChange(Concluded):
    """One rule that settings or options changed: `silenced`, `not-selected`, or `reweighed`.

    `level` and `severity` are those that held in this run, `usual_level` and `usual_severity` the rule file's own.
    """

    rule: str
    title: str
    change: Literal["silenced", "not-selected", "reweighed"]
    level: Level
    severity: Severity
    usual_level: Level
    usual_severity: Severity
    reason: str = ""


class AcceptedRow(Concluded):
    """One accepted risk of the settings and what became of it tonight; `expires` is its last day.

    `state` is `accepted`, `ends-soon` (within 14 days), `expired` (what it covered fails again), or
    `nothing-to-accept` where nothing that failed is meant by it. `messages` are some of the `findings` it covers.
    """

    rule: str
    fingerprint: str = ""
    page: str = ""
    reason: str
    by: str
    expires: date
    state: Literal["accepted", "ends-soon", "expired", "nothing-to-accept"]
    findings: int = 0
    messages: tuple[str, ...] = ()


class Report(Concluded):
    """The whole report, as written to report.json. `trend` are the last runs of the site, this one last."""

    schema_version: str = SCHEMA_VERSION
    tool: Tool
    ruleset: RulePackInfo
    run: Run
    site: Site
    verdict: Verdict
    summary: Summary
    rules: tuple[RuleRow, ...] = ()
    changed_rules: tuple[RuleChange, ...] = ()
    changes: Changes | None = None
    trend: tuple[Point, ...] = ()
    accepted: tuple[AcceptedRow, ...] = ()
    findings: tuple[Finding, ...] = ()
    statements: tuple[StatementRow, ...] = ()
    button: tuple[ButtonRow, ...] = ()
    links: tuple[LinkRow, ...] = ()
    accessibility: tuple[AccessibilityRow, ...] = ()
    criteria: tuple[CriterionRow, ...] = ()
    pages: tuple[PageRow, ...] = ()
    skipped: tuple[SkippedRow, ...] = ()
    errors: tuple[ErrorRow, ...] = ()


class Decided(Concluded):
    """What one check concluded for one rule: findings, and rows for the report's own tables."""

    findings: tuple[Finding, ...] = ()
    statements: tuple[StatementRow, ...] = ()
    button: tuple[ButtonRow, ...] = ()
    links: tuple[LinkRow, ...] = ()
    accessibility: tuple[AccessibilityRow, ...] = ()


def fingerprint(rule: str, page: str, what: str = "") -> str:
    """A stable identity for a finding: rule, the page's path and query without visit marks, and what was found.

    Numbers that shift when a template is re-ordered (nth-of-type) are left out, so the same fault keeps its identity.
    """
    normal = re.sub(r":nth-(?:of-type|child)\(\d+\)", "", without_visits(what))
    normal = re.sub(r"\s+", " ", normal).strip().lower()
    digest = hashlib.sha256("\n".join((rule, page_key(page), normal)).encode()).hexdigest()[:16]
    return f"v1:{digest}"
