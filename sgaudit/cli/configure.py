"""`sgaudit init` and `sgaudit config`: a settings file to begin with, and which settings hold."""

from __future__ import annotations

import json as as_json
import os
from pathlib import Path
from typing import Annotated

import typer

from sgaudit.cli.ending import fail
from sgaudit.cli.options import (
    AxeOption,
    BrowserOption,
    CaOption,
    ChannelOption,
    ConfigOption,
    LogOption,
    OutputOption,
    ResolveOption,
    RulesOption,
    UrlArgument,
    given,
)
from sgaudit.console import say
from sgaudit.model.exit_codes import USAGE

Force = Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")]

config_app = typer.Typer(no_args_is_help=True, help="Which settings hold, and where each came from.")


def register(app: typer.Typer) -> None:
    """Add the commands of this file to the front door."""
    app.command("init")(init)
    app.add_typer(config_app, name="config")


def init(
    url: Annotated[str, typer.Argument(metavar="URL", help="The site's address, e.g. https://www.school.example")],
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="Where to write it.")] = Path("sgaudit.toml"),
    force: Force = False,
) -> None:
    """Write a settings file to begin with: every setting as a comment, with its meaning and default."""
    from sgaudit.starter import starter

    write_new(to, starter(url).encode("utf-8"), force)
    typer.echo(f"Written: {to}")
    say(f"Next: read it, then `sgaudit doctor --config {to}` and `sgaudit audit --config {to}`.")


@config_app.command("show")
def config_show(
    url: UrlArgument = None,
    config: ConfigOption = None,
    output: OutputOption = None,
    log: LogOption = None,
    rules: RulesOption = None,
    resolve: ResolveOption = None,
    ca_bundle: CaOption = None,
    browser_path: BrowserOption = None,
    browser_channel: ChannelOption = None,
    axe_path: AxeOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print it for programs.")] = False,
) -> None:
    """Each setting's value, and whether the defaults, the file, the environment or an option set it."""
    from sgaudit.effective import effective

    options = given({
        "url": url, "output": output, "log": log, "rules": rules, "resolve": resolve, "ca_bundle": ca_bundle,
        "browser_path": browser_path, "browser_channel": browser_channel, "axe_path": axe_path,
    })  # fmt: skip
    rows = effective(options, config, os.environ)
    if json:
        typer.echo(as_json.dumps([vars(row) for row in rows], indent=1, ensure_ascii=False))
        return
    texts = [(row.key, _text(row.value), f"{row.source} ({row.place})" if row.place else row.source) for row in rows]
    wide = [max(len(text[column]) for text in texts) for column in (0, 1)]
    for key, value, source in texts:
        typer.echo(f"{key:<{wide[0]}}  {value:<{min(wide[1], 40)}}  {source}")


def write_new(path: Path, content: bytes, force: bool) -> None:
    """Write a file that is not there yet; one that is only with `force`. Ends in exit code 2 where that cannot be."""
    try:
        with path.open("wb" if force else "xb") as file:
            file.write(content)
    except FileExistsError:
        fail(USAGE, f"{path}: is there already and is left as it is; --force overwrites it")
    except OSError as error:
        fail(USAGE, f"{path}: cannot be written ({error.strerror}); choose another place with --to")


def _text(value: object) -> str:
    if value in (None, "", []):
        return "-"
    return value if isinstance(value, str) else as_json.dumps(value, ensure_ascii=False)
