"""Which addresses are CEOP's, which were, and which only look so: data from rules/registers, looked up here."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Literal
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList
from pydantic import BaseModel, ConfigDict, Field, field_validator


class AddressClass(StrEnum):
    """What an address is to somebody who wants to report to CEOP."""

    official = "official"  # the Safety Centre or the report form
    official_weak = "official-weak"  # CEOP's own site, but neither of the two
    education = "education"  # CEOP Education: advice, no report form
    superseded = "superseded"  # a former brand that may still forward
    retired = "retired"  # an address CEOP no longer uses
    wrong_country = "wrong-country"
    other_service = "other-service"  # another body's reporting service
    lookalike = "lookalike"  # neither of the above, but made to look like CEOP


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"{value!r} is not a regular expression: {error}") from None
    return value


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Address(_Entry):
    """One registered address: a host, optionally a path pattern (regular expression, matched from the path's start)."""

    host: str
    path: str = ""
    address_class: AddressClass = Field(alias="class")
    note: str
    seen: str

    @field_validator("path")
    @classmethod
    def _compiles(cls, value: str) -> str:
        return _pattern(value)

    def matches(self, host: str, path: str) -> bool:
        """Whether this entry speaks of `host` (exact, lower case) and `path`."""
        return host == self.host and (not self.path or re.match(self.path, path, re.IGNORECASE) is not None)


class Rebrand(_Entry):
    """A move to another registrable domain that is known and right: `old` forwards to `new` (both registrable)."""

    old: str
    new: str
    note: str
    seen: str


class Phrase(_Entry):
    """A case-insensitive regular expression looked for in a title or text, with what it shows."""

    pattern: str
    note: str

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        return _pattern(value)

    def found_in(self, text: str) -> str:
        """The matched words, empty when there are none."""
        match = re.search(self.pattern, text, re.IGNORECASE)
        return match.group(0) if match else ""


class Number(_Entry):
    """A helpline and its telephone number (digits only). `names` are what pages call it."""

    service: str
    names: tuple[str, ...]
    digits: str
    seen: str
    also: tuple[str, ...] = ()


class Service(_Entry):
    """Somebody a page may speak of. `names` are regular expressions over normalised words (small letters, no
    punctuation); `hosts` are the hosts of its site, those below them included; `title` is what people call it.
    """

    id: str
    title: str = ""
    names: tuple[str, ...]
    hosts: tuple[str, ...] = ()

    @field_validator("names")
    @classmethod
    def _compile(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(_pattern, value))


class SectionPart(_Entry):
    """Statement rules whose suggested wording stands together; without `heading`, right under the section's own.
    `listed` makes a bulleted list of their sentences.
    """

    heading: str = ""
    rules: tuple[str, ...]
    listed: bool = False


class Section(_Entry):
    """How the suggested wording of statement rules is put together as one section of a page."""

    heading: str
    parts: tuple[SectionPart, ...]


class Criterion(_Entry):
    """One success criterion of WCAG. `engine` are the accessibility engine's rules that test a part of it, `person` is
    what somebody must look at, and `group` the part of the monitoring body's method in which it is looked at.
    """

    number: str = Field(pattern=r"^\d\.\d\.\d{1,2}$")
    name: str
    level: Literal["A", "AA"]
    group: Literal["automatic", "keyboard", "zoom", "audio-visual", "additional"]
    engine: tuple[str, ...] = ()
    person: str


class Registers(_Entry):
    """All registers of one rule pack. `concepts` are word lists that statement rules share, by name."""

    addresses: tuple[Address, ...] = ()
    rebrands: tuple[Rebrand, ...] = ()
    ceop_page: tuple[Phrase, ...] = ()
    closed_notice: tuple[Phrase, ...] = ()
    error_page: tuple[Phrase, ...] = ()
    block_page: tuple[Phrase, ...] = ()
    school_filter: tuple[Phrase, ...] = ()
    parked: tuple[Phrase, ...] = ()
    numbers: tuple[Number, ...] = ()
    services: tuple[Service, ...] = ()
    concepts: dict[str, tuple[str, ...]] = {}
    section: Section | None = None
    wcag: tuple[Criterion, ...] = ()

    @field_validator("concepts")
    @classmethod
    def _compile(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for entries in value.values():
            for entry in entries:
                _pattern(entry)
        return value

    @cached_property
    def hosts(self) -> frozenset[str]:
        """Every host the address register names."""
        return frozenset(address.host for address in self.addresses)

    def classify(self, url: str) -> Address | None:
        """The register's entry for `url`, a look-alike entry when the host only resembles CEOP's, else None.

        The most specific entry wins: one with a path before one without.
        """
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").rstrip(".").lower()
        except ValueError:
            return None
        if parts.scheme not in ("http", "https", ""):
            return None
        found = [address for address in self.addresses if address.matches(host, parts.path)]
        if found:
            return max(found, key=lambda address: len(address.path))
        if _looks_like_ceop(host, parts.netloc):
            above = [one for one in self.addresses if not one.path and host.endswith(f".{one.host}")]
            if above:  # only whoever has a name can make others below it
                return max(above, key=lambda address: len(address.host))
            return Address.model_validate(
                {
                    "host": host,
                    "class": AddressClass.lookalike,
                    "note": "the address resembles CEOP's, but it is not one of theirs",
                    "seen": "",
                }
            )
        return None

    def is_known_move(self, old: str, new: str) -> bool:
        """Whether a landing on registrable domain `new` from `old` is a registered rebrand."""
        return any(rebrand.old == old and rebrand.new == new for rebrand in self.rebrands)


_CEOP_LABEL = re.compile(r"(?<![a-z])c[e3][o0]p(?![a-z])|ce[o0]p[-.]?police|click-?ceop|thinkuknow", re.IGNORECASE)


def _looks_like_ceop(host: str, netloc: str) -> bool:
    if "xn--" in host:
        try:
            host = host.encode("ascii").decode("idna")
        except UnicodeError:
            return False
        plain = host.translate(str.maketrans("сеорасехοεс", "ceopacexoec"))
        return _CEOP_LABEL.search(plain) is not None
    user = netloc.rpartition("@")[0].lower()
    return _CEOP_LABEL.search(host) is not None or "ceop.police.uk" in user


def host_of(url: str) -> str:
    """The host of `url` in lower case and without the root's dot; empty when it names none or is no address."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def is_under(host: str, *domains: str) -> bool:
    """Whether `host` is one of `domains` or stands below one."""
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=4096)
def registrable_domain(host: str) -> str:
    """The registrable domain of `host` (example.co.uk for www.example.co.uk); the host itself when it has none."""
    return _suffixes().privatesuffix(host.lower().rstrip(".")) or host.lower()
