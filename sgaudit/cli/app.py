"""The front door: options become a Config, a Report becomes files and an exit code. No thinking here."""

from __future__ import annotations

import io
import os
import shutil
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from sgaudit import __version__
from sgaudit.cli import configure, history, schedule
from sgaudit.cli.browser import browser_app
from sgaudit.cli.ending import fail
from sgaudit.cli.options import (
    AxeOption,
    BaseUrlOption,
    BrowserOption,
    CaOption,
    ChannelOption,
    ConfigOption,
    FormatOption,
    FreshOption,
    LogOption,
    OutputOption,
    PdfOption,
    ResolveOption,
    ResumeOption,
    RulesOption,
    ServeOption,
    UrlArgument,
    given,
    with_pdf,
)
from sgaudit.cli.rules import rules_app
from sgaudit.cli.showing import show
from sgaudit.config import NOWHERE, Config, ConfigError, load
from sgaudit.console import say, working
from sgaudit.lock import LockHeld
from sgaudit.model.exit_codes import INTERNAL, NO_VERDICT, USAGE
from sgaudit.model.outcome import Severity
from sgaudit.rules import RuleError
from sgaudit.store import StoreError

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
app.add_typer(rules_app, name="rules")
app.add_typer(browser_app, name="browser")
history.register(app)
configure.register(app)
schedule.register(app)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"sgaudit {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Can a child or parent report a worry from a school's web site today, does it say what it must, can all use it?

    Exit codes: 0 nothing failed, 1 something failed, 2 wrong usage or settings, 3 no verdict, 4 internal error.
    """


@app.command()
def audit(
    url: UrlArgument = None,
    page: Annotated[
        list[str] | None, typer.Option(metavar="URL", help="Audit just this page, without a crawl; repeatable.")
    ] = None,
    serve: ServeOption = None,
    base_url: BaseUrlOption = None,
    output: OutputOption = None,
    formats: FormatOption = None,
    pdf: PdfOption = False,
    log: LogOption = None,
    config: ConfigOption = None,
    select: Annotated[
        list[str] | None, typer.Option(metavar="RULE", help="Only these rules: id, glob or group; repeatable.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(metavar="RULE", help="Not these rules: id, glob or group; repeatable.")
    ] = None,
    fail_on: Annotated[
        Severity | None, typer.Option(help="The least severity that fails the run (default: moderate).")
    ] = None,
    baseline: history.Baseline = None,
    accessibility_pages: Annotated[
        str | None,
        typer.Option(
            metavar="WHICH",
            help="Which to open: all, sample (one a template; the default) or safeguarding.",
        ),
    ] = None,
    max_pages: Annotated[
        int | None, typer.Option(metavar="N", help="Read at most so many pages (default: 300).")
    ] = None,
    max_depth: Annotated[
        int | None, typer.Option(metavar="N", help="Follow links at most so many clicks from home (default: 10).")
    ] = None,
    deadline: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="Time for the whole run (default: 3600).")
    ] = None,
    rules: RulesOption = None,
    resolve: ResolveOption = None,
    ca_bundle: CaOption = None,
    browser_path: BrowserOption = None,
    browser_channel: ChannelOption = None,
    axe_path: AxeOption = None,
    vantage: Annotated[
        str | None,
        typer.Option(metavar="WHERE", help="Where this machine is, seen from the school's network: inside or outside."),
    ] = None,
    fresh: FreshOption = False,
    resume: ResumeOption = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be asked and opened, and ask nothing.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
) -> None:
    """Audit a site and write report.html and report.json."""
    if base_url and (url or not serve):
        raise ConfigError("--base-url is the live address of the folder given with --serve; to audit a site, give URL")
    options = {
        "url": base_url or url, "serve": serve, "format": formats,
        "page": page, "output": output, "select": select, "ignore": ignore, "fail_on": fail_on,
        "baseline": baseline, "log": log,
        "accessibility_pages": accessibility_pages, "max_pages": max_pages, "max_depth": max_depth,
        "deadline": deadline, "rules": rules, "resolve": resolve, "ca_bundle": ca_bundle,
        "browser_path": browser_path, "browser_channel": browser_channel, "axe_path": axe_path,
        "vantage": vantage, "fresh": fresh or None, "resume": resume or None,
    }  # fmt: skip
    if fresh and resume:
        raise ConfigError("--resume goes on with what was done and --fresh does all of it anew; leave one of them out")
    try:
        settings = load(given(options), config)
    except ConfigError as error:
        if not dry_run:
            _unsettled(options, error)
        raise
    settings = settings.model_copy(update={"format": with_pdf(settings.format, pdf)})
    if dry_run:
        _say_plan(settings)
        return
    raise typer.Exit(_audit(settings, quiet, alerted=True))


@app.command()
def demo(
    fixed: Annotated[bool, typer.Option("--fixed", help="Audit the repaired twin, which passes.")] = False,
    output: OutputOption = None,
    browser_path: BrowserOption = None,
    serve: Annotated[bool, typer.Option("--serve", help="Only serve the demo school; Ctrl-C ends it.")] = False,
) -> None:
    """Serve the built-in demo school on this machine, audit it and say where the report is."""
    from sgaudit.demo import DemoSchool

    with DemoSchool(fixed=fixed) as school:
        if serve:
            say(f"The demo school is at {school.local_url} (Ctrl-C ends it).")
            school.wait()
            return
        overrides = given({"browser_path": browser_path})
        code = _audit(school.config(output or Path("reports")).model_copy(update=overrides), False)
    if not fixed and code == 1:
        say("The faults are planted: see `sgaudit demo --fixed` for the repaired twin.")
    raise typer.Exit(code)


@app.command()
def recheck(
    run: Annotated[Path, typer.Argument(help="The folder of a finished run.")],
    rules: RulesOption = None,
) -> None:
    """Decide a run's saved evidence again, with no network and no browser."""
    from sgaudit.run import recheck as recheck_run

    done = recheck_run(run, tuple(rules or ()))
    show(done)
    raise typer.Exit(done.report.run.exit_code)


