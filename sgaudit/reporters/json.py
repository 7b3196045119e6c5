"""The report as JSON, the contract other programs lean on, and its schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sgaudit.model.report import SCHEMA_VERSION, Report


def render(report: Report, pictures: Mapping[str, bytes], *, beside: str = "") -> str:
    """The whole report. Tables that a run may gather in any order are sorted, so that two reports can be compared."""
    del pictures, beside
    ordered = report.model_copy(
        update={
            "links": tuple(sorted(report.links, key=lambda row: row.url)),
            "pages": tuple(sorted(report.pages, key=lambda row: row.url)),
            "skipped": tuple(sorted(report.skipped, key=lambda row: (row.url, row.reason))),
            "errors": tuple(sorted(report.errors, key=lambda row: (row.stage, row.url, row.type, row.message))),
        }
    )
    text = json.dumps(ordered.model_dump(mode="json"), ensure_ascii=False, indent=1)
    # A page may hold half of a surrogate pair, which no UTF-8 file can.
    return text.encode("utf-8", "replace").decode("utf-8") + "\n"


def schema() -> str:
    """The JSON schema (2020-12) of `render`'s text: every field is written, and later 1.x reports may have more."""
    described = Report.model_json_schema(mode="serialization")
    for part in _parts(described):
        if isinstance(part.get("title"), str):
            del part["title"]
        if part.get("additionalProperties") is False:
            del part["additionalProperties"]
        if "properties" in part:
            part["required"] = list(part["properties"])
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"sgaudit report, schema_version {SCHEMA_VERSION}",
    }
    return json.dumps(head | described, ensure_ascii=False, indent=1) + "\n"


def _parts(node: Any, names: bool = False) -> Iterator[dict[str, Any]]:
    """Every schema within `node`; where the keys are the names of fields (`names`), it is none itself."""
    if isinstance(node, dict):
        if not names:
            yield node
        for key, value in node.items():
            yield from _parts(value, names=not names and key in ("properties", "$defs"))
    elif isinstance(node, list):
        for value in node:
            yield from _parts(value)
