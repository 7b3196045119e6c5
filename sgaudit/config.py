"""sgaudit.toml, environment and options become one frozen Config; errors name the key and what was expected."""

from __future__ import annotations

import ipaddress
import os
import re
import ssl
import tomllib
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from sgaudit.model.mistakes import reason
from sgaudit.model.naming import meant
from sgaudit.model.outcome import Severity
from sgaudit.model.policy import SECTIONS, Policy, policy_of
from sgaudit.model.settings import RuleSetting

NAMELESS = "http://preview.localhost/"
"""The address of a folder whose live site nobody named: always the same, so that nights can be compared."""

NOWHERE = "https://www.example.org"
"""The address that stands for a site where a command needs settings and none."""


class ConfigError(Exception):
    """A setting that cannot be used. The message is one sentence with the place and the next step."""


class Resolve(BaseModel):
    """`HOST:PORT:ADDRESS[:PORT]`: connections to HOST:PORT go to ADDRESS (and the other port) instead, as curl's."""

    model_config = ConfigDict(frozen=True)
    host: str
    port: int
    address: str
    to_port: int

    @classmethod
    def parse(cls, text: str) -> Resolve:
        """Read the option's text. Raises ConfigError."""
        match = re.fullmatch(
            r"(?P<host>[^:\s]+):(?P<port>\d+):(?P<address>\[[0-9a-fA-F:.]+\]|[^:\s]+)(?::(?P<to>\d+))?", text
        )
        if not match:
            raise ConfigError(
                f"--resolve {text!r}: expected HOST:PORT:ADDRESS or HOST:PORT:ADDRESS:PORT, "
                "as in www.school.uk:443:127.0.0.1:8443"
            )
        address = match["address"].strip("[]")
        try:
            ipaddress.ip_address(address)
        except ValueError:
            raise ConfigError(
                f"--resolve {text!r}: {address!r} is not an IP address; give one such as 127.0.0.1"
            ) from None
        port = int(match["port"])
        to_port = int(match["to"] or port)
        if not (0 < port < 65536 and 0 < to_port < 65536):
            raise ConfigError(f"--resolve {text!r}: a port lies between 1 and 65535")
        return cls(host=match["host"].lower(), port=port, address=address, to_port=to_port)