@app.command()
def doctor(
    url: UrlArgument = None,
    config: ConfigOption = None,
    resolve: ResolveOption = None,
    ca_bundle: CaOption = None,
    browser_path: BrowserOption = None,
    browser_channel: ChannelOption = None,
    axe_path: AxeOption = None,
) -> None:
    """Is this machine ready: browser, engine, certificates, proxy, and can it reach the site?"""
    from sgaudit.doctor import examine, write

    options = given({
        "url": url, "resolve": resolve, "ca_bundle": ca_bundle, "browser_path": browser_path,
        "browser_channel": browser_channel, "axe_path": axe_path,
    })  # fmt: skip
    site = bool(url)
    settings = load(options, config, otherwise={} if site else {"url": NOWHERE})
    raise typer.Exit(0 if write(examine(settings, site=site)) else NO_VERDICT)


def main() -> NoReturn:
    """Run, and turn every error into one sentence and the right exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app(prog_name="sgaudit")
    except (ConfigError, RuleError, StoreError) as error:
        fail(USAGE, str(error))
    except LockHeld as error:
        fail(NO_VERDICT, str(error))
    except Exception as error:
        # The last door: whatever is left becomes a sentence and an exit code.
        if os.environ.get("SGAUDIT_DEBUG"):
            raise
        kind = type(error).__name__
        fail(
            INTERNAL,
            f"internal error ({kind}: {error}); no audit was made. Set SGAUDIT_DEBUG=1 to see where, and report it.",
        )
    sys.exit(0)


def _say_plan(config: Config) -> None:
    from sgaudit.audit import rule_pack
    from sgaudit.plan import plan_text

    pack = rule_pack(config.rules, config.select, config.ignore, config.rule_settings)
    typer.echo(plan_text(config, pack, width=min(100, shutil.get_terminal_size((80, 24)).columns)))


def _unsettled(options: dict[str, Any], error: ConfigError) -> None:
    from sgaudit.night import unsettled
    from sgaudit.notify import taken

    for problem in unsettled(options["url"], options["output"], error, taken(os.environ)):
        say(f"sgaudit: {problem}")


def _audit(config: Config, silent: bool, *, alerted: bool = False) -> int:
    from sgaudit.night import run_night
    from sgaudit.notify import taken

    addresses = taken(os.environ) if alerted else ()
    try:
        with working(config.deadline, silent=silent) as (progress, stop):
            done = run_night(config, addresses, progress=progress, stop=stop)
    except KeyboardInterrupt:
        say("sgaudit: given up before a report could be written.")
        return NO_VERDICT
    show(done, silent=silent)
    for problem in done.problems:
        say(f"sgaudit: {problem}")
    return done.report.run.exit_code
