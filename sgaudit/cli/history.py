"""`sgaudit history`, `compare` and `report`: what earlier nights found, and their reports made anew."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sgaudit.cli.ending import fail
from sgaudit.cli.options import (
    BrowserOption,
    ChannelOption,
    ConfigOption,
    FormatOption,
    OutputOption,
    PdfOption,
    given,
    with_pdf,
)
from sgaudit.config import NOWHERE, Config, load
from sgaudit.console import say
from sgaudit.model.exit_codes import NO_VERDICT, USAGE

if TYPE_CHECKING:
    from sgaudit.history import History

Baseline = Annotated[
    Path | None,
    typer.Option("--baseline", metavar="FILE", help="A report.json: only what is new since then fails the run."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print it for programs.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file to the front door."""
    app.command("history")(history)
    app.command("compare")(compare)
    app.command("report")(report)


def history(
    site: Annotated[
        str | None, typer.Argument(metavar="SITE", help="A site's address or host (default: all sites known).")
    ] = None,
    output: OutputOption = None,
    config: ConfigOption = None,
    most: Annotated[int, typer.Option(metavar="N", min=1, help="Show at most so many audits.")] = 30,
) -> None:
    """What the audits of earlier nights found: a table and the trend."""
    from sgaudit.history import HistoryError
    from sgaudit.reporters import nights

    width = shutil.get_terminal_size((80, 24)).columns
    try:
        memory = _memory(_settings({"output": output}, config))
        known = memory.sites()
        if site is None and len(known) > 1:
            typer.echo(nights.sites([night for one in known for night in memory.nights(one, 1)], width))
            return
        name = _site_name(site) if site else "".join(known)
        shown = memory.nights(name, most) if name else []
    except HistoryError as error:
        fail(NO_VERDICT, str(error))
    if not shown:
        of = f" of {name}" if name else ""
        there = f"; known are {', '.join(known)}" if known else ""
        fail(USAGE, f"{memory.path}: no audit{of} is remembered there yet{there}")
    typer.echo(nights.table(shown, width))


def compare(
    old: Annotated[Path, typer.Argument(help="The earlier run's folder or report.json.")],
    new: Annotated[Path, typer.Argument(help="The later run's folder or report.json.")],
    json: AsJson = False,
) -> None:
    """What changed between two audits of a site: new, fixed, still failing, could not be rechecked."""
    from sgaudit import changes, store
    from sgaudit.reporters import nights

    before, after = store.load_report(old), store.load_report(new)
    if store.site_name(before.site.url) != store.site_name(after.site.url):
        say(f"These are reports of two sites, {before.site.url} and {after.site.url}.")
    if before.run.started > after.run.started:
        say("The first of them is the later one; what is called new here was fixed.")
    found = changes.compare(changes.remembered(before), after)
    typer.echo(found.model_dump_json(indent=1) if json else nights.changes_text(found))


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a finished run.")],
    formats: FormatOption = None,
    pdf: PdfOption = False,
    config: ConfigOption = None,
    browser_path: BrowserOption = None,
    browser_channel: ChannelOption = None,
) -> None:
    """Write a saved run's report anew, as this version writes it, also in other formats. Nothing is decided again."""
    from sgaudit.run import render_again

    settings = _settings({"browser_path": browser_path, "browser_channel": browser_channel}, config)
    done = render_again(run, settings, with_pdf(formats, pdf))
    typer.echo(f"Report: {done.report_file}")
    typer.echo(done.printed, nl=False)
    for problem in done.problems:
        say(f"sgaudit: {problem}")
    if done.problems:
        raise typer.Exit(NO_VERDICT)


def _settings(options: dict[str, Any], config: Path | None) -> Config:
    """The settings of a command that needs no site."""
    return load(given(options), config, otherwise={"url": NOWHERE})


def _memory(config: Config) -> History:
    from sgaudit.history import History, path_of

    where = path_of(config.output, config.history)
    if where is None:
        fail(USAGE, "the history is switched off: [report] history in the settings is false")
    return History(where)


def _site_name(site: str) -> str:
    from sgaudit.store import site_name

    return site_name(site if "://" in site else f"https://{site}")