class Config(BaseModel):
    """Everything one audit is told. Sizes in bytes, times in seconds.

    `sgaudit init` writes what stands below each setting into sgaudit.toml: it is said to whoever keeps that file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    """The site's address."""
    page: tuple[str, ...] = Field(default=(), examples=[["https://www.school.example/safeguarding"]])
    """Audit just these pages, without a crawl."""
    serve: Path | None = Field(default=None, examples=["public"])
    """A folder of static files to audit as the site that is to be at `url`; it is served on this machine."""
    output: Path = Path("reports")
    """The folder for reports."""
    format: tuple[str, ...] = Field(default=(), examples=[["junit", "sarif=out/school.sarif"]])
    """Written besides report.html and report.json, each as NAME or NAME=FILE: junit, sarif, github, markdown, csv,
    pdf."""
    log: Path | None = Field(default=None, examples=["sgaudit.log"])
    """A file that says, one line an event, when audits began and how they ended; begun anew at 1 MB, five stay."""
    rules: tuple[Path, ...] = Field(default=(), examples=[["our-rules"]])
    """Folders with rule files of your own."""
    select: tuple[str, ...] = Field(default=(), examples=[["reporting-route", "statements"]])
    """Only these rules: ids, globs or groups. What no chosen rule needs is not done."""
    ignore: tuple[str, ...] = Field(default=(), examples=[["empty-heading"]])
    """Not these rules: ids, globs or groups."""
    rule_settings: tuple[RuleSetting, ...] = ()
    fail_on: Severity = Severity.moderate
    """The least severity that fails the run: minor, moderate, serious or critical."""
    policy: Policy = policy_of({})
    baseline: Path | None = Field(default=None, examples=["known/report.json"])
    """Only what is new since this report fails the run."""
    history: bool | Path = True
    """The file that remembers runs from night to night; true: history.db in the folder for reports; false: none."""
    keep_runs: int = Field(default=0, ge=0, le=100_000)
    """A run's folder stays while it is one of the site's last so many; 0 here and for keep-days keeps all."""
    keep_days: int = Field(default=0, ge=0, le=36_500)
    """A run's folder stays for so many days."""
    safeguarding: tuple[str, ...] = Field(default=(), examples=[["/safeguarding/*"]])
    """The safeguarding pages, as paths or patterns; else they are found by what they say."""
    accessibility_pages: Literal["all", "sample", "safeguarding"] = "sample"
    """Which pages to open in the browser: all, sample (one of each template) or safeguarding."""

    max_pages: int = Field(default=300, ge=1, le=20_000)
    """Read at most so many pages of the site."""
    max_depth: int = Field(default=10, ge=0, le=100)
    """Follow links at most so many clicks from the home page."""
    max_page_bytes: int = Field(default=5_000_000, ge=10_000)
    """Read at most so many bytes of one page."""
    max_total_bytes: int = Field(default=400_000_000, ge=100_000)
    """Read at most so many bytes of the whole site."""
    max_browser_pages: int = Field(default=40, ge=1, le=2_000)
    """Open at most so many pages in the browser."""
    tabs: int = Field(default=2, ge=1, le=8)
    """Look at so many pages at once in the browser; more than there are processor cores gains nothing."""
    max_links: int = Field(default=5_000, ge=0, le=100_000)
    """Verify at most so many links."""
    deadline: float = Field(default=3600.0, gt=0)
    """Seconds for the whole run; what was gathered until then is reported as incomplete."""
    fresh: bool = False
    """Look at everything in full, also at what has not changed since the nights before."""
    resume: bool = False
    """Go on with the audit that was stopped in the last 24 hours."""
    connect_timeout: float = Field(default=8.0, gt=0)
    """Seconds to wait for a connection."""
    request_timeout: float = Field(default=20.0, gt=0)
    """Seconds for one request."""
    page_timeout: float = Field(default=25.0, gt=0)
    """Seconds for one page to open in the browser."""
    retries: int = Field(default=2, ge=0, le=6)
    """Ask so many times more where an answer may only be missing for the moment."""
    retry_wait: float = Field(default=1.0, ge=0)
    """Seconds before asking once more; twice as long each time."""
    connections: int = Field(default=6, ge=1, le=32)
    """Requests at once."""
    connections_per_host: int = Field(default=3, ge=1, le=16)
    """Requests at once to a host, and to a machine that many schools share."""
    robots: bool = True
    """Keep to robots.txt, its rules and its Crawl-delay, for pages and for links."""
    user_agent: str = Field(default="", examples=["Marsh End School audit"])
    """The name that requests carry, in place of sgaudit's own."""
    contact: str = Field(default="", examples=["https://www.trust.example/bot"])
    """A page that tells whoever runs a site who asks and why; part of the name that requests carry."""
    max_requests: int = Field(default=10_000, ge=1, le=1_000_000)
    """Requests for pages and links, the browser's apart; CEOP's own addresses have a reserve besides."""
    vantage: Literal["inside", "outside", "unknown"] = "unknown"
    """Where this machine is: inside the school's network, behind its filter, or outside."""

    resolve: tuple[Resolve, ...] = Field(default=(), examples=[["www.school.example:443:10.0.0.5"]])
    """Connect there instead, as curl's --resolve does."""
    isolated: bool = False
    """Nothing but what `resolve` names can be reached (the demo and the tests use it)."""
    ca_bundle: Path | None = Field(default=None, examples=["filter-ca.pem"])
    """A PEM file with a certificate authority to trust besides the system's: a school filter's, say."""
    browser_path: Path | None = Field(default=None, examples=["/usr/bin/chromium"])
    """The browser's program file."""
    browser_channel: str = Field(default="", examples=["msedge"])
    """An installed browser: msedge, chrome and so on."""
    axe_path: Path | None = Field(default=None, examples=["axe.min.js"])
    """Another axe.min.js to use."""
    widths: tuple[int, int] = (1280, 375)

    @field_validator("url", "page")
    @classmethod
    def _is_address(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        return tuple(_address(item) for item in value) if isinstance(value, tuple) else _address(value)

    @field_validator("contact")
    @classmethod
    def _is_page(cls, value: str) -> str:
        return _address(value) if value.strip() else ""

    @field_validator("ca_bundle", "browser_path", "axe_path")
    @classmethod
    def _exists(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"there is no file {value}")
        return value

    @field_validator("serve")
    @classmethod
    def _is_folder(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError(f"there is no folder {value}")
        return value

    @field_validator("ca_bundle")
    @classmethod
    def _holds_certificates(cls, value: Path | None) -> Path | None:
        if value is not None:
            try:
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=value)
            except (OSError, ssl.SSLError):
                raise ValueError(f"{value} holds no certificate in PEM form that can be read") from None
        return value

    @model_validator(mode="after")
    def _pages_belong(self) -> Config:
        host = urlsplit(self.url).hostname
        for page in self.page:
            if urlsplit(page).hostname != host:
                raise ValueError(f"--page {page} is not on {host}; audit that site by itself")
        return self


def _address(text: str) -> str:
    candidate = text.strip()
    if not re.match(r"[a-z][a-z0-9+.-]*:(?!\d)", candidate, re.IGNORECASE):
        candidate = f"https://{candidate}"
    try:
        parts = urlsplit(candidate)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"{text!r} is not a web address ({error})") from None
    if parts.scheme.lower() not in ("http", "https"):
        raise ValueError(f"{text!r} is not a web address: it must begin with https:// or http://")
    if not host or not re.fullmatch(r"(?:[^\s.:/?#\[\]@]+\.)*[^\s.:/?#\[\]@]+|[0-9a-f:.]+", host) or ".." in host:
        raise ValueError(f"{text!r} is not a web address: give one such as https://www.school.example")
    if "." not in host and ":" not in host and host != "localhost":
        raise ValueError(
            f"{text!r} is not a web address: {host!r} has no domain; give one such as https://www.school.example"
        )
    if parts.username or parts.password:
        raise ValueError("a user name or password in the address would end up in the report; leave it out")
    del port
    return candidate


