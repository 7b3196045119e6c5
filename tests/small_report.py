"""One small report that every format's test prints, its clean twin, and one whose every word comes from an attacker."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sgaudit.model.change import Changes, Fault, Point
from sgaudit.model.outcome import Basis, Level, LinkVerdict, Outcome, Reading, Role, Severity
from sgaudit.model.report import (
    AcceptedRow,
    AccessibilityNode,
    AccessibilityRow,
    ButtonClick,
    ButtonRow,
    ButtonView,
    CriterionRow,
    ErrorRow,
    EvidenceItem,
    Finding,
    LinkRow,
    PageRow,
    Report,
    RulePackInfo,
    RuleRow,
    Run,
    Site,
    SkippedRow,
    StatementRow,
    Summary,
    Tool,
    Verdict,
    fingerprint,
)

HOME = "https://www.marsh-end.example/"
SAFE = "https://www.marsh-end.example/safeguarding/"
CEOP = "https://www.ceop.police.uk/Safety-Centre/"
PICTURE = "evidence/p2-route-1-375.jpg"
SOURCE = {"title": "NCA, user guide for organisations that host the CEOP button", "url": CEOP, "seen": "2026-11-01"}


def rule(rule_id: str, title: str, group: str, outcome: Outcome, message: str, **more: Any) -> RuleRow:
    values: dict[str, Any] = {
        "basis": Basis.good_practice,
        "level": Level.must,
        "severity": Severity.serious,
        "why": "It matters to a child.",
        "how_to_fix": ("Put it right.", "Look at it."),
        "source": {"title": "Good practice", "seen": "2026-11-01"},
    }
    return RuleRow(id=rule_id, title=title, group=group, outcome=outcome, message=message, **(values | more))


def finding(of: RuleRow, page: str = SAFE, **more: Any) -> Finding:
    values: dict[str, Any] = {
        "fingerprint": fingerprint(of.id, page),
        "outcome": of.outcome,
        "severity": of.severity,
        "message": of.message,
        "how_to_fix": of.how_to_fix if of.outcome is Outcome.failed else (),
    }
    return Finding(rule=of.id, page=page, **(values | more))


BUTTON = rule(
    "ceop-button",
    "A child can report to CEOP from this site",
    "reporting-route",
    Outcome.failed,
    "The button “Report to CEOP” is there, but something lies over it at phone width (375 pixels).",
    basis=Basis.sector_guidance,
    severity=Severity.critical,
    source=SOURCE,
    wording='<a href="https://www.ceop.police.uk/Safety-Centre/">Report to CEOP</a>',
    why="A child who is being groomed may look for help once, quickly and in secret.",
    how_to_fix=("Move the cookie bar away from the button.", "Look at it on a phone and press it."),
)
ANONYMOUS = rule(
    "not-anonymous",
    "It says that reports to CEOP are not anonymous",
    "statements",
    Outcome.failed,
    "The page says the opposite: “You can report anonymously.”",
    basis=Basis.sector_guidance,
    source=SOURCE,
    wording="When you report to CEOP you give your name, so that they can help you.",
    how_to_fix=("Take out the sentence that promises anonymity.",),
)
DANGER = rule(
    "immediate-danger-police",
    "It says to call 999 when a child is in immediate danger",
    "statements",
    Outcome.passed,
    "“If a child is in immediate danger, call 999.”",
    basis=Basis.sector_guidance,
    source=SOURCE,
)
LINKS = rule(
    "broken-links",
    "Links lead where they promise",
    "links",
    Outcome.cant_tell,
    "1 link to www.council.example on “Safeguarding” could not be verified, because it turns programs away (403).",
)
WCAG = rule(
    "accessibility-wcag",
    "Automatic checks of WCAG 2.2 A and AA find no fault",
    "accessibility",
    Outcome.untested,
    "At 375 pixels wide “Home” was not tested: the engine did not finish.",
)
NOTICE = rule(
    "stale-notice",
    "No notice about a day long past still stands",
    "content",
    Outcome.inapplicable,
    "Nothing on this site calls for this check.",
)


def small_report(**changes: Any) -> Report:
    """A school whose button is covered on the phone, with one finding of every outcome."""
    rows = (BUTTON, ANONYMOUS, DANGER, LINKS, WCAG, NOTICE)
    covered = EvidenceItem(
        kind="button",
        url=SAFE,
        selector="#report > img",
        quote="Report to CEOP",
        file=PICTURE,
        detail="375 px; mouse: covered; keyboard: new-tab",
    )
    values: dict[str, Any] = {
        "tool": Tool(version="0.1.0", axe_version="4.12.1", browser="Chromium 156", python="3.11.7", platform="Linux"),
        "ruleset": RulePackInfo(rules=6, last_looked_at="2026-11-01", sha256="ab" * 32),
        "run": Run(
            id="2026-07-01T013000Z",
            started=datetime(2026, 7, 1, 1, 30, tzinfo=UTC),
            finished=datetime(2026, 7, 1, 1, 33, 5, tzinfo=UTC),
            complete=True,
            exit_code=1,
            settings={"fail_on": "moderate", "robots": True, "select": [], "max_pages": 300},
            timings={"crawl": 3.25},
        ),
        "site": Site(url=HOME, name="Marsh End Primary School", hosts=("www.marsh-end.example",)),
        "verdict": Verdict(
            level="fail",
            headline="Urgent: a child cannot report from this site",
            sentence=f"{BUTTON.message} 1 more thing needs action.",
        ),
        "summary": Summary(
            rules={"failed": 2, "cantTell": 1, "untested": 1, "passed": 1, "inapplicable": 1},
            failed_by_severity={"minor": 0, "moderate": 0, "serious": 1, "critical": 1},
            pages={"found": 3, "safeguarding": 1, "opened": 2, "not_opened": 0, "skipped": 1},
            links={"working": 40, "blocked": 1, "unverifiable": 0, "suspicious": 1, "broken": 1},
        ),
        "rules": rows,
        "findings": (
            finding(BUTTON, evidence=(covered,)),
            finding(
                ANONYMOUS,
                evidence=(EvidenceItem(kind="text", url=SAFE, selector="p", quote="You can report anonymously."),),
            ),
            finding(DANGER),
            finding(LINKS),
            finding(WCAG, HOME),
        ),
        "statements": (
            StatementRow(
                page=SAFE,
                statement="not-anonymous",
                reading=Reading.contradicted,
                quote="You can report anonymously.",
                selector="p",
            ),
            StatementRow(
                page=SAFE,
                statement="immediate-danger-police",
                reading=Reading.present,
                quote="If a child is in immediate danger, call 999.",
                selector="p",
            ),
            StatementRow(page=HOME, statement="not-anonymous", reading=Reading.absent),
        ),
        "button": (
            ButtonRow(
                page=SAFE,
                outcome=Outcome.failed,
                present=True,
                visible=True,
                named=True,
                name="Report to CEOP",
                selector="#report > img",
                target=CEOP,
                target_verdict="official",
                click=ButtonClick(outcome="new-tab", landed_on=CEOP),
                viewports={
                    "1280": ButtonView(visible=True, named=True, mouse="new-tab", keyboard="new-tab"),
                    "375": ButtonView(
                        visible=True, named=True, mouse="covered", keyboard="new-tab", screenshot=PICTURE
                    ),
                },
                problems=("something lies over it",),
            ),
            ButtonRow(
                page=HOME,
                outcome=Outcome.failed,
                present=False,
                visible=False,
                named=False,
                click=ButtonClick(outcome="not-pressed"),
                problems=("There is no way to report to CEOP on this page.",),
            ),
        ),
        "links": (
            LinkRow(
                url="https://www.council.example/",
                verdict=LinkVerdict.blocked,
                status=403,
                pages=(SAFE,),
                page_count=1,
                reason="It turns programs away (403).",
            ),
            LinkRow(
                url="https://ceop-report.example/",
                verdict=LinkVerdict.suspicious,
                status=200,
                pages=(SAFE,),
                page_count=1,
                reason="Made to look like CEOP's address.",
            ),
            LinkRow(
                url=f"{HOME}gone",
                verdict=LinkVerdict.broken,
                status=404,
                pages=(HOME,),
                page_count=30,
                reason="The page does not exist (404).",
            ),
            *(
                LinkRow(url=f"{HOME}page-{number:02}", verdict=LinkVerdict.working, status=200, reason="It works.")
                for number in range(40)
            ),
        ),
        "accessibility": (
            AccessibilityRow(
                rule="image-alt",
                impact="critical",
                wcag=("1.1.1",),
                outcome=Outcome.failed,
                help="Images must have alternative text",
                help_url="https://axe.example/image-alt",
                pages=(SAFE,),
                page_count=1,
                node_count=1,
                nodes=(
                    AccessibilityNode(
                        page=SAFE, selector="img", html="<img src=a.png>", widths=(1280, 375), fingerprint="v1:1"
                    ),
                ),
            ),
        ),
        "pages": (
            PageRow(
                url=HOME,
                final_url=HOME,
                status=200,
                title="Home",
                role=Role.home,
                depth=0,
                fetched_by="requests",
                tested=True,
            ),
            PageRow(
                url=SAFE,
                final_url=SAFE,
                status=200,
                title="Safeguarding",
                role=Role.safeguarding,
                role_reasons=("its address says so",),
                depth=1,
                fetched_by="requests",
                tested=True,
            ),
            PageRow(
                url=f"{HOME}slow",
                final_url="",
                role=Role.other,
                fetched_by="requests",
                tested=False,
                reason="It did not answer in time.",
            ),
        ),
        "skipped": (SkippedRow(url=f"{HOME}admin", reason="robots.txt asks programs to leave it alone."),),
        "errors": (ErrorRow(stage="crawl", url=f"{HOME}slow", type="timeout", message="It did not answer in time."),),
    }
    return Report(**(values | changes))


def clean_report() -> Report:
    """The same school after everything was put right."""
    met = [
        row.model_copy(update={"outcome": Outcome.passed, "message": "All is well."}) for row in small_report().rules
    ]
    return small_report(
        rules=tuple(met),
        findings=tuple(finding(row) for row in met),
        links=tuple(row for row in small_report().links if row.verdict is LinkVerdict.working),
        accessibility=(),
        errors=(),
        verdict=Verdict(level="pass", headline="Working", sentence="The way to report to CEOP was tried and works."),
        summary=Summary(
            rules={"passed": 6, "failed": 0, "cantTell": 0, "untested": 0, "inapplicable": 0},
            failed_by_severity={},
            pages={"found": 3, "safeguarding": 1, "opened": 2, "not_opened": 0, "skipped": 1},
            links={"working": 40, "broken": 0},
        ),
    )


OLD_NEWS = rule("old-news", "The news is new", "content", Outcome.failed, "The news page speaks of last summer's fair.")
SPORTS = rule("empty-heading", "Headings have text", "content", Outcome.failed, "Under “Sports day” stands nothing.")


def point(day: int, failing: int, met: int = 12, **more: Any) -> Point:
    """An audit of July 2026 in the trend."""
    started = datetime(2026, 7, day, 1, 30, tzinfo=UTC)
    run = f"2026-07-{day:02}T013000Z"
    values: dict[str, Any] = {"headline": "Action needed", "exit_code": 1, "complete": True, "applicable": 18}
    return Point(run=run, started=started, failing=failing, met=met, **(values | more))


TREND = (
    point(1, 12, 8),
    point(2, 12, 8),
    point(3, 9, 10),
    point(4, 0, 0, headline="We could not tell", exit_code=3, complete=False),
    point(5, 0, 18, headline="Working", exit_code=0),
    point(8, 2, 15, complete=False),
    point(9, 4, 13),
)


def criterion(number: str, tested: str, **more: Any) -> CriterionRow:
    """A row of the criteria."""
    values = {"name": "As it is called", "level": "AA", "group": "automatic", "person": "Is it so?"} | more
    return CriterionRow.model_validate({"number": number, "tested": tested, **values})


def changed_report(**changes: Any) -> Report:
    """The small school on its ninth night: something new, fixed, still failing, not rechecked; risks; owners."""
    nine = date(2026, 7, 1), 9

    def fault(of: RuleRow, **more: Any) -> Fault:
        values = {"first_seen": date(2026, 7, 9), "last_seen": date(2026, 7, 9), "message": of.message} | more
        named = {"fingerprint": fingerprint(of.id, SAFE), "rule": of.id, "severity": of.severity}
        return Fault(page=SAFE, **(named | values))

    started = datetime(2026, 7, 9, 1, 30, tzinfo=UTC)
    button = {"change": "still-failing", "first_seen": nine[0], "nights": nine[1], "owner": "Mrs Bell"}
    accepted = {"reason": "It is moved in August.", "by": "Mr Reed, chair", "rule": "old-news"}
    values: dict[str, Any] = {
        "run": small_report().run.model_copy(update={"started": started, "finished": started}),
        "rules": (*small_report().rules, OLD_NEWS.model_copy(update={"accepted": True}), SPORTS),
        "findings": (
            finding(BUTTON, due=date(2026, 7, 2), **button),
            finding(ANONYMOUS, change="new", first_seen=date(2026, 7, 9), nights=1, due=date(2026, 7, 23)),
            finding(OLD_NEWS, change="new", first_seen=date(2026, 7, 9), accepted_until=date(2026, 7, 20)),
            finding(SPORTS, in_baseline=True),
        ),
        "accepted": (
            AcceptedRow(**accepted, expires=date(2026, 7, 20), state="ends-soon", findings=1, messages=("Old news.",)),
            AcceptedRow(**(accepted | {"rule": "ceop-button"}), expires=date(2026, 7, 5), state="expired"),
            AcceptedRow(**(accepted | {"rule": "no-rule"}), expires=date(2026, 9, 5), state="nothing-to-accept"),
            AcceptedRow(**(accepted | {"rule": "stale-notice"}), expires=date(2026, 9, 5), state="nothing-to-accept"),
            AcceptedRow(**accepted, page="/news", expires=date(2026, 9, 5), state="accepted", findings=3),
        ),
        "trend": TREND,
        "criteria": (
            criterion("1.1.1", "automatic", issues=("image-alt",), undecided=("svg-img-alt",), page_count=3),
            criterion("1.4.3", "not-tested", reason="The engine did not prove that it works."),
            criterion("2.4.7", "person", group="keyboard"),
        ),
        "changes": Changes(
            compared_with="2026-07-08T013000Z",
            since=date(2026, 7, 8),
            new=(fault(ANONYMOUS), fault(OLD_NEWS, reason="It was not checked last time.")),
            fixed=(fault(LINKS, message="A link was broken."),),
            still_failing=(fault(BUTTON, first_seen=nine[0], nights=nine[1]),),
            not_rechecked=(
                fault(WCAG, message="Some pictures have no description.", reason="Its page was not met."),
                *(fault(NOTICE, message=f"Notice {n}.", reason="Its rule was not asked.") for n in range(3)),
            ),
        ),
    }
    return small_report(**(values | changes))


def hostile_report(text: str, address: str) -> Report:
    """The small report with `text` in every place that the audited site can fill, and `address` for its addresses."""

    def poisoned(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: poisoned(one, name) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [poisoned(one, key) for one in value]
        if not isinstance(value, str):
            return value
        if key in ("url", "final_url", "page", "pages", "target", "landed_on", "frame", "help_url"):
            return address
        theirs = (
            "title",
            "name",
            "message",
            "quote",
            "selector",
            "html",
            "summary",
            "reason",
            "detail",
            "problems",
            "nearest",
            "help",
            "sentence",
            "role_reasons",
            "trail",
            "incomplete_reasons",
            "target_verdict",
            "mouse",
            "hosts",
        )
        return text if key in theirs else value

    plain = small_report().model_dump(mode="json")
    kept = {key: plain[key] for key in ("tool", "summary", "ruleset")}
    return Report.model_validate(poisoned(plain) | kept)
