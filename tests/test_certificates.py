"""Certificates that run out soon: seen where a connection is made, weighed against the day of the run."""

from __future__ import annotations

import ssl
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from wire_stand import PAGE, Wire, fetching, named, plain, without_proxy

from sgaudit import rules
from sgaudit.checks.certificates import CERTIFICATES
from sgaudit.model.evidence import Certificate, Evidence, LinkEvidence, PageEvidence, Probe, Versions
from sgaudit.model.outcome import Outcome, Role, Severity
from sgaudit.model.report import Finding
from sgaudit.register import Registers
from sgaudit.rules import read_rule

RULE = read_rule(rules.built_in() / "certificate-expiry.yaml", {"certificate-expiry": CERTIFICATES.options})
HOME, HELP = "https://www.heron.example/", "https://help.example.org/"
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    without_proxy(monkeypatch)


def seen(tmp_path: Path, leaf: trustme.LeafCert, authority: trustme.CA, *urls: str) -> tuple[Certificate, ...]:
    """The certificates met while `urls` are asked; all secure hosts show `leaf`."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    with ExitStack() as stack:
        wire = stack.enter_context(Wire({"/": plain(PAGE)}).serving())
        secure = stack.enter_context(Wire({"/": plain(PAGE)}).serving(context))
        hosts = ("heron.example", "help.example.org")
        settings = named(wire, *hosts, secure=secure, ca_bundle=tmp_path / "ca.pem")
        fetcher = stack.enter_context(fetching(settings))
        for url in urls:
            fetcher.get(url)
        return fetcher.certificates


def test_a_connection_tells_from_when_until_when_its_certificate_is_valid(tmp_path: Path) -> None:
    authority = trustme.CA()
    begins = datetime.now(UTC).replace(microsecond=0) - timedelta(days=80)
    ends = begins + timedelta(days=90)
    leaf = authority.issue_cert("heron.example", "help.example.org", not_before=begins, not_after=ends)
    urls = (
        "https://help.example.org/",
        "https://heron.example/",
        "https://heron.example/gone",
        "http://heron.example/",
    )
    assert seen(tmp_path, leaf, authority, *urls) == tuple(
        Certificate(host=host, port=443, begins=begins, ends=ends) for host in ("help.example.org", "heron.example")
    )


def test_a_certificate_that_is_not_believed_tells_nothing(tmp_path: Path) -> None:
    assert seen(tmp_path, trustme.CA().issue_cert("heron.example"), trustme.CA(), "https://heron.example/") == ()


def decide(*certificates: Certificate, home: str = HOME) -> tuple[Finding, ...]:
    link = LinkEvidence(url=HELP, pages=(HOME,), page_count=1, probes=(Probe(url=HELP, method="GET", status=200),))
    evidence = Evidence(
        run_id="r",
        url=home,
        hosts=("www.heron.example",),
        started=NOW,
        finished=NOW,
        versions=Versions(sgaudit="0"),
        pages=(PageEvidence(url=home, final_url=home, status=200, title="Heron Mere", role=Role.home),),
        links=(link,),
        certificates=certificates,
    )
    return CERTIFICATES.decide(RULE, evidence, Registers()).findings


def certificate(days: float, host: str = "www.heron.example", lasts: int = 365) -> Certificate:
    ends = NOW + timedelta(days=days)
    return Certificate(host=host, begins=ends - timedelta(days=lasts), ends=ends)


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (21, "The certificate of www.heron.example ends in 21 days, on 15 December 2026; from then on browsers warn"),
        (1.5, "ends in 1 day, on 25 November 2026"),
        (0.5, "ends within a day, on 24 November 2026"),
        (-1, "ended on 23 November 2026"),
    ],
)
def test_the_sites_own_certificate_that_runs_out_is_reported(days: float, says: str) -> None:
    (finding,) = decide(certificate(days))
    assert (finding.outcome, finding.severity, finding.page) == (Outcome.failed, Severity.moderate, HOME)
    assert says in finding.message


def test_one_that_lasts_longer_passes_and_the_first_to_end_is_named() -> None:
    (finding,) = decide(certificate(21.1), certificate(300, "help.example.org"))
    assert finding.outcome is Outcome.passed
    assert finding.message == "2 certificates last more than 21 days; the first of them ends on 15 December 2026."


def test_that_of_a_linked_site_is_a_lesser_matter_and_says_where_the_link_is() -> None:
    own, other = decide(certificate(10, "help.example.org"), certificate(20))
    assert "www.heron.example" in own.message
    assert (other.outcome, other.severity) == (Outcome.failed, Severity.minor)
    assert "from then on the link to it on “Heron Mere” opens a warning" in other.message
    assert other.evidence[0].detail == "valid until 2026-12-04 03:00 UTC"


@pytest.mark.parametrize(
    ("lasts", "days", "severity"), [(45, 15, Severity.minor), (45, 9, Severity.moderate), (6, 3, Severity.minor)]
)
def test_a_short_lived_one_that_is_not_overdue_is_a_lesser_matter(lasts: int, days: int, severity: Severity) -> None:
    (finding,) = decide(certificate(days, lasts=lasts))
    assert (finding.outcome, finding.severity) == (Outcome.failed, severity)
    assert ("mostly renewed by itself" in finding.message) == (severity is Severity.minor)


def test_the_finding_keeps_its_identity_from_night_to_night() -> None:
    assert decide(certificate(20))[0].fingerprint == decide(certificate(12))[0].fingerprint


def test_where_no_certificate_was_seen_nothing_passes() -> None:
    assert [one.outcome for one in decide()] == [Outcome.untested]
    assert [one.outcome for one in decide(home="http://www.heron.example/")] == [Outcome.inapplicable]
