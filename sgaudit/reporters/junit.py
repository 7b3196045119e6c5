"""The report as JUnit XML, which every CI reads: a suite for each group, a case for each requirement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from sgaudit.model.report import Finding, Report, RuleRow
from sgaudit.model.words import one_line, shortened
from sgaudit.reporters.since import known_for, state
from sgaudit.reporters.standing import Standing, by_group, fails, standing, weightiest
from sgaudit.reporters.words import GROUPS, OUTCOMES

_MOST = 50  # findings told of one requirement
_LONGEST = 2_000
# What XML 1.0 cannot say, not even as a reference.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_AUDIT = "audit"


def render(report: Report, pictures: Mapping[str, bytes], *, beside: str = "") -> str:
    """One <testsuites>. A case fails or errs exactly where the requirement keeps the run from exit code 0.

    Not met is a failure; what nobody could tell is an error; accepted risks, what was there before, what is smaller
    than `fail_on` and what needs a person are skipped, with the reason.
    """
    del pictures, beside
    root = ET.Element("testsuites", name="sgaudit")
    _suite(root, report, _AUDIT, [_whole(report)])
    for group, rows in by_group(report):
        _suite(root, report, GROUPS.get(group, group), [_case(report, row) for row in rows])
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    seconds = (report.run.finished - report.run.started).total_seconds()
    root.set("time", f"{max(0.0, seconds):.3f}")
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(root: ET.Element, report: Report, name: str, cases: list[ET.Element]) -> None:
    found = {tag: str(sum(case.find(tag) is not None for case in cases)) for tag in ("failure", "error", "skipped")}
    suite = ET.SubElement(
        root,
        "testsuite",
        name=_xml(name),
        tests=str(len(cases)),
        failures=found["failure"],
        errors=found["error"],
        skipped=found["skipped"],
        timestamp=report.run.started.strftime("%Y-%m-%dT%H:%M:%S"),
    )
    suite.extend(cases)


def _whole(report: Report) -> ET.Element:
    """The audit itself: red where nothing may be concluded from it."""
    case = ET.Element("testcase", classname="sgaudit", name="The site could be audited")
    if report.run.no_verdict:
        reasons = report.run.incomplete_reasons or (report.verdict.sentence,)
        _told(case, "error", reasons[0], "no-verdict", "\n".join(map(one_line, reasons[:_MOST])))
    return case


def _case(report: Report, row: RuleRow) -> ET.Element:
    case = ET.Element("testcase", classname=_xml(f"sgaudit.{row.group}"), name=_xml(f"{row.id}: {row.title}"))
    how = standing(report, row)
    if how is Standing.fails:
        own = [one for one in report.findings if one.rule == row.id and fails(report, one)]
        _told(case, "failure", weightiest(own)[0].message, row.severity, _findings(own))
    elif how is Standing.unsure:
        own = [one for one in report.findings if one.rule == row.id and one.outcome is row.outcome]
        _told(case, "error", row.message, row.outcome, _findings(own))
    elif how not in (Standing.met, Standing.inapplicable):
        ET.SubElement(case, "skipped", message=_xml(shortened(_why_skipped(report, row, how), _LONGEST)))
    elif how is Standing.inapplicable:
        ET.SubElement(case, "skipped", message=_xml(shortened(f"Does not apply: {row.message}", _LONGEST)))
    return case


def _why_skipped(report: Report, row: RuleRow, how: Standing) -> str:
    said = OUTCOMES[row.outcome].capitalize()
    if how is Standing.tolerated:
        risks = [one for one in report.accepted if one.rule == row.id and one.findings]
        if risks:
            said += f", accepted by {risks[0].by}: {risks[0].reason} {state(risks[0], report)}"
        else:
            said += ", as before" if any(one.rule == row.id and one.in_baseline for one in report.findings) else ""
    elif how is Standing.smaller:
        said += f", and only {row.severity}, which does not fail this audit"
    return f"{said}. {row.message}" if not said.endswith(".") else f"{said} {row.message}"


def _told(case: ET.Element, tag: str, message: str, kind: str, text: str) -> None:
    told = ET.SubElement(case, tag, message=_xml(shortened(message, _LONGEST)), type=_xml(kind))
    told.text = _xml(text)


def _findings(findings: list[Finding]) -> str:
    lines = []
    for one in weightiest(findings)[:_MOST]:
        since = f" ({known_for(one)})" if known_for(one) else ""
        lines += [f"{shortened(one.message, _LONGEST)}{since}", f"  on {one_line(one.page)}"]
        lines += [f"  fix: {one_line(step)}" for step in one.how_to_fix]
    if len(findings) > _MOST:
        lines.append(f"and {len(findings) - _MOST:,} more, in the report")
    return "\n".join(lines)


def _xml(text: str) -> str:
    """`text` as XML can hold it; what has a meaning in XML is escaped when it is written."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
