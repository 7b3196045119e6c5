"""The report as SARIF 2.1.0, for code scanning and other tools that keep results from run to run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from sgaudit.accepting import tolerated
from sgaudit.model.exit_codes import WITH_A_VERDICT
from sgaudit.model.outcome import Outcome, Severity
from sgaudit.model.report import Finding, Report, RuleRow
from sgaudit.model.words import one_line, shortened
from sgaudit.reporters.standing import source_file, weightiest
from sgaudit.reporters.words import basis

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_RESULTS = 5_000  # as many as GitHub shows of one run
_NOTES = 200
_PLACES = 20
_LONGEST = 2_000
_LEVELS = {
    Severity.critical: "error",
    Severity.serious: "error",
    Severity.moderate: "warning",
    Severity.minor: "note",
}
_STATES = {"new": "new", "still-failing": "unchanged"}


def render(report: Report, pictures: Mapping[str, bytes], *, beside: str = "") -> str:
    """One run. Its results are what failed; what needs a person or could not be checked are notifications.

    Readers of SARIF take every result for an alert, whatever its kind: a thing nobody could tell must not be one.
    """
    del pictures, beside
    places = {row.id: number for number, row in enumerate(report.rules)}
    failed = [one for one in report.findings if one.outcome is Outcome.failed and one.rule in places]
    run = {
        "tool": {
            "driver": {
                "name": report.tool.name,
                "version": report.tool.version,
                "rules": [_rule(row) for row in report.rules],
            }
        },
        "automationDetails": {"id": f"sgaudit/{_site(report)}/{report.run.id}"},
        "invocations": [_invocation(report)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, one, places[one.rule]) for one in weightiest(failed)[:_RESULTS]],
        "properties": {
            "site": _text(report.site.url),
            "verdict": _text(report.verdict.headline),
            "resultsLeftOut": max(0, len(failed) - _RESULTS),
        },
    }
    text = json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1)
    return text.encode("utf-8", "replace").decode("utf-8") + "\n"


def _rule(row: RuleRow) -> dict[str, Any]:
    steps = [one_line(step) for step in row.how_to_fix]
    made: dict[str, Any] = {
        "id": row.id,
        "shortDescription": {"text": _text(row.title)},
        "fullDescription": {"text": _text(row.why or row.title)},
        "help": {"text": "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1)) or _text(row.title)},
        "defaultConfiguration": {"level": _LEVELS[row.severity]},
        "properties": {"tags": [row.group, row.level, _text(basis(row))]},
    }
    if re.match(r"https?://", row.source.get("url", "")):
        made["helpUri"] = _address(row.source["url"])
    return made


def _result(report: Report, finding: Finding, place: int) -> dict[str, Any]:
    # Our fingerprints carry their version in front; in SARIF it belongs in the key.
    version, _, digest = finding.fingerprint.rpartition(":")
    made: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": place,
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(finding.message)},
        "locations": list(_locations(report, finding)),
        # The second is the only key that GitHub compares from run to run.
        "partialFingerprints": {f"sgaudit/{version or 'v1'}": digest, "primaryLocationLineHash": f"{digest}:1"},
    }
    if finding.change in _STATES:
        made["baselineState"] = _STATES[finding.change]
    if tolerated(finding):
        made["suppressions"] = [{"kind": "external", "status": "accepted", "justification": _why(report, finding)}]
    owed = {"owner": _text(finding.owner), "due": str(finding.due or ""), "firstSeen": str(finding.first_seen or "")}
    if known := {name: value for name, value in owed.items() if value}:
        made["properties"] = known
    return made


def _why(report: Report, finding: Finding) -> str:
    if finding.accepted_until is None:
        return "It was there in the baseline already."
    risk = next(
        (one for one in report.accepted if finding.fingerprint == one.fingerprint or finding.rule == one.rule), None
    )
    said = f"{risk.reason} Accepted by {risk.by}, until " if risk else "An accepted risk until "
    return _text(f"{said}{finding.accepted_until}.")


def _locations(report: Report, finding: Finding) -> Iterator[dict[str, Any]]:
    """Where it is: the page or the file it was served from, and the element within it."""
    items = [(item.url or finding.page, item.selector) for item in finding.evidence if item.selector]
    named = {page for page, _ in items}
    items += [(page, "") for page in (finding.page, *finding.pages) if page not in named]
    # What the finding is about comes first: readers show one place.
    items.sort(key=lambda item: item[0] != finding.page)
    for page, selector in list(dict.fromkeys(items))[:_PLACES]:
        file = source_file(report, page)
        uri = quote(file, safe="/-._~") if file else _address(page)
        name = {"name": _text(selector)} if selector else {}
        yield {
            "physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 1}},
            "logicalLocations": [
                {
                    **name,
                    "fullyQualifiedName": f"{_address(page)} {_text(selector)}".rstrip(),
                    "kind": "element" if selector else "resource",
                }
            ],
        }


def _invocation(report: Report) -> dict[str, Any]:
    open_ = [one for one in report.findings if one.outcome in (Outcome.cant_tell, Outcome.untested)]
    notes = [_note("error", reason) for reason in report.run.incomplete_reasons]
    notes += [_note("warning", f"{one.stage}: {one.message}") for one in report.errors]
    notes += [
        _note("warning" if one.outcome is Outcome.untested else "note", one.message, one.rule)
        for one in weightiest(open_)
    ]
    return {
        "executionSuccessful": report.run.exit_code in WITH_A_VERDICT,
        "exitCode": report.run.exit_code,
        "exitCodeDescription": _text(report.verdict.headline),
        "startTimeUtc": _moment(report.run.started),
        "endTimeUtc": _moment(report.run.finished),
        "toolExecutionNotifications": notes[:_NOTES],
    }


def _note(level: str, text: str, rule: str = "") -> dict[str, Any]:
    note: dict[str, Any] = {"level": level, "message": {"text": _message(text)}}
    return {**note, "associatedRule": {"id": rule}} if rule else note


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _site(report: Report) -> str:
    return re.sub(r"[^A-Za-z0-9.-]", "_", report.site.hosts[0] if report.site.hosts else report.site.url)[:100]


def _message(text: str) -> str:
    """`text` without links and placeholders, which brackets and braces make in a message."""
    return re.sub(r"([\\\[\]])", r"\\\1", _text(text)).replace("{", "{{").replace("}", "}}")


def _text(text: str) -> str:
    return shortened(text, _LONGEST)


def _address(url: str) -> str:
    """`url` as a reference that every reader of RFC 3986 takes."""
    return quote(one_line(url)[:_LONGEST], safe=":/?#[]@!$&'()*+,;=%-._~")
