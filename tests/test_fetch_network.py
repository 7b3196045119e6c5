"""Where a fetch may go: addresses inside are refused, certificates are checked, the proxy is obeyed."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from wire_stand import PAGE, Wire, answer_names, config, fetching, get, named, plain, raw, without_proxy

from sgaudit.config import Config
from sgaudit.fetch import Fetched, Guard, network
from sgaudit.model.evidence import Trouble

NOT_PUBLIC = """
127.0.0.1 127.1 2130706433 0x7f000001 0177.0.0.1 0x7f.1 0.0.0.0 10.1.2.3 172.16.0.1 192.168.0.1 100.64.0.1
169.254.169.254 168.63.129.16 224.0.0.1 255.255.255.255 192.0.2.1 198.18.0.1 localhost LOCALHOST. db.localhost
[::1] [::] [::ffff:127.0.0.1] [::ffff:a00:1] [::127.0.0.1] [fe80::1] [fc00::1] [fd00:ec2::254] [ff02::1]
[64:ff9b::7f00:1] [2002:7f00:1::] [fec0::1] １２７.0.0.1 127。0。0。1
"""


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    without_proxy(monkeypatch)


@pytest.fixture
def wire() -> Iterator[Wire]:
    with Wire().serving() as served:
        yield served


class TestGuard:
    @pytest.mark.parametrize(
        "host",
        NOT_PUBLIC.split(),
    )
    def test_an_address_that_is_not_public_is_refused_however_it_is_spelt(self, host: str) -> None:
        assert Guard(config("https://8.8.8.8/")).refuses(f"http://{host}/").endswith("not opened.")

    @pytest.mark.parametrize("host", ["8.8.8.8", "134744072", "[2606:4700::1111]", "[64:ff9b::808:808]"])
    def test_a_public_address_may_be_asked(self, host: str) -> None:
        assert Guard(config("https://8.8.8.8/")).refuses(f"http://{host}/") == ""

    @pytest.mark.parametrize("url", ["ftp://school.example/", "file:///etc/passwd", "http://", "http://a..b/", "//x"])
    def test_what_is_no_web_address_is_refused(self, url: str) -> None:
        assert Guard(config("https://8.8.8.8/")).refuses(url)

    def test_a_site_on_this_machine_opens_this_machine_but_not_the_network_around_it(self) -> None:
        guard = Guard(config("http://127.0.0.1:8000/"))
        assert guard.refuses("http://localhost:9000/") == guard.refuses("http://[::1]/") == ""
        assert guard.refuses("http://192.168.0.1/") and guard.refuses("http://169.254.169.254/")

    def test_a_site_in_a_private_network_opens_that_but_not_this_machine(self) -> None:
        guard = Guard(config("http://10.20.0.5/"))
        assert guard.refuses("http://10.20.0.6/") == guard.refuses("http://192.168.4.4/") == ""
        assert guard.refuses("http://127.0.0.1/") and guard.refuses("http://100.100.100.200/")

    def test_a_mapped_name_may_lead_anywhere_on_its_own_port_only(self, wire: Wire) -> None:
        guard = Guard(named(wire, "school.example"))
        assert guard.refuses("http://school.example/") == ""
        assert guard.refuses(f"http://127.0.0.1:{wire.port}/")

    def test_a_public_name_that_leads_inside_is_never_connected_to(
        self, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answer_names(monkeypatch, {"inside.example": ["127.0.0.1"], "school.example": ["8.8.8.8"]})
        with fetching(config("http://school.example/")) as fetcher:
            probe = fetcher.get(f"http://inside.example:{wire.port}/").probe
            assert fetcher.guard.refuses(f"http://inside.example:{wire.port}/")
        assert (probe.trouble, wire.connections) == (Trouble.private_address, 0)

    def test_a_name_that_changes_its_mind_is_connected_to_where_it_was_judged(
        self, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = answer_names(monkeypatch, {"turncoat.example": ["192.0.2.7"], "school.example": ["8.8.8.8"]})
        guard = Guard(config("http://school.example/"))
        assert guard.refuses("http://turncoat.example/")
        asked["turncoat.example"] = ["127.0.0.1"]
        assert "192.0.2.7" in guard.refuses(f"http://turncoat.example:{wire.port}/")

    def test_a_site_that_turns_private_in_the_middle_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sgaudit.fetch.guard._KEEP", -1)
        names = answer_names(monkeypatch, {"school.example": ["8.8.8.8"]})
        guard = Guard(config("http://school.example/"))
        assert guard.refuses("http://school.example/") == ""
        names["school.example"] = ["127.0.0.1"]
        assert guard.refuses("http://school.example/")

    def test_localhost_is_looked_for_in_both_families(self) -> None:
        found = Guard(config("http://localhost:8000/")).endpoints("localhost", 8000)
        assert [str(one.address) for one in found] == ["127.0.0.1", "::1"]

    def test_of_mixed_addresses_only_public_ones_are_tried(self, monkeypatch: pytest.MonkeyPatch) -> None:
        answer_names(monkeypatch, {"mixed.example": ["10.0.0.1", "8.8.4.4"], "school.example": ["8.8.8.8"]})
        guard = Guard(config("http://school.example/"))
        assert [str(one.address) for one in guard.endpoints("mixed.example", 80)] == ["8.8.4.4"]

    def test_the_sites_own_private_address_is_its_licence(self, monkeypatch: pytest.MonkeyPatch, wire: Wire) -> None:
        answer_names(monkeypatch, {"intranet.example": ["127.0.0.1"]})
        wire.answers["/"] = plain(PAGE)
        with fetching(config(f"http://intranet.example:{wire.port}/")) as fetcher:
            assert fetcher.get(f"http://intranet.example:{wire.port}/").probe.status == 200


class TestCertificates:
    @pytest.fixture
    def authority(self) -> trustme.CA:
        return trustme.CA()

    @staticmethod
    @contextmanager
    def served(leaf: trustme.LeafCert) -> Iterator[Wire]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(context)
        with Wire({"/": plain(PAGE)}).serving(context) as wire:
            yield wire

    def ask(self, leaf: trustme.LeafCert, bundle: Path | None) -> Fetched:
        with ExitStack() as stack:
            plain_wire = stack.enter_context(Wire().serving())
            secure = stack.enter_context(self.served(leaf))
            settings = named(plain_wire, "school.example", secure=secure, ca_bundle=bundle)
            return stack.enter_context(fetching(settings)).get("https://school.example/")

    def test_a_bundle_of_authority_and_leaf_is_believed(self, authority: trustme.CA, tmp_path: Path) -> None:
        leaf, bundle = authority.issue_cert("school.example"), tmp_path / "bundle.pem"
        bundle.write_bytes(authority.cert_pem.bytes() + leaf.cert_chain_pems[0].bytes())
        assert self.ask(leaf, bundle).text == PAGE

    def test_a_bundle_adds_to_the_systems_store(
        self, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        system, bundle = tmp_path / "system.pem", tmp_path / "bundle.pem"
        authority.cert_pem.write_to_path(str(system))
        trustme.CA().cert_pem.write_to_path(str(bundle))
        monkeypatch.setenv("SSL_CERT_FILE", str(system))
        assert self.ask(authority.issue_cert("school.example"), bundle).probe.status == 200

    def test_a_certificate_nobody_vouches_for(self, authority: trustme.CA) -> None:
        probe = self.ask(authority.issue_cert("school.example"), None).probe
        assert (probe.trouble, probe.status) == (Trouble.tls, None)
        assert probe.message.startswith("The certificate of school.example is not one this machine trusts")

    def test_an_expired_certificate(self, authority: trustme.CA, tmp_path: Path) -> None:
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        past = datetime.now(UTC) - timedelta(days=2)
        leaf = authority.issue_cert("school.example", not_before=past - timedelta(days=300), not_after=past)
        assert self.ask(leaf, tmp_path / "ca.pem").probe.trouble is Trouble.tls_expired

    def test_a_certificate_for_another_name(self, authority: trustme.CA, tmp_path: Path) -> None:
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        probe = self.ask(authority.issue_cert("other.example"), tmp_path / "ca.pem").probe
        assert probe.trouble is Trouble.tls_name

    @pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""], ids=["plain http", "nothing"])
    def test_a_server_without_tls(self, said: bytes) -> None:
        def answer(listener: socket.socket) -> None:
            with suppress(OSError):  # the listener is closed when the test is over
                while True:
                    with listener.accept()[0] as connection:
                        connection.recv(100)
                        connection.sendall(said)

        with socket.create_server(("127.0.0.1", 0)) as listener:
            threading.Thread(target=answer, args=(listener,), daemon=True).start()
            url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
            with fetching(config(url)) as fetcher:
                assert fetcher.get(url).probe.trouble is Trouble.tls

    def test_a_handshake_that_never_ends_is_a_timeout(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
            with fetching(config(url, connect_timeout=0.3)) as fetcher:
                probe = fetcher.get(url).probe
        assert (probe.trouble, probe.status) == (Trouble.timeout, None)


class TestProxy:
    @pytest.fixture
    def proxy(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
        with Wire().serving() as served:
            for name in ("http_proxy", "https_proxy"):
                monkeypatch.setenv(name, f"http://gate:secret@127.0.0.1:{served.port}")
            yield served

    def test_the_proxy_is_asked_and_no_name_is_looked_up_here(
        self, proxy: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answer_names(monkeypatch, {"127.0.0.1": ["127.0.0.1"]})
        proxy.answers["http://school.example/"] = plain(PAGE)
        with fetching(config("http://school.example/")) as fetcher:
            assert fetcher.get("http://school.example/").text == PAGE
            assert fetcher.guard.refuses("http://school.example/") == ""

    def test_addresses_inside_are_refused_before_the_proxy_hears_of_them(self, proxy: Wire) -> None:
        with fetching(config("http://school.example/")) as fetcher:
            for host in ("10.0.0.1", "2130706433", "169.254.169.254", "printer", "metadata.google.internal"):
                assert fetcher.get(f"http://{host}/").probe.trouble is Trouble.private_address
        assert not proxy.requests

    def test_a_tunnel_that_is_refused_is_the_proxys_doing(self, proxy: Wire) -> None:
        proxy.answers["school.example:443"] = raw(b"HTTP/1.1 403 Forbidden\r\n\r\n")
        with fetching(config("https://school.example/")) as fetcher:
            probe = fetcher.get("https://school.example/").probe
        assert (probe.trouble, probe.status) == (Trouble.proxy, None)
        assert "(403)" in probe.message and "secret" not in probe.message

    def test_a_proxy_that_is_down(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed.getsockname()[1]}")
            with fetching(config("http://school.example/")) as fetcher:
                assert fetcher.get("http://school.example/").probe.trouble is Trouble.proxy

    def test_this_machine_and_mapped_names_are_asked_directly(self, proxy: Wire, wire: Wire) -> None:
        wire.answers["/"] = plain(PAGE)
        assert get(wire).probe.status == 200
        with fetching(named(wire, "school.example")) as fetcher:
            assert fetcher.get("http://school.example/").probe.status == 200
        assert not proxy.requests


class TestOffline:
    @pytest.fixture(autouse=True)
    def cut_off(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # A route that ends at this machine itself is none.
        monkeypatch.setattr(network, "_FAR_AWAY", ((socket.AF_INET, "127.0.0.1"),))

    def offline(self, settings: Config) -> bool:
        with fetching(settings) as fetcher:
            return fetcher.offline()

    def test_a_machine_without_any_route_is_offline(self, monkeypatch: pytest.MonkeyPatch) -> None:
        answer_names(monkeypatch, {})
        assert self.offline(config("https://school.example/"))

    def test_not_when_the_site_is_near_or_mapped_or_behind_a_proxy(
        self, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answer_names(monkeypatch, {"school.example": ["8.8.8.8"]})
        assert not self.offline(config("http://127.0.0.1:8000/"))
        assert not self.offline(config("http://192.168.1.20/"))
        assert not self.offline(named(wire, "school.example"))
        monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
        assert not self.offline(config("https://school.example/"))
