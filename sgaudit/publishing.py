"""A report in the formats that were asked for: in the run's folder, at paths of their own, and where a CI looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sgaudit import store
from sgaudit.browser import PrintError, print_page
from sgaudit.config import Config, ConfigError
from sgaudit.model.naming import meant
from sgaudit.model.report import Report
from sgaudit.reporters import REPORTERS
from sgaudit.store import StoreError

_SUMMARY, _OUTPUT = "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"


@dataclass(frozen=True)
class Output:
    """One format that was asked for, and the `file` that it is also written to, where one was named."""

    format: str
    file: Path | None = None


def outputs(asked: Sequence[str]) -> tuple[Output, ...]:
    """`NAME` or `NAME=FILE` of --format, read. Raises ConfigError."""
    return tuple(_output(text) for text in asked)


def _output(text: str) -> Output:
    name, named, file = text.partition("=")
    if name not in REPORTERS:
        known = ", ".join(REPORTERS)
        raise ConfigError(f"--format {text}: there is no format {name!r}; known are {known}{meant(name, REPORTERS)}")
    if named and (not file.strip() or Path(file).is_dir()):
        raise ConfigError(f"--format {text}: name a file, as in {name}=out/{REPORTERS[name].file_name}")
    return Output(name, Path(file) if file else None)


def prepare(asked: Sequence[Output]) -> None:
    """Make the folders of the files that were named. Raises StoreError, before an hour was spent on the audit."""
    for one in asked:
        if one.file is not None:
            try:
                one.file.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(f"{one.file}: its folder cannot be made ({error.strerror})") from None


def files(report: Report, folder: Path, asked: Sequence[Output] = (), *, beside: str = "") -> list[tuple[str, str]]:
    """File name and text of what every run has and of what was `asked` for, but for what a browser prints.

    `folder` holds the run's pictures; `beside` leads to it from where the files are written.
    """
    pictures = store.pictures(folder)
    names = {one.format for one in asked}
    return [
        (reporter.file_name, reporter.render(report, pictures, beside=beside))
        for name, reporter in REPORTERS.items()
        if (reporter.always or name in names) and not reporter.paper
    ]


def on_paper(report: Report, folder: Path, asked: Sequence[Output], config: Config) -> tuple[str, ...]:
    """Have the browser print what was `asked` for on paper, into `folder`. Returns a sentence where it could not."""
    problems = []
    for name in dict.fromkeys(one.format for one in asked if REPORTERS[one.format].paper):
        file = folder / REPORTERS[name].file_name
        try:
            file.unlink(missing_ok=True)  # an older one would not say what report.html says now
            page = REPORTERS[name].render(report, store.pictures(folder))
            store.write_atomically(file, print_page(page, config))
        except (PrintError, StoreError) as error:
            problems.append(
                f"{file.name} was not made: {str(error).rstrip('.')}. report.html and report.json are whole."
            )
        except OSError as error:
            problems.append(f"{file}: cannot be made anew ({error.strerror}).")
    return tuple(problems)


def publish(report: Report, folder: Path, asked: Sequence[Output], environ: Mapping[str, str]) -> tuple[str, ...]:
    """Write a finished run's report where else it is wanted. Returns a sentence for each place that refused it.

    With the format github, the files that `environ` names for a job's summary and a step's outputs get theirs.
    """
    problems = []
    for one in asked:
        made = folder / REPORTERS[one.format].file_name
        if REPORTERS[one.format].paper and not made.is_file():
            continue  # what kept it from being printed is said already
        if one.file is not None:
            try:
                store.write_atomically(one.file, made.read_bytes())
            except StoreError as error:
                problems.append(f"{error}.")
            except OSError as error:
                problems.append(f"{folder}: its report cannot be read ({error.strerror}).")
    if any(one.format == "github" for one in asked):
        problems += _appended(environ.get(_SUMMARY, ""), REPORTERS["markdown"].render(report, {}) + "\n")
        problems += _appended(environ.get(_OUTPUT, ""), step_outputs(report, folder))
    return tuple(problems)


def step_outputs(report: Report, folder: Path) -> str:
    """What later steps of a job can ask for, one NAME=VALUE a line: none of the values comes from the site."""
    changes = report.changes
    values = {
        "verdict": report.verdict.level,
        "exit-code": report.run.exit_code,
        "new": len(changes.new) if changes else 0,
        "fixed": len(changes.fixed) if changes else 0,
        "report-path": folder / "report.html",
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _appended(name: str, text: str) -> list[str]:
    """`text` at the end of the file `name`, where one is named; a sentence where that cannot be."""
    if not name:
        return []
    try:
        with Path(name).open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        return [f"{name}: cannot be written ({error.strerror})."]
    return []


def printed(report: Report, asked: Sequence[Output]) -> str:
    """What belongs on the standard output for the formats that are read from there."""
    names = {one.format for one in asked}
    return "".join(one.render(report, {}) for name, one in REPORTERS.items() if one.printed and name in names)
