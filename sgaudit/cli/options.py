"""Arguments and options that several commands share, and what of them was given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

UrlArgument = Annotated[
    str | None, typer.Argument(metavar="URL", help="The site's address, e.g. https://www.school.example")
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Settings file (else SGAUDIT_CONFIG, ./sgaudit.toml).")
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="DIR", help="Folder for reports (default: reports).")
]
FormatOption = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="NAME[=FILE]",
        help="Also write it as junit, sarif, github, markdown, csv or pdf, to FILE as well; repeatable.",
    ),
]
PdfOption = Annotated[bool, typer.Option("--pdf", help="Also print it to report.pdf; the same as --format pdf.")]
ServeOption = Annotated[
    Path | None, typer.Option("--serve", metavar="DIR", help="Audit the static files in DIR, served on this machine.")
]
BaseUrlOption = Annotated[
    str | None,
    typer.Option("--base-url", metavar="URL", help="The live site's address that the files of --serve are audited as."),
]
FreshOption = Annotated[bool, typer.Option("--fresh", help="Look at everything in full, also at what has not changed.")]
ResumeOption = Annotated[
    bool, typer.Option("--resume", help="Go on with the audit of this site that was stopped in the last 24 hours.")
]
LogOption = Annotated[
    Path | None, typer.Option("--log", metavar="FILE", help="One line an event: when it began, how it ended, problems.")
]
RulesOption = Annotated[
    list[Path] | None, typer.Option("--rules", metavar="DIR", help="A folder of your own rule files; repeatable.")
]
ResolveOption = Annotated[
    list[str] | None,
    typer.Option(
        "--resolve", metavar="HOST:PORT:ADDRESS[:PORT]", help="Where to connect instead, as curl's; repeatable."
    ),
]
CaOption = Annotated[
    Path | None, typer.Option("--ca-bundle", metavar="FILE", help="PEM file of a certificate authority to trust.")
]
BrowserOption = Annotated[
    Path | None, typer.Option("--browser-path", metavar="FILE", help="The browser's program file.")
]
ChannelOption = Annotated[
    str | None, typer.Option("--browser-channel", metavar="NAME", help="An installed browser: msedge, chrome ...")
]
AxeOption = Annotated[Path | None, typer.Option("--axe-path", metavar="FILE", help="Another axe.min.js to use.")]


def with_pdf(formats: Sequence[str] | None, pdf: bool) -> tuple[str, ...]:
    """The formats that were asked for, with what --pdf adds."""
    return (*(formats or ()), *(("pdf",) if pdf else ()))


def given(options: dict[str, Any]) -> dict[str, Any]:
    """Those of `options` that the caller set, lists made immutable."""
    frozen = {key: tuple(value) if isinstance(value, list) else value for key, value in options.items()}
    return {key: value for key, value in frozen.items() if value is not None and value != ()}
