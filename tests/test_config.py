"""Settings: options win over the file, the file over the defaults, and a wrong one is named in one sentence."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sgaudit.config import NOWHERE, Config, ConfigError, Resolve, load
from sgaudit.model.outcome import Severity


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("https://www.school.example", "https://www.school.example"),
        ("www.school.example", "https://www.school.example"),
        (" http://school.example/path ", "http://school.example/path"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000/", "http://[::1]:8000/"),
        ("http://localhost:8000", "http://localhost:8000"),
    ],
)
def test_an_address_is_understood(given: str, understood: str) -> None:
    assert load({"url": given}, None, {}).url == understood


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("school", "has no domain"),
        ("ftp://school.example", "must begin with https:// or http://"),
        ("javascript:alert(1)", "must begin with https:// or http://"),
        ("http://", "is not a web address"),
        ("https://a b.example", "is not a web address"),
        ("http://school.example:99999", "Port out of range"),
        ("http://..example", "is not a web address"),
        ("http://head:secret@school.example", "would end up in the report"),
        ("", "is not a web address"),
    ],
)
def test_what_is_no_address_is_refused_in_one_sentence(given: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_url(given)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def load_url(url: str) -> Config:
    return load({"url": url}, None, {})


def test_no_address_at_all_names_the_next_step() -> None:
    with pytest.raises(ConfigError, match="sgaudit audit https://"):
        load({}, None, {})


def test_options_win_over_the_file_and_the_file_over_defaults(tmp_path: Path) -> None:
    file = tmp_path / "sgaudit.toml"
    file.write_text(
        '[crawl]\nmax-pages = 7\n[report]\nfail-on = "critical"\n[pages]\nsafeguarding = ["/keep-safe/*"]\n'
    )
    config = load({"url": "https://school.example", "max_pages": 9}, file, {})
    assert (config.max_pages, config.fail_on, config.safeguarding) == (9, Severity.critical, ("/keep-safe/*",))


def test_who_asks_how_often_and_from_where_can_be_said(tmp_path: Path) -> None:
    file = tmp_path / "polite.toml"
    text = '[crawl]\ncontact = "trust.example/bot"\nmax-requests = 50\n[network]\nvantage = "inside"\n'
    file.write_text(text, "utf-8")
    config = load({"url": "https://www.school.example"}, file, {})
    assert (config.contact, config.max_requests, config.vantage) == ("https://trust.example/bot", 50, "inside")


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "named.toml"
    file.write_text('[run]\nurl = "https://from-file.example"\n')
    assert load({}, None, {"SGAUDIT_CONFIG": str(file)}).url == "https://from-file.example"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[crawl]\nmax-pags = 3\n", "[crawl] has no key 'max-pags'; known are"),
        ("[crwal]\nmax-pages = 3\n", "unknown section [crwal]; known are"),
        ("[crawl]\nmax-pages = 0\n", "[crawl] max-pages: must be at least 1"),
        ("[crawl\n", "is not valid TOML"),
        ('[report]\nfail-on = "dreadful"\n', "[report] fail-on: must be"),
        ('[browser]\npath = "/no/such/browser"\n', "[browser] path: there is no file"),
    ],
)
def test_a_wrong_setting_is_named_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "sgaudit.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load({"url": "https://school.example"}, file, {})
    assert str(file) in str(caught.value)
    assert says in str(caught.value).replace("\\", "/")


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load({"url": "https://school.example"}, Path("no-such.toml"), {})


def test_pages_must_belong_to_the_site() -> None:
    with pytest.raises(ConfigError, match=r"other\.example.* is not on school\.example"):
        load({"url": "https://school.example", "page": ("https://other.example/x",)}, None, {})


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("www.ceop.police.uk:443:127.0.0.1", ("www.ceop.police.uk", 443, "127.0.0.1", 443)),
        ("WWW.School.example:80:127.0.0.1:8080", ("www.school.example", 80, "127.0.0.1", 8080)),
        ("school.example:443:[::1]:8443", ("school.example", 443, "::1", 8443)),
    ],
)
def test_resolve_is_read_as_curls(text: str, parts: tuple[str, int, str, int]) -> None:
    read = Resolve.parse(text)
    assert (read.host, read.port, read.address, read.to_port) == parts


@pytest.mark.parametrize(
    "text", ["school.example", "school.example:x:127.0.0.1", "a:80:not-an-ip", "a:0:127.0.0.1", "a:80:"]
)
def test_a_wrong_resolve_says_what_was_expected(text: str) -> None:
    with pytest.raises(ConfigError, match="--resolve"):
        Resolve.parse(text)


def test_a_bundle_without_certificates_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    bundle = tmp_path / "filter.pem"
    bundle.write_text("-----BEGIN NOTHING-----")
    with pytest.raises(ConfigError, match=r"--ca-bundle: .*filter\.pem holds no certificate"):
        load({"url": "https://school.example", "ca_bundle": bundle}, environ={})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[run]\nurl = 5", "[run] url: expected text in quotes, not '5'"),
        ('[run]\ndeadline = "soon"', "[run] deadline: expected a number, not 'soon'"),
        ("[run]\ndeadline = 0", "[run] deadline: must be more than 0.0, not '0'"),
        ("[crawl]\nmax-pages = 0", "[crawl] max-pages: must be at least 1, not '0'"),
        ("[crawl]\nconnections = 99", "[crawl] connections: must be at most 32, not '99'"),
        ("[crawl]\nmax-pages = 1.5", "[crawl] max-pages: expected a whole number, not '1.5'"),
        ('[crawl]\nrobots = "often"', "[crawl] robots: expected true or false, not 'often'"),
        ('[rules]\nselect = "links"', '[rules] select: expected a list, as in ["this", "that"], not \'links\''),
        ("[rules]\nselect = [1]", "[rules] select: expected text in quotes, not '1'"),
        ("[report]\noutput = 1", "[report] output: expected a path in quotes, not '1'"),
        ('[report]\nfail-on = "bad"', "[report] fail-on: must be 'minor', 'moderate', 'serious' or 'critical', not"),
        ('[pages]\naccessibility = "some"', "must be 'all', 'sample' or 'safeguarding', not 'some'"),
        ("[network]\nresolve = 5", "[network] resolve: expected a list"),
        ('[network]\nresolve = "a.example:80:127.0.0.1"', "[network] resolve: expected a list"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named_with_what_was_expected(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "sgaudit.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load({} if "url" in text else {"url": "https://school.example"}, file, {})
    assert says in str(caught.value)
    assert str(caught.value).startswith(str(file))


def test_the_mark_that_windows_editors_write_first_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "sgaudit.toml"
    file.write_bytes(b'\xef\xbb\xbf[run]\r\nurl = "https://school.example"\r\n')
    assert load({}, file, {}).url == "https://school.example"


def test_a_command_without_a_site_takes_settings_that_name_only_pages(tmp_path: Path) -> None:
    file = tmp_path / "sgaudit.toml"
    file.write_text('[run]\npage = ["https://school.example/safeguarding"]\n')
    config = load({}, file, {}, otherwise={"url": NOWHERE})
    assert config.page == ("https://school.example/safeguarding",)
    assert urlsplit(config.url).hostname == "school.example"
    with pytest.raises(ConfigError, match="no address to audit"):
        load({}, file, {})