_PLACES = {
    "pages": {"safeguarding", "accessibility_pages", "max_browser_pages"},
    "rules": {"select", "ignore", "rules"},
    "crawl": {
        "max_pages", "max_depth", "max_page_bytes", "max_total_bytes", "max_links", "connections",
        "connections_per_host", "connect_timeout", "request_timeout", "retries", "retry_wait", "robots", "user_agent",
        "contact", "max_requests",
    },
    "browser": {"browser_path", "browser_channel", "axe_path", "page_timeout", "tabs"},
    "network": {"resolve", "ca_bundle", "vantage"},
    "report": {"output", "format", "fail_on", "baseline", "history", "keep_runs", "keep_days"},
    "run": {"deadline", "url", "page", "serve", "log", "fresh"},
}  # fmt: skip
_ALIASES = {
    ("rules", "folders"): "rules",
    ("pages", "accessibility"): "accessibility_pages",
    ("browser", "path"): "browser_path",
    ("browser", "channel"): "browser_channel",
}


def sections() -> dict[str, dict[str, str]]:
    """Each section's keys as sgaudit.toml writes them, with the field of Config that each sets, in Config's order."""
    written = {field: key for (_, key), field in _ALIASES.items()}
    order = list(Config.model_fields)
    return {
        section: {
            written.get(field, field).replace("_", "-"): field for field in sorted(_PLACES[section], key=order.index)
        }
        for section in ("run", *(name for name in _PLACES if name != "run"))
    }


def _keys(section: str) -> list[str]:
    """The keys a section may have, as README.md writes them."""
    return sorted(sections()[section])


def load(
    options: dict[str, Any],
    config_file: Path | None = None,
    environ: dict[str, str] | None = None,
    *,
    otherwise: dict[str, Any] | None = None,
) -> Config:
    """Options win over the file, the file over `otherwise`, that over the defaults. Raises ConfigError, one sentence.

    `config_file` None means: SGAUDIT_CONFIG, else sgaudit.toml in the current folder when there is one.
    """
    return traced(options, config_file, environ, otherwise=otherwise)[0]


