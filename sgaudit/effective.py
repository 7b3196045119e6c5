"""Which value each setting has now, and where it came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sgaudit.config import NOWHERE, file_in_use, sections, traced
from sgaudit.model.outcome import Severity
from sgaudit.notify import ALERT_URLS, wanted


@dataclass(frozen=True)
class Effective:
    """One setting as it holds. `value` is plain, as JSON has it.

    `source` is `default`, `file`, `environment` or `option`; `place` is the file with the line, the variable or the
    option, empty for a default.
    """

    key: str
    value: Any
    source: str = "default"
    place: str = ""


def effective(options: dict[str, Any], config_file: Path | None, environ: Mapping[str, str]) -> list[Effective]:
    """Every setting as an audit with `options` would have it. Raises ConfigError as `load` does."""
    config, places = traced(options, config_file, dict(environ), otherwise={"url": NOWHERE})
    path = file_in_use(config_file, dict(environ))
    lines = path.read_text("utf-8-sig").splitlines() if path else []
    plain = config.model_dump(mode="json")
    plain["resolve"] = [f"{one.host}:{one.port}:{one.address}:{one.to_port}" for one in config.resolve]
    if "url" not in places:
        plain["url"] = None

    def in_file(key: str, value: object, section: str, name: str = "") -> Effective:
        return Effective(key, value, "file", f"{path}:{_line(lines, section, name)}")

    rows = []
    for section, keys in sections().items():
        for key, field in keys.items():
            place = places.get(field, "")
            shown = f"{section}.{key}"
            if place.startswith("--"):
                rows.append(Effective(shown, plain[field], "option", "URL" if field == "url" else place))
            elif place:
                rows.append(in_file(shown, plain[field], section, place.rpartition(" ")[2]))
            else:
                rows.append(_from_environment(shown, environ) or Effective(shown, plain[field]))
    for setting in config.rule_settings:
        said = setting.model_dump(mode="json", exclude={"rule", "place"}, exclude_defaults=True)
        rows.append(in_file(f"rules.{setting.rule}", said, f"rules.{setting.rule}"))
    for number, risk in enumerate(plain["policy"]["accepted"], 1):
        rows.append(in_file(f"accepted.{number}", {key: value for key, value in risk.items() if value}, "accepted"))
    rows += [in_file(f"owners.{word}", name, "owners", word) for word, name in plain["policy"]["owners"].items()]
    for severity in reversed(Severity):
        days = plain["policy"]["due"].get(severity, False)
        written = f"due.{severity}" in places
        rows.append(
            in_file(f"due.{severity}", days, "due", severity) if written else Effective(f"due.{severity}", days)
        )
    many = wanted(environ)
    # How many there are and no more: these addresses hold passwords.
    return [*rows, Effective("alerts", many, *(("environment", ALERT_URLS) if many else ()))]


def _from_environment(key: str, environ: Mapping[str, str]) -> Effective | None:
    named = environ.get("SGAUDIT_BROWSER", "").strip()
    return Effective(key, named, "environment", "SGAUDIT_BROWSER") if key == "browser.path" and named else None


def _line(lines: list[str], section: str, key: str) -> int:
    """The line of `key` in `section`, else of the section's head; 1 where it is written in another way."""
    found, within = 1, False
    for number, line in enumerate(lines, 1):
        if head := re.match(r"\s*\[{1,2}\s*([^\]]+?)\s*\]", line):
            within = head[1].replace('"', "").replace("'", "") == section
            found = number if within and found == 1 else found
        elif within and key and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return number
    return found
