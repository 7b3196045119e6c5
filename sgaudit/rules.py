"""Read and validate the rule files and registers; a broken one is refused with file:line:column and a sentence."""

from __future__ import annotations

import datetime as dt
import fnmatch
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from sgaudit.model.outcome import Basis, Level, Reading, Severity
from sgaudit.register import Registers


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

    `today` fixes the day for rules that depend on it. `page` is the address the example is served at.
    """

    html: str
    why: str = ""
    today: Day | None = None
    page: str = "http://school.example/safeguarding"
    links: dict[str, str] = {}


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
    """The rules of one run, the registers they lean on, a digest of the files and where each came from."""

    rules: tuple[Rule, ...]
    registers: Registers
    sha256: str
    files: dict[str, str] = {}

    @property
    def last_looked_at(self) -> str:
        """The newest day on which a rule's source was looked at."""
        return max((rule.source.seen for rule in self.rules), default="")

    def comes_from(self, rule: Rule, path: Path) -> bool:
        """Whether `rule` was read from `path`, a rule file or a folder of them."""
        return Path(self.files[rule.id]).resolve().is_relative_to(path.resolve())

    def chosen(self, select: Sequence[str], ignore: Sequence[str]) -> RulePack:
        """The rules that `select` names (all when empty) less those that `ignore` names: ids, globs or groups.

        Raises RuleError when a word matches no rule, or when no rule is left: an audit of nothing finds nothing wrong.
        """
        for word in (*select, *ignore):
            if not any(_named(rule, word) for rule in self.rules):
                groups = sorted({rule.group for rule in self.rules})
                raise RuleError(f"no rule is called {word!r}: see `sgaudit rules list`; groups are {', '.join(groups)}")
        kept = tuple(
            rule
            for rule in self.rules
            if (not select or any(_named(rule, word) for word in select))
            and not any(_named(rule, word) for word in ignore)
        )
        if not kept:
            raise RuleError("no rule is left to audit by: what is selected is ignored too; leave out an --ignore")
        return self.model_copy(update={"rules": kept})


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
    registers: dict[str, Any] = {}
    for folder in folders:
        if not folder.exists():
            raise RuleError(f"{folder}: there is no such rules folder")
        if folder.is_dir() and not any((*folder.glob("*.yaml"), *folder.glob("registers/*.yaml"))):
            raise RuleError(f"{folder}: holds no rule file; their names end in .yaml")
    for folder in (built_in(), *folders):
        for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else [folder]:
            rule = read_rule(path, checks)
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
            registers.update(_parse(path))
            digest.update(path.read_bytes())
    known = _registers(registers)
    for rule in rules:
        _check_against(known, rule, Path(files[rule.id]), checks[rule.check])
    order = ("reporting-route", "statements", "links", "accessibility", "content")
    rules.sort(key=lambda rule: (order.index(rule.group), rule.id))
    return RulePack(rules=tuple(rules), registers=known, sha256=digest.hexdigest(), files=files)


def _check_against(registers: Registers, rule: Rule, path: Path, model: type[BaseModel]) -> None:
    """Refuse a rule whose options lean on something that the registers do not hold. Raises RuleError."""
    unknown_to = getattr(model.model_validate(rule.options), "unknown_to", None)
    for loc, message in unknown_to(registers) if unknown_to else ():
        name = ".".join(map(str, loc))
        raise RuleError(f"{path}:{_place(_parse(path), ('options', *loc))}: options.{name}: {message}")


def read_rule(path: Path, checks: Mapping[str, type[BaseModel]]) -> Rule:
    """Read one rule file. Raises RuleError."""
    data = _parse(path)
    try:
        rule = Rule.model_validate(data)
    except ValidationError as error:
        raise _located(path, data, error) from None
    if rule.id != path.stem:
        raise RuleError(f"{path}:{_place(data, ('id',))}: the id {rule.id!r} must be the file's name, {path.stem!r}")
    if rule.check not in checks:
        known = ", ".join(sorted(checks))
        raise RuleError(f"{path}:{_place(data, ('check',))}: there is no check {rule.check!r}; known are {known}")
    try:
        checks[rule.check].model_validate(rule.options)
    except ValidationError as error:
        raise _located(path, data, error, ("options",)) from None
    if rule.group in ("statements", "content") and rule.where != "site":
        for kind in ("passed", "failed"):
            shown = rule.examples.failed or rule.examples.cant_tell if kind == "failed" else rule.examples.passed
            if not shown:
                raise RuleError(
                    f"{path}:{_place(data, ('examples',))}: examples.{kind} is missing; a rule shows what it means"
                )
        if not any(example.why for example in (*rule.examples.failed, *rule.examples.cant_tell)):
            raise RuleError(
                f"{path}:{_place(data, ('examples',))}: no failed example has a `why`; name at least one near miss"
            )
    if rule.group == "statements" and Reading(rule.options.get("reading", "present")) is not Reading.present:
        raise RuleError(f"{path}:{_place(data, ('options',))}: a statement rule asks for present")
    return rule


def _parse(path: Path) -> CommentedMap:
    yaml = YAML(typ="rt")
    try:
        data = yaml.load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RuleError(f"{path}:1:1: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise RuleError(f"{path}:1:1: is not UTF-8 text") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
        raise RuleError(f"{path}:{place}: is not valid YAML: {error.problem}") from None
    except YAMLError as error:
        raise RuleError(f"{path}:1:1: is not valid YAML: {error}") from None
    if not isinstance(data, CommentedMap):
        raise RuleError(f"{path}:1:1: a rule file is a mapping of keys to values")
    return data


def _registers(data: Mapping[str, Any]) -> Registers:
    try:
        return Registers.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RuleError(f"registers: {where}: {first['msg']}") from None


def _located(path: Path, data: CommentedMap, error: ValidationError, prefix: tuple[str, ...] = ()) -> RuleError:
    # A misspelt key is also a missing one: the misspelling says more.
    first = min(error.errors(), key=lambda one: one["type"] == "missing")
    loc = (*prefix, *first["loc"])
    name = ".".join(str(part) for part in loc)
    return RuleError(f"{path}:{_place(data, loc)}: {name}: {first['msg']}")


def _place(data: CommentedMap, loc: Sequence[str | int]) -> str:
    """line:column of the deepest part of `loc` that the file really holds."""
    node: Any = data
    line, column = 1, 1
    for part in loc:
        if isinstance(node, CommentedMap) and part in node:
            at = node.lc.key(part)
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            at = node.lc.item(part)
        else:
            break
        line, column = at[0] + 1, at[1] + 1
        node = node[part]
    return f"{line}:{column}"
