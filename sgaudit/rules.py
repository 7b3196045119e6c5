"""Read and validate the rule files and registers; a broken one is refused with file:line:column and a sentence."""

from __future__ import annotations

import datetime as dt
import fnmatch
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from sgaudit import yaml_file
from sgaudit.model.naming import meant
from sgaudit.model.outcome import Basis, Level, Reading, Severity
from sgaudit.model.report import RuleChange
from sgaudit.model.settings import RuleSetting
from sgaudit.register import Registers
from sgaudit.yaml_file import YamlFile

LEAST_EXAMPLES = 6
"""Passing and failing examples that a statement which comes with sgaudit shows at least, of each kind."""


PROVEN = "proven"
"""Key of the context in which options are validated: whether their expressions are known to be sound."""


class RuleError(Exception):
    """A rule file that cannot be used: the message begins with file:line:column."""


def _text_date(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value


Day = Annotated[str, BeforeValidator(_text_date), Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Part):
    """Where a rule's facts come from. `seen` is the day the source was last looked at (YYYY-MM-DD)."""

    title: str
    url: str = ""
    seen: Day


class Example(_Part):
    """A page, or part of one, that a rule must judge as its heading says; `why` names what makes it a near miss.

    `today` fixes the day for rules that depend on it. `page` is the address the example is served at. `certificates`
    are hosts with the last day on which their certificates are valid; `documents` are PDFs with the addresses that they
    link to.
    """

    html: str
    why: str = ""
    today: Day | None = None
    page: str = "http://school.example/safeguarding"
    links: dict[str, str] = {}
    certificates: dict[str, Day] = {}
    documents: dict[str, tuple[str, ...]] = {}


class Examples(_Part):
    """Examples by what they must yield. `passed` and `failed` are mandatory for rules that read a page's content."""

    passed: tuple[Example, ...] = ()
    failed: tuple[Example, ...] = ()
    cant_tell: tuple[Example, ...] = Field(default=(), alias="cantTell")
    contradicted: tuple[Example, ...] = ()
    superseded: tuple[Example, ...] = ()
    hidden: tuple[Example, ...] = ()


class Rule(_Part):
    """One rule file. Meanings are in CONTRIBUTING.md; wording is ours, facts are the source's."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str
    group: Literal["reporting-route", "statements", "links", "accessibility", "content"]
    why: str
    source: Source
    basis: Basis
    level: Level
    severity: Severity
    where: Literal["safeguarding", "every-page", "home", "site"]
    across: Literal["any", "all"] = "all"
    check: str
    options: dict[str, Any] = {}
    fix: tuple[str, ...] = Field(min_length=1)
    wording: str = ""
    examples: Examples = Examples()


class RulePack(_Part):
    """The rules of one run, the registers they lean on, a digest of the files and where each came from.

    `changes` are the rules that settings left out or weighed otherwise; `weights` the severity that settings give to
    every failing of a rule, whatever its check would.
    """

    rules: tuple[Rule, ...]
    registers: Registers
    sha256: str
    files: dict[str, str] = {}
    changes: tuple[RuleChange, ...] = ()
    weights: dict[str, Severity] = {}

    @property
    def last_looked_at(self) -> str:
        """The newest day on which a rule's source was looked at."""
        return max((rule.source.seen for rule in self.rules), default="")

    def comes_from(self, rule: Rule, path: Path) -> bool:
        """Whether `rule` was read from `path`, a rule file or a folder of them."""
        return Path(self.files[rule.id]).resolve().is_relative_to(path.resolve())

    def named(self, rule_id: str) -> Rule:
        """The rule of that id. Raises RuleError with the nearest one."""
        known = [rule.id for rule in self.rules]
        if rule_id not in known:
            close = meant(rule_id, known) or "; see `sgaudit rules list`"
            raise RuleError(f"no rule is called {rule_id!r}{close}")
        return self.rules[known.index(rule_id)]

    def chosen(self, select: Sequence[str], ignore: Sequence[str], settings: Sequence[RuleSetting] = ()) -> RulePack:
        """The rules that `select` names (all when empty) less those that `ignore` names: ids, globs or groups; each as
        `settings` weigh it, without those that they silence.

        Raises RuleError when a word matches no rule, or when no rule is left: an audit of nothing finds nothing wrong.
        """
        groups = sorted({rule.group for rule in self.rules})
        known = [rule.id for rule in self.rules]
        for word in (*select, *ignore):
            if not any(_named(rule, word) for rule in self.rules):
                there = f"; see `sgaudit rules list`; groups are {', '.join(groups)}"
                raise RuleError(f"no rule is called {word!r}{meant(word, (*known, *groups)) or there}")
        for one in settings:
            if one.rule not in known:
                place = one.place or "the settings of this run"
                raise RuleError(f"{place}: no rule is called {one.rule!r}{meant(one.rule, known)}")
        said = {one.rule: one for one in settings}
        kept: list[Rule] = []
        changes: list[RuleChange] = []
        for rule in self.rules:
            setting = said.get(rule.id)
            reason = setting.reason if setting else ""
            if select and not any(_named(rule, word) for word in select):
                changes.append(_change(rule, rule, "not-selected"))
            elif setting and setting.off:
                changes.append(_change(rule, rule, "silenced", reason))
            elif any(_named(rule, word) for word in ignore):
                changes.append(_change(rule, rule, "silenced"))
            elif setting:
                level, severity = setting.level or rule.level, setting.severity or rule.severity
                kept.append(rule.model_copy(update={"level": level, "severity": severity}))
                changes.append(_change(rule, kept[-1], "reweighed", reason))
            else:
                kept.append(rule)
        if not kept:
            raise RuleError("no rule is left to audit by: what is selected is ignored or off; leave out an --ignore")
        weights = {one.rule: one.severity for one in settings if one.severity is not None and not one.off}
        return self.model_copy(update={"rules": tuple(kept), "changes": tuple(changes), "weights": weights})


def _change(
    usual: Rule, now: Rule, change: Literal["silenced", "not-selected", "reweighed"], reason: str = ""
) -> RuleChange:
    return RuleChange(
        rule=usual.id,
        title=usual.title,
        change=change,
        level=now.level,
        severity=now.severity,
        usual_level=usual.level,
        usual_severity=usual.severity,
        reason=reason,
    )


def _named(rule: Rule, word: str) -> bool:
    return word == rule.group or fnmatch.fnmatchcase(rule.id, word)


def built_in() -> Path:
    """The folder of the rules that come with the package (or stand beside it in a checkout)."""
    packaged = Path(__file__).parent / "data" / "rules"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "rules"


def load(checks: Mapping[str, type[BaseModel]], folders: Sequence[Path] = ()) -> RulePack:
    """Read the built-in rules and those in `folders`; `checks` names each check's options model.

    Raises RuleError with file:line:column when a key is unknown, an id repeats, a check does not exist, an option does
    not fit or examples are missing.
    """
    digest = hashlib.sha256()
    rules: list[Rule] = []
    files: dict[str, str] = {}
    registers = _Registers()
    for folder in folders:
        if not folder.exists():
            raise RuleError(f"{folder}: there is no such rules folder")
        if folder.is_dir() and not any((*folder.glob("*.yaml"), *folder.glob("registers/*.yaml"))):
            raise RuleError(f"{folder}: holds no rule file; their names end in .yaml")
    for folder in (built_in(), *folders):
        for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else [folder]:
            ours = folder == built_in()
            rule = read_rule(path, checks, least=LEAST_EXAMPLES if ours else 1, proven=ours)
            if files.get(rule.id) == str(path.resolve()):
                continue
            if rule.id in files:
                raise RuleError(
                    f"{path}:1:1: the id {rule.id!r} is already used by {files[rule.id]}; ids are never reused"
                )
            files[rule.id] = str(path.resolve())
            rules.append(rule)
            digest.update(path.read_bytes())
        for path in sorted((folder / "registers").glob("*.yaml")) if folder.is_dir() else []:
            registers.add(path)
            digest.update(path.read_bytes())
    known = registers.read()
    for part, row in enumerate(known.section.parts if known.section else ()):
        for number, rule_id in enumerate(row.rules):
            if rule_id not in files:
                place = registers.place(("section", "parts", part, "rules", number))
                raise RuleError(f"{place}: section: no rule is called {rule_id!r}{meant(rule_id, files)}")
    for rule in rules:
        _check_against(known, rule, Path(files[rule.id]), checks[rule.check])
    order = ("reporting-route", "statements", "links", "accessibility", "content")
    rules.sort(key=lambda rule: (order.index(rule.group), rule.id))
    return RulePack(rules=tuple(rules), registers=known, sha256=digest.hexdigest(), files=files)


def _check_against(registers: Registers, rule: Rule, path: Path, model: type[BaseModel]) -> None:
    """Refuse a rule whose options lean on something that the registers do not hold. Raises RuleError."""
    unknown_to = getattr(model.model_validate(rule.options, context={PROVEN: True}), "unknown_to", None)
    for loc, message in unknown_to(registers) if unknown_to else ():
        name = ".".join(map(str, loc))
        raise RuleError(f"{_parse(path).place(('options', *loc))}: options.{name}: {message}")


def read_rule(path: Path, checks: Mapping[str, type[BaseModel]], *, least: int = 1, proven: bool = False) -> Rule:
    """Read one rule file; a statement shows at least `least` passing and failing examples. Raises RuleError.

    `proven`: its expressions are known to be sound, as the tests of this package see to for the rules it brings.
    """
    data = _parse(path)
    try:
        rule = Rule.model_validate(data.data)
    except ValidationError as error:
        raise _located(data, error) from None
    if rule.id != path.stem:
        raise RuleError(f"{data.place(('id',))}: the id {rule.id!r} must be the file's name, {path.stem!r}")
    if rule.check not in checks:
        known = ", ".join(sorted(checks))
        raise RuleError(f"{data.place(('check',))}: there is no check {rule.check!r}; known are {known}")
    try:
        checks[rule.check].model_validate(rule.options, context={PROVEN: proven})
    except ValidationError as error:
        raise _located(data, error, ("options",)) from None
    if rule.group in ("statements", "content") and rule.where != "site":
        for kind in ("passed", "failed"):
            shown = rule.examples.failed or rule.examples.cant_tell if kind == "failed" else rule.examples.passed
            if not shown:
                raise RuleError(f"{data.place(('examples',))}: examples.{kind} is missing; a rule shows what it means")
        if not any(example.why for example in (*rule.examples.failed, *rule.examples.cant_tell)):
            raise RuleError(f"{data.place(('examples',))}: no failed example has a `why`; name at least one near miss")
    for kind in ("passed", "failed") if rule.group == "statements" else ():
        number = len(getattr(rule.examples, kind))
        if number < least:
            place = data.place(("examples", kind))
            raise RuleError(f"{place}: examples.{kind}: {number} of at least {least} that a statement shows")
    if rule.group == "statements" and Reading(rule.options.get("reading", "present")) is not Reading.present:
        raise RuleError(f"{data.place(('options',))}: a statement rule asks for present")
    return rule


def _parse(path: Path) -> YamlFile:
    try:
        return yaml_file.read(path)
    except yaml_file.YamlError as error:
        raise RuleError(str(error)) from None


class _Registers:
    """The register files as one; a later file's keys replace those of earlier ones."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._from: dict[str, YamlFile] = {}

    def add(self, path: Path) -> None:
        """Read one file. Raises RuleError."""
        data = _parse(path)
        self._values.update(data.data)
        self._from.update(dict.fromkeys(data.data, data))

    def read(self) -> Registers:
        """All of them. Raises RuleError with the place of what does not fit."""
        try:
            return Registers.model_validate(self._values)
        except ValidationError as error:
            raise _located(self._from[str(error.errors()[0]["loc"][0])], error) from None

    def place(self, loc: Sequence[str | int]) -> str:
        """file:line:column of what stands at `loc`."""
        return self._from[str(loc[0])].place(loc)


def _located(data: YamlFile, error: ValidationError, prefix: tuple[str, ...] = ()) -> RuleError:
    # A misspelt key is also a missing one: the misspelling says more.
    first = min(error.errors(), key=lambda one: one["type"] == "missing")
    loc = (*prefix, *first["loc"])
    name = ".".join(str(part) for part in loc)
    return RuleError(f"{data.place(loc)}: {name}: {first['msg'].removeprefix('Value error, ')}")