def file_in_use(config_file: Path | None = None, environ: dict[str, str] | None = None) -> Path | None:
    """The settings file that `load` reads, None where there is none."""
    environ = dict(os.environ) if environ is None else environ
    if config_file is None and environ.get("SGAUDIT_CONFIG"):
        return Path(environ["SGAUDIT_CONFIG"])
    if config_file is None and Path("sgaudit.toml").is_file():
        return Path("sgaudit.toml")
    return config_file


def traced(
    options: dict[str, Any],
    config_file: Path | None = None,
    environ: dict[str, str] | None = None,
    *,
    otherwise: dict[str, Any] | None = None,
) -> tuple[Config, dict[str, str]]:
    """As `load`, with where each field that is no default was set: an option's name, or file and place in it."""
    config_file = file_in_use(config_file, environ)
    values, places = _read(config_file) if config_file else ({}, {})
    values = {**(otherwise or {}), **values}
    for key, value in options.items():
        if value is not None and value != ():
            values[key] = value
            places[key] = f"--{key.replace('_', '-')}"
    if otherwise and "url" not in places and isinstance(pages := values.get("page"), tuple) and pages:
        values["url"] = pages[0]  # whose site is meant, where only its pages are named
    if values.get("serve"):
        values.setdefault("url", NAMELESS)
    if "url" not in values:
        raise ConfigError("no address to audit: give one, as in: sgaudit audit https://www.school.example")
    values["resolve"] = _mapped(values.get("resolve", ()), places.get("resolve", "--resolve"))
    try:
        return Config.model_validate(values), places
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0]) if first["loc"] else ""
        place = places.get(key, key)
        where = "" if place in ("--url", "") else f"{place}: "
        raise ConfigError(f"{where}{reason(first)}") from None


_OF_A_RULE = ("level", "off", "reason", "severity")


def _rule_setting(path: Path, rule: str, content: dict[str, Any]) -> RuleSetting:
    """One `[rules.ID]` table. Whether there is such a rule is known only where the rules are. Raises ConfigError."""
    place = f"{path}: [rules.{rule}]"
    for key in content:
        if key not in _OF_A_RULE:
            raise ConfigError(f"{place} has no key {key!r}; known are {', '.join(_OF_A_RULE)}{meant(key, _OF_A_RULE)}")
    try:
        return RuleSetting.model_validate({**content, "rule": rule, "place": place})
    except ValidationError as error:
        first = error.errors()[0]
        key = f" {first['loc'][0]}" if first["loc"] else ""
        raise ConfigError(f"{place}{key}: {reason(first)}") from None


def _mapped(value: object, place: str) -> tuple[Resolve, ...]:
    """`resolve` as it was given. Raises ConfigError."""
    if not isinstance(value, (list, tuple)):
        raise ConfigError(f'{place}: expected a list, as in ["www.school.uk:443:127.0.0.1:8443"], not {value!r}')
    return tuple(item if isinstance(item, Resolve) else Resolve.parse(str(item)) for item in value)


def _read(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    try:
        # Editors on Windows put a mark before the first letter.
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); check the path given to --config") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}") from None
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    dues = data["due"] if isinstance(data.get("due"), dict) else {}
    try:
        values["policy"] = policy_of({name: data.pop(name) for name in SECTIONS if name in data})
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from None
    places.update({f"due.{severity}": f"{path}: [due] {severity}" for severity in dues})
    for section, content in data.items():
        if section not in _PLACES or not isinstance(content, dict):
            raise ConfigError(
                f"{path}: unknown section [{section}]; known are "
                f"{', '.join(f'[{name}]' for name in (*_PLACES, *SECTIONS))}{meant(section, (*_PLACES, *SECTIONS))}"
            )
        for key, value in content.items():
            if section == "rules" and isinstance(value, dict):
                one = _rule_setting(path, key, value)
                values["rule_settings"] = (*values.get("rule_settings", ()), one)
                continue
            plain = key.replace("-", "_")
            field = _ALIASES.get((section, plain), plain)
            if field not in _PLACES[section]:
                known = _keys(section)
                table = ", and a table [rules.ID] for each rule" if section == "rules" else ""
                raise ConfigError(
                    f"{path}: [{section}] has no key {key!r}; known are {', '.join(known)}{table}{meant(key, known)}"
                )
            values[field] = tuple(value) if isinstance(value, list) else value
            places[field] = f"{path}: [{section}] {key}"
    return values, places
