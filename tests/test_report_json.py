"""report.json is a contract: its keys, its schema, and the same text for the same evidence."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from small_report import SAFE, clean_report, hostile_report, small_report

from sgaudit.model.report import Report
from sgaudit.reporters import json as json_reporter

SCHEMA_FILE = Path(__file__).parent.parent / "reports" / "report.schema.json"


def read(report: Report) -> dict[str, object]:
    return json.loads(json_reporter.render(report, {}))


def test_the_keys_other_programs_lean_on() -> None:
    written = read(small_report())
    assert list(written) == [
        "schema_version", "tool", "ruleset", "run", "site", "verdict", "summary", "rules", "changed_rules",
        "changes", "trend", "accepted", "findings", "statements", "button", "links", "accessibility", "criteria",
        "pages", "skipped", "errors",
    ]  # fmt: skip
    assert written["schema_version"] == "1.0"
    promised = {
        "tool": {"name", "version", "axe_version", "browser"},
        "run": {"id", "started", "finished", "complete", "incomplete_reasons", "exit_code"},
        "site": {"url", "name"},
        "verdict": {"level", "sentence"},
        "rules": {"id", "title", "basis", "level", "severity", "outcome", "pages", "message"},
        "findings": {"fingerprint", "rule", "outcome", "severity", "page", "message", "how_to_fix", "evidence"},
        "statements": {"page", "statement", "reading", "quote", "selector"},
        "button": {
            "page", "outcome", "present", "visible", "named", "target", "target_verdict", "click", "viewports",
            "problems",
        },
        "links": {"url", "verdict", "status", "final_url", "trail", "pages", "reason"},
        "accessibility": {"rule", "impact", "wcag", "outcome", "help", "nodes"},
        "pages": {"url", "final_url", "status", "title", "role", "depth", "fetched_by", "tested", "reason"},
        "skipped": {"url", "reason"},
        "errors": {"stage", "url", "type", "message"},
    }  # fmt: skip
    for key, fields in promised.items():
        part = written[key]
        assert fields <= set(part[0] if isinstance(part, list) else part), key


def test_values_are_the_words_of_the_contract() -> None:
    written = read(small_report())
    assert written["statements"][0] == {
        "page": SAFE,
        "statement": "not-anonymous",
        "reading": "contradicted",
        "quote": "You can report anonymously.",
        "selector": "p",
        "frame": "",
        "nearest": "",
        "reason": "",
    }
    assert [rule["outcome"] for rule in written["rules"]] == [
        "failed", "failed", "passed", "cantTell", "untested", "inapplicable",
    ]  # fmt: skip
    assert written["run"]["started"] == "2026-07-01T01:30:00Z"
    assert written["button"][0]["click"] == {
        "outcome": "new-tab",
        "landed_on": "https://www.ceop.police.uk/Safety-Centre/",
    }


@pytest.mark.parametrize("report", [small_report(), clean_report(), hostile_report("\x00</script>", "javascript:1")])
def test_every_report_fits_the_schema(report: Report) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(json_reporter.schema()))
    assert list(validator.iter_errors(read(report))) == []


def test_the_schema_refuses_what_breaks_the_contract_and_allows_what_later_versions_add() -> None:
    schema = json.loads(json_reporter.schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    written = read(small_report())
    assert validator.is_valid(written | {"of_a_later_version": []})
    assert not validator.is_valid({key: value for key, value in written.items() if key != "statements"})
    written["rules"][0]["outcome"] = "not met"
    assert not validator.is_valid(written)


def test_the_committed_schema_is_current() -> None:
    assert SCHEMA_FILE.read_text("utf-8") == json_reporter.schema(), "run `make generate`"


def test_the_order_in_which_things_were_gathered_does_not_show() -> None:
    report = small_report()
    turned = report.model_copy(
        update={name: getattr(report, name)[::-1] for name in ("links", "pages", "skipped", "errors")}
    )
    assert json_reporter.render(turned, {}) == json_reporter.render(report, {})


def test_a_report_reads_back_as_it_was() -> None:
    text = json_reporter.render(small_report(), {})
    assert json_reporter.render(Report.model_validate_json(text), {}) == text


def test_words_stay_readable_and_half_characters_do_no_harm() -> None:
    text = json_reporter.render(hostile_report("Ysgol Gynradd Tŷ’r Môr \ud800", "https://a.example/"), {})
    assert "Tŷ’r Môr ?" in text
    text.encode("utf-8")
