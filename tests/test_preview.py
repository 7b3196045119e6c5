"""A folder of static files is audited as the site it will be: what is served, what is not, and under which names."""

from __future__ import annotations

import socket
import ssl
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from test_cli import sgaudit

from sgaudit import preview
from sgaudit.audit import rule_pack
from sgaudit.config import NAMELESS, Config, ConfigError, Resolve, load
from sgaudit.fetch import Fetcher
from sgaudit.preview import Folder, kind, served
from sgaudit.progress import Stop


@pytest.fixture
def public(tmp_path: Path) -> Path:
    root = tmp_path / "site" / "public"
    for name in (
        "index.html", "about.html", "404.html", "school/index.html", "Caf\u00e9 menu.html", ".env", ".git/config",
        ".well-known/security.txt", "a.js", "b.woff2",
    ):  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"this is {name}", "utf-8")
    (tmp_path / "site" / "secret.html").write_text("secret")
    return root


def said(folder: Folder, target: str) -> tuple[int, str]:
    """Status, and the name of the file or the way it leads to."""
    answer = folder.answer(target)
    return answer.status, answer.location or (answer.file.name if answer.file else "")


@pytest.mark.parametrize(
    ("target", "status", "what"),
    [
        ("/", 200, "index.html"),
        ("/index.html?x=1", 200, "index.html"),
        ("/school/", 200, "index.html"),
        ("/school?a=b", 301, "/school/?a=b"),
        ("/about", 200, "about.html"),
        ("/Caf%C3%A9%20menu.html", 200, "Caf\u00e9 menu.html"),
        ("/Cafe%CC%81%20menu", 200, "Caf\u00e9 menu.html"),
        ("/.well-known/security.txt", 200, "security.txt"),
        ("/About", 404, "404.html"),
        ("/nowhere", 404, "404.html"),
        ("/.env", 404, "404.html"),
        ("/.git/config", 404, "404.html"),
        ("/../secret.html", 404, "404.html"),
        ("/%2e%2e/secret.html", 404, "404.html"),
        ("/..%2fsecret.html", 404, "404.html"),
        ("/school/../about.html", 404, "404.html"),
        ("/..\\secret.html", 404, "404.html"),
        ("//etc/passwd", 404, "404.html"),
        ("/C:/index.html", 404, "404.html"),
        ("/index.html%00", 404, "404.html"),
        ("", 301, "/"),
        ("http://other.example/", 404, "404.html"),
    ],
)
def test_an_address_leads_to_a_file_of_the_folder_or_nowhere(public: Path, target: str, status: int, what: str) -> None:
    assert said(Folder(public), target) == (status, what)


def test_no_redirect_leads_to_another_host(public: Path) -> None:
    (public / "evil.example").mkdir()
    (public / "evil.example" / "index.html").write_text("x")
    assert said(Folder(public, "/"), "//evil.example") == (404, "404.html")
    assert said(Folder(public), "/evil.example") == (301, "/evil.example/")


def test_a_link_that_leads_out_of_the_folder_is_not_served(public: Path) -> None:
    (public / "out.html").symlink_to(public.parent / "secret.html")
    (public / "away").symlink_to(public.parent, target_is_directory=True)
    (public / "in.html").symlink_to(public / "about.html")
    folder = Folder(public)
    assert said(folder, "/out.html") == said(folder, "/away/secret.html") == (404, "404.html")
    assert folder.answer("/in.html").status == 200


def test_a_site_below_a_path_is_served_there_and_nothing_beside_it(public: Path) -> None:
    folder = Folder(public, "/millbrook/")
    assert said(folder, "/millbrook/") == (200, "index.html")
    assert said(folder, "/millbrook") == (301, "/millbrook/")
    assert said(folder, "/millbrook/school") == (301, "/millbrook/school/")
    assert said(folder, "/about") == (404, "404.html")


def test_a_site_without_a_page_for_what_is_missing_says_404_all_the_same(public: Path) -> None:
    (public / "404.html").unlink()
    answer = Folder(public).answer("/nowhere")
    assert (answer.status, answer.file, b"Not found" in answer.body) == (404, None, True)


def test_too_many_files_and_none_at_all_are_one_sentence(public: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"holds no \.html file"):
        Folder(public / ".git")
    monkeypatch.setattr(preview, "MOST_FILES", 3)
    with pytest.raises(ConfigError, match="holds more than 3 files"):
        Folder(public)


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a.html", "text/html; charset=utf-8"),
        ("a.HTM", "text/html; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.svg", "image/svg+xml; charset=utf-8"),
        ("a.json", "application/json; charset=utf-8"),
        ("sitemap.xml", "application/xml; charset=utf-8"),
        ("a.pdf", "application/pdf"),
        ("a.jpg", "image/jpeg"),
        ("a.webp", "image/webp"),
        ("a.woff2", "font/woff2"),
        ("a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("CNAME", "application/octet-stream"),
    ],
)
def test_files_have_the_types_of_the_web_on_every_system(name: str, content_type: str) -> None:
    found = kind(name)
    assert found == content_type


