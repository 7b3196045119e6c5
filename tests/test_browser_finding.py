"""Which browser is used, how one is installed where there is none, and what it is told on its command line."""

from __future__ import annotations

import hashlib
import os
import ssl
import sys
from base64 import b64encode
from pathlib import Path

import pytest
import trustme

from sgaudit.browser import BrowserMissing, find_browser, install, installing
from sgaudit.browser.finding import playwright_own
from sgaudit.browser.launch import arguments, proxy_of, resolver_rules
from sgaudit.browser.trust import Trust, key_hash, trusting
from sgaudit.config import Config, Resolve

URL = "https://www.foxglove.example"
WORKS = "#!/bin/sh\necho Chromium 150.0\n"
BROKEN = "#!/bin/sh\nexit 127\n"


def program(place: Path, text: str = WORKS) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    place.chmod(0o755)
    return place


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no browser: the folder of its programs."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "downloads"))
    # A port that nothing listens on: the download fails, as it does where it is not allowed.
    monkeypatch.setenv("PLAYWRIGHT_DOWNLOAD_HOST", "http://127.0.0.1:9")
    monkeypatch.delenv("SGAUDIT_BROWSER", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(installing, "_RELEASE", tmp_path / "os-release")
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin"


def test_what_the_user_names_comes_first(empty: Path, tmp_path: Path) -> None:
    program(empty / "google-chrome")
    named = program(tmp_path / "mine" / "chromium")
    found = find_browser(Config(url=URL, browser_path=named))
    assert (found.name, found.path, found.origin) == ("Chromium", named, "named by --browser-path")
    other = program(empty / "microsoft-edge-beta")
    found = find_browser(Config(url=URL, browser_channel="msedge-beta"), {**os.environ, "SGAUDIT_BROWSER": str(named)})
    assert (found.name, found.path, found.channel) == ("Microsoft Edge", other, "msedge-beta")
    found = find_browser(Config(url=URL), {**os.environ, "SGAUDIT_BROWSER": str(named)})
    assert (found.path, found.origin) == (named, "named by SGAUDIT_BROWSER")


def test_edge_then_chrome_then_chromium_is_taken_where_installed(empty: Path) -> None:
    for name in ("chromium", "google-chrome", "microsoft-edge-stable"):
        place = program(empty / name)
        assert find_browser(Config(url=URL), os.environ, "linux").path == place


def test_a_file_that_cannot_be_run_is_no_browser(empty: Path) -> None:
    program(empty / "google-chrome").chmod(0o644)
    place = program(empty / "chromium")
    assert find_browser(Config(url=URL), os.environ, "linux").path == place


def test_ubuntus_stand_in_for_a_snap_is_no_browser(empty: Path) -> None:
    program(empty / "chromium-browser", '#!/bin/sh\necho "run: snap install chromium"\nexec /snap/bin/chromium "$@"\n')
    with pytest.raises(BrowserMissing):
        find_browser(Config(url=URL), os.environ, "linux")


@pytest.mark.parametrize(
    ("platform", "place"),
    [
        ("win32", r"Microsoft\Edge\Application\msedge.exe"),
        ("win32", r"Google\Chrome\Application\chrome.exe"),
    ],
)
def test_windows_keeps_browsers_under_its_program_folders(platform: str, place: str, tmp_path: Path) -> None:
    installed = program(tmp_path / place)
    found = find_browser(Config(url=URL), {"PROGRAMFILES(X86)": str(tmp_path)}, platform)
    assert found.path == installed


def test_macos_keeps_browsers_in_applications(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    installed = program(tmp_path / "Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    found = find_browser(Config(url=URL), {}, "darwin")
    assert (found.name, found.path) == ("Google Chrome", installed)


@pytest.mark.parametrize(
    ("platform", "place"),
    [
        ("linux", "chrome-linux64/chrome"),
        ("win32", "chrome-win64/chrome.exe"),
        ("darwin", "chrome-mac-arm64/Chromium.app/Contents/MacOS/Chromium"),
    ],
)
def test_the_newest_of_playwrights_own_is_the_last_resort(platform: str, place: str, tmp_path: Path) -> None:
    program(tmp_path / "chromium-999" / place)
    newest = program(tmp_path / "chromium-1200" / place)
    found = playwright_own({"PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}, platform)
    assert found is not None
    assert (found.path, found.origin) == (newest, "downloaded by Playwright")


@pytest.mark.parametrize(
    ("config", "environ", "says"),
    [
        ({}, {}, "No browser was found on this machine; type `sgaudit browser install`"),
        ({"browser_channel": "chrome"}, {}, "--browser-channel chrome is not installed"),
        ({"browser_channel": "netscape"}, {}, "--browser-channel netscape is not known; known are msedge"),
        ({}, {"SGAUDIT_BROWSER": "/no/such/file"}, "SGAUDIT_BROWSER names /no/such/file, and there is no such file"),
    ],
)
def test_a_missing_browser_is_one_sentence_with_the_next_step(
    config: dict, environ: dict, says: str, empty: Path
) -> None:
    with pytest.raises(BrowserMissing) as caught:
        find_browser(Config(url=URL, **config), {**os.environ, **environ}, "linux")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def debian(empty: Path, apt: str, *, name: str = "debian") -> None:
    """A Debian on which `apt` is what apt-get does, reached as root or by a sudo that asks for no password."""
    (empty.parent / "os-release").write_text(f'PRETTY_NAME="Test"\nID={name}\n')
    log = empty.parent / "apt.log"
    program(empty / "apt-get", f'#!/bin/sh\nPATH=/usr/bin:/bin\necho "$@" >> {log}\n{apt}')
    program(empty / "sudo", '#!/bin/sh\n[ "$1" = -n ] && shift\nexec "$@"\n')
    program(empty / "true", "#!/bin/sh\n")


def test_where_the_download_is_impossible_the_systems_packages_are_used(empty: Path) -> None:
    browser = empty / "chromium"
    script = f'case "$*" in *" install "*) cp {program(empty.parent / "packed")} {browser} ;; esac\n'
    debian(empty, script)
    said: list[str] = []
    found = install(said.append)
    assert (found.name, found.path) == ("Chromium", browser)
    asked = (empty.parent / "apt.log").read_text().splitlines()
    assert asked[0].endswith("update"), "a fresh machine has no lists of packages yet"
    assert "install -y --no-install-recommends chromium chromium-sandbox libnss3-tools" in asked[1]
    assert said[0] == "No browser is installed: downloading Chromium by Playwright ..."
    assert said[-1].startswith("Installing Chromium with apt-get")


def test_a_browser_that_is_there_is_not_installed_again(empty: Path) -> None:
    place = program(empty / "chromium")
    said: list[str] = []
    assert install(said.append).path == place
    assert said == []


def test_where_nothing_helps_it_says_what_to_type(empty: Path) -> None:
    debian(empty, "exit 100\n")
    with pytest.raises(BrowserMissing, match=r"install Google Chrome or Chromium .* or name one with --browser-path"):
        install(lambda _: None)


def test_ubuntu_is_not_asked_for_a_package_that_is_only_a_stand_in(empty: Path) -> None:
    debian(empty, "exit 0\n", name="ubuntu")
    with pytest.raises(BrowserMissing, match="No browser could be installed"):
        install(lambda _: None)
    assert not (empty.parent / "apt.log").exists()


def test_a_browser_that_does_not_start_is_not_taken_for_one(empty: Path) -> None:
    place = program(empty / "chromium", BROKEN)
    with pytest.raises(BrowserMissing, match=f"{place} is there, but does not start; type"):
        install(lambda _: None)


def test_names_lead_where_resolve_says_and_nowhere_else_when_cut_off() -> None:
    mapped = (Resolve.parse("www.school.example:443:127.0.0.1:8443"), Resolve.parse("six.example:80:[::1]:8080"))
    rules = resolver_rules(Config(url=URL, resolve=mapped, isolated=True)).split(",")
    assert rules[0] == "MAP www.school.example:443 127.0.0.1:8443"
    assert rules[1] == "MAP six.example:80 [::1]:8080"
    assert rules[-1] == "MAP * ~NOTFOUND"
    assert "MAP * ~NOTFOUND" not in resolver_rules(Config(url=URL, resolve=mapped))


def test_certificate_errors_are_never_ignored_wholesale() -> None:
    made = " ".join(arguments(Config(url=URL), Trust()))
    assert "ignore-certificate-errors" not in made
    assert "--no-sandbox" not in made


@pytest.mark.parametrize(
    ("environ", "proxy"),
    [
        ({}, None),
        ({"HTTPS_PROXY": ""}, None),
        ({"HTTPS_PROXY": "http://filter.example:3128"}, {"server": "http://filter.example:3128"}),
        ({"http_proxy": "filter.example:80"}, {"server": "http://filter.example:80"}),
        (
            {"HTTPS_PROXY": "http://some%40one:se%3Acret@filter.example:3128", "HTTP_PROXY": "http://other.example"},
            {"server": "http://filter.example:3128", "username": "some@one", "password": "se:cret"},
        ),
        (
            {"HTTPS_PROXY": "http://f.example:1", "NO_PROXY": "school.example,.local,10.0.0.0/8, localhost"},
            {
                "server": "http://f.example:1",
                "bypass": "school.example,.school.example,.local,10.0.0.0/8,localhost,.localhost",
            },
        ),
        ({"HTTPS_PROXY": "http://f.example:1", "NO_PROXY": "*"}, None),
        ({"HTTPS_PROXY": "http://f.example:notaport"}, None),
    ],
)
def test_the_proxy_is_the_one_the_environment_names(environ: dict, proxy: dict | None) -> None:
    assert proxy_of(environ, ()) == proxy


def test_mapped_names_are_not_asked_of_the_proxy() -> None:
    mapped = (Resolve.parse("www.school.example:443:127.0.0.1"),)
    assert proxy_of({"HTTPS_PROXY": "http://f.example:1"}, mapped) == {
        "server": "http://f.example:1",
        "bypass": "www.school.example",
    }


def test_keys_are_hashed_as_browsers_hash_them(tmp_path: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    pem = trustme.CA().issue_cert("a.example").cert_chain_pems[0].bytes().decode()
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert key_hash(pem) == b64encode(hashlib.sha256(spki).digest()).decode()
    assert key_hash(ssl.DER_cert_to_PEM_cert(b"nonsense")) == ""


def test_without_a_certificate_store_the_keys_of_the_bundle_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    authority = trustme.CA()
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(b"# a comment\n" + authority.cert_pem.bytes() + b"-----BEGIN CERTIFICATE-----\nxx\n")
    trust = trusting(bundle, tmp_path)
    key = key_hash(authority.cert_pem.bytes().decode())
    assert trust.arguments == (f"--ignore-certificate-errors-spki-list={key}",)
    assert trust.environment == {}
    assert trusting(None, tmp_path) == Trust()
