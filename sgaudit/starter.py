"""The settings file that a school begins with: every setting as a comment, with its meaning and its default."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap

from sgaudit.config import Config, load, sections

_HEADS = {
    "run": "What is audited, and for how long.",
    "pages": "Which pages count, and which are opened in the browser.",
    "rules": "Which rules decide. `sgaudit rules list` names them.",
    "crawl": "How far the site is read, and how politely.",
    "browser": "The browser that pages are opened in. `sgaudit doctor` shows the one that is found.",
    "network": "The way to the site, and where this machine is.",
    "report": "Where reports go, what fails a run, and what is kept.",
}
_DECIDED = """\
# One rule by its id; the report lists every change. A rule that is off needs a reason.
# [rules.stale-notice]
# off = true
# reason = "The office takes old notices down every Friday."

# [rules.not-bullying]
# level = "should"
# severity = "minor"

# A risk that somebody answers for until its last day; one such table for each. After that day it fails again.
# [[accepted]]
# rule = "broken-links"
# page = "/news/archive"
# reason = "The council moves its site in May."
# by = "Mrs Bell, chair of governors"
# expires = 2027-05-31

# Who puts it right: a rule, a pattern of rules, or a group.
# [owners]
# reporting-route = "Mrs Bell"
# "accessibility-*" = "The web supplier"

# By when, in days from when a fault was first seen, by severity. These hold unless you say otherwise; false: no day.
# [due]
# critical = 1
# serious = 14
# moderate = 30
# minor = 90

# Where alerts go is said in the environment and never here: SGAUDIT_ALERT_URLS, see README.md.
"""
_WIDTH = 100


def starter(url: str) -> str:
    """sgaudit.toml for the site at `url`. Raises ConfigError where that is no address."""
    address = load({"url": url}, environ={}).url
    said = meanings()
    lines = [
        "# Settings of sgaudit. A line that begins with # does not count: take the # away to change what it says.",
        "# `sgaudit config show` says which value holds, and where it came from.",
    ]
    for section, keys in sections().items():
        lines += ["", f"# {_HEADS[section]}", f"[{section}]"]
        for key, field in keys.items():
            lines += textwrap.wrap(said[field], _WIDTH, initial_indent="# ", subsequent_indent="# ")
            lines += [f"{key} = {_toml(address)}"] if field == "url" else [f"# {key} = {_toml(_shown(field))}"]
            lines += [""]
        lines.pop()
    return "\n".join([*lines, "", _DECIDED])


def meanings() -> dict[str, str]:
    """What each setting means, by its field: the text that stands below it in Config."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(Config))).body[0]
    said: dict[str, str] = {}
    field = ""
    for node in tree.body if isinstance(tree, ast.ClassDef) else []:
        if field and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            said[field] = " ".join(str(node.value.value).split())
        field = node.target.id if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) else ""
    return said


def _shown(field: str) -> object:
    """The default, or an example where by default nothing is set."""
    info = Config.model_fields[field]
    return info.examples[0] if info.examples and info.default in (None, "", ()) else info.default


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    # A basic string of TOML is written as JSON's, but that DEL must be escaped too.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