def ask(config: Config, host: str, target: str, *, port: int = 443, method: str = "GET") -> HTTPResponse:
    """One request as it would leave this machine for `host`, sent where `config` says."""
    to = next(one.to_port for one in config.resolve if (one.host, one.port) == (host, port))
    sock: socket.socket = socket.create_connection(("127.0.0.1", to), timeout=10)
    if port == 443:
        context = ssl.create_default_context(cafile=str(config.ca_bundle))
        sock = context.wrap_socket(sock, server_hostname=host)
    connection = HTTPConnection(host)
    connection.sock = sock
    connection.request(method, target, headers={"Host": host})
    return connection.getresponse()


def test_the_live_sites_names_lead_to_the_folder_and_all_others_where_they_always_did(public: Path) -> None:
    mapped = Resolve.parse("www.ceop.police.uk:443:127.0.0.1:9")
    clash = Resolve.parse("www.millbrook.example:443:127.0.0.1:9")
    config = Config(url="https://www.millbrook.example/", serve=public, resolve=(mapped, clash))
    with served(config) as over:
        answer = ask(over, "www.millbrook.example", "/about")
        assert (answer.status, answer.read()) == (200, b"this is about.html")
        assert answer.getheader("Content-Type") == "text/html; charset=utf-8"
        assert ask(over, "www.millbrook.example", "/about", method="HEAD").getheader("Content-Length") == "18"
        assert (
            ask(over, "millbrook.example", "/about?x").getheader("Location") == "https://www.millbrook.example/about?x"
        )
        plain = ask(over, "www.millbrook.example", "/about", port=80)
        assert plain.getheader("Location") == "https://www.millbrook.example/about"
        assert mapped in over.resolve
        assert clash not in over.resolve
        bundle = over.ca_bundle
        assert bundle is not None and bundle.is_file()
    assert not bundle.exists()


def test_a_file_that_vanishes_in_the_middle_is_a_trouble_of_the_server(public: Path) -> None:
    with served(Config(url="https://www.millbrook.example/", serve=public)) as over:
        (public / "about.html").unlink()
        assert ask(over, "www.millbrook.example", "/about").status == 500


def test_the_certificates_that_were_trusted_before_are_trusted_still(public: Path, tmp_path: Path) -> None:
    from sgaudit.loopback import Authority

    own = tmp_path / "own.pem"
    own.write_bytes(Authority(("filter.example",)).bundle)
    with served(Config(url="https://www.millbrook.example/", serve=public, ca_bundle=own)) as over:
        assert over.ca_bundle is not None
        assert own.read_bytes() in over.ca_bundle.read_bytes()


def test_a_folder_whose_live_site_nobody_named_has_the_same_address_every_time(public: Path) -> None:
    config = load({"serve": public}, environ={})
    assert config.url == NAMELESS
    with served(config) as over:
        (one,) = (one for one in over.resolve if one.host == "preview.localhost")
        assert one.port == 80
        with Fetcher(over, Stop(30), rule_pack().registers.hosts) as fetcher:
            assert fetcher.get(f"{NAMELESS}about").probe.status == 200


def test_the_server_answers_for_no_other_name(public: Path) -> None:
    with served(Config(url="http://www.millbrook.example/", serve=public)) as over:
        port = next(one.to_port for one in over.resolve)
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/", headers={"Host": "rebound.example"})
        assert connection.getresponse().status == 421
        assert urlsplit(over.url).hostname == "www.millbrook.example"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--serve", "nowhere"], "--serve: there is no folder nowhere"),
        (["--serve", "."], "holds no .html file"),
        (["--base-url", "https://www.millbrook.example"], "--base-url is the live address of the folder"),
        (["https://a.example", "--serve", ".", "--base-url", "https://b.example"], "--base-url is the live address"),
        (["https://a.example", "--format", "sarfi"], "there is no format 'sarfi'; known are html, json"),
        (["https://a.example", "--format", "sarfi"], "did you mean 'sarif'?"),
        (["https://a.example", "--format", "junit="], "name a file, as in junit=out/report.junit.xml"),
        (["https://a.example", "--format", "junit=."], "name a file, as in junit=out/report.junit.xml"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_2(tmp_path: Path, arguments: list[str], says: str) -> None:
    done = sgaudit("audit", *arguments, cwd=tmp_path)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1), done.stderr
    assert says in done.stderr
    assert list(tmp_path.iterdir()) == []
