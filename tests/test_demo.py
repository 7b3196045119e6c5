"""The demo school: its pages hang together, its twin is whole, and an audit finds what was planted and nothing else."""

from __future__ import annotations

import re
import ssl
import urllib.request
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import yaml

from sgaudit.demo import DemoSchool
from sgaudit.demo.pages import FAULTS, SCHOOL_HOST, Answer, Site, planted, school, stand_ins
from sgaudit.model.report import Finding, Report

HOME = f"http://{SCHOOL_HOST}/"
LISTED = yaml.safe_load(FAULTS.read_text("utf-8"))["faults"]


def addresses(page: str, body: bytes) -> Iterator[str]:
    """Everything a page links to or shows."""
    for found in re.finditer(r'\b(?:href|src)="([^"]*)"', body.decode()):
        yield urljoin(page, found[1])


def links_of(site: Site) -> dict[str, set[str]]:
    """Web addresses linked anywhere on the site, with the paths of the pages that hold them."""
    held: dict[str, set[str]] = {}
    for path, answer in site.answers.items():
        if answer.content_type.startswith("text/html") and answer.status == 200:
            for url in addresses(urljoin(HOME, path), answer.body):
                if url.startswith("http"):
                    held.setdefault(url, set()).add(path)
    return held


def answered(site: Site, url: str) -> Answer:
    """What the demo's internet answers at `url` in the end; 0 where no host of that name is."""
    others = stand_ins()
    for _ in range(6):
        parts = urlsplit(url)
        host = parts.hostname or ""
        if host == SCHOOL_HOST:
            answer = site.answer(parts.path)
        elif host in others.sites:
            answer = others.sites[host].answer(parts.path)
        elif host in others.moved:
            target = others.moved[host]
            answer = Answer(301, location=target if target.endswith("/") else f"{target}{parts.path}")
        else:
            return Answer(403 if host in others.refusing else 0)
        if not answer.location:
            return answer
        url = urljoin(url, answer.location)
    raise AssertionError(f"{url} goes round in circles")


def test_every_planted_fault_is_listed_and_every_listed_one_is_planted() -> None:
    ids = [fault["id"] for fault in LISTED]
    assert {name for name, _ in planted()} == set(ids)
    assert len(ids) == len(set(ids)) >= 20


def test_no_mark_of_a_fault_is_served() -> None:
    for fixed in (False, True):
        for path, answer in school(fixed=fixed).answers.items():
            assert b"[[" not in answer.body, path
            assert b"{{" not in answer.body, path


@pytest.mark.parametrize("fault", LISTED, ids=lambda fault: fault["id"])
def test_a_fault_names_pages_that_are_there(fault: dict) -> None:
    site = school(fixed=False)
    pages = [one["page"] for one in fault.get("findings", ()) if "page" in one] + fault.get("axe", {}).get("pages", [])
    assert [path for path in pages if site.answer(path).status != 200] == []
    assert fault.get("findings") or fault.get("axe"), "a fault that no finding names would not be missed"


def test_every_link_of_the_repaired_twin_works() -> None:
    site = school(fixed=True)
    dead = {url: answered(site, url).status for url in links_of(site) if answered(site, url).status != 200}
    assert dead == {}


def test_every_fragment_of_the_repaired_twin_is_there() -> None:
    site = school(fixed=True)
    asked = [urlsplit(url) for url in links_of(site) if "#" in url]
    assert asked
    for parts in asked:
        assert f'id="{parts.fragment}"'.encode() in answered(site, parts.geturl()).body


def test_links_of_the_flawed_school_fail_only_where_it_is_planted() -> None:
    site = school(fixed=False)
    dead = {url for url in links_of(site) if answered(site, url).status != 200}
    listed = {fault["link"] for fault in LISTED if "link" in fault}
    working_but_wrong = {
        "https://ceop-police-report.example/",
        "https://www.seagull-sailing.example/",
        "https://www.rockpool-trust.example/schools/",
    }
    assert dead == listed - working_but_wrong


def test_every_stand_in_says_that_it_is_one() -> None:
    for host, site in stand_ins().sites.items():
        for answer in (*site.answers.values(), site.missing):
            assert f"Stand-in for {host}".encode() in answer.body


def test_pictures_and_documents_are_what_they_claim_to_be() -> None:
    answers = school(fixed=True).answers
    for path, answer in answers.items():
        if path.endswith(".pdf"):
            xref = int(re.search(rb"startxref\n(\d+)\n%%EOF\n$", answer.body)[1])
            assert answer.body.startswith(b"%PDF-")
            assert answer.body[xref:].startswith(b"xref")
        elif path.endswith(".svg"):
            assert answer.content_type == "image/svg+xml"
            assert answer.body.startswith(b"<svg ")


def ask(demo: DemoSchool, host: str, path: str, *, secure: bool = False, method: str = "GET") -> tuple[int, str, bytes]:
    """One request to the demo by the name of a host: status, where it forwards to, body."""
    config = demo.config(Path("unused"))
    port = next(one.to_port for one in config.resolve if one.host == host and one.port == (443 if secure else 80))
    connection: HTTPConnection
    if secure:
        context = ssl.create_default_context(cafile=str(config.ca_bundle))
        connection = HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
        context.check_hostname = False
    else:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers={"Host": host})
    answer = connection.getresponse()
    said = answer.status, answer.getheader("Location") or "", answer.read()
    connection.close()
    return said


def test_the_servers_answer_by_the_name_of_the_host() -> None:
    with DemoSchool() as demo:
        assert b"A small school beside the sea" in urllib.request.urlopen(demo.local_url, timeout=10).read()
        assert ask(demo, SCHOOL_HOST, "/nowhere/")[0] == 404
        assert ask(demo, SCHOOL_HOST, "/about")[:2] == (301, "/about/")
        assert ask(demo, SCHOOL_HOST, "/about/", method="HEAD") == (200, "", b"")
        assert ask(demo, "harbourlane.example", "/about/?a=1")[:2] == (301, f"http://{SCHOOL_HOST}/about/?a=1")
        assert ask(demo, "www.ceop.police.uk", "/Safety-Centre/")[1] == "https://www.ceop.police.uk/Safety-Centre/"
        status, _, body = ask(demo, "www.ceop.police.uk", "/SAFETY-centre", secure=True)
        assert (status, body) == (301, b"")
        assert b"CEOP Safety Centre" in ask(demo, "www.ceop.police.uk", "/safety-centre/", secure=True)[2]
        moved = ask(demo, "ceop.police.uk", "/ceop-reporting/", secure=True)
        assert moved[1] == "https://www.ceop.police.uk/ceop-reporting/"
        assert ask(demo, "www.northquay-council.example", "/online-safety/", secure=True)[0] == 403


def test_the_certificate_is_not_trusted_without_the_bundle_and_leaves_nothing_behind() -> None:
    with DemoSchool() as demo:
        bundle = demo.config(Path("unused")).ca_bundle
        assert bundle is not None
        context = ssl.create_default_context(cafile=str(bundle))
        tls = next(one for one in demo.config(Path("unused")).resolve if one.port == 443)
        with ssl.create_connection(("127.0.0.1", tls.to_port), timeout=10) as raw:
            with context.wrap_socket(raw, server_hostname=tls.host) as secured:
                assert secured.getpeercert()
        with ssl.create_connection(("127.0.0.1", tls.to_port), timeout=10) as raw:
            with pytest.raises(ssl.SSLCertVerificationError):
                ssl.create_default_context().wrap_socket(raw, server_hostname=tls.host)
    assert not bundle.exists()
    with pytest.raises(ConnectionRefusedError):
        ssl.create_connection(("127.0.0.1", tls.to_port), timeout=10)


def audited(tmp: Path, *, fixed: bool) -> Report:
    """The report of the whole audit, browser and all."""
    from sgaudit.audit import audit_site, rule_pack

    with DemoSchool(fixed=fixed) as demo:
        _, report = audit_site(demo.config(tmp), rule_pack(), tmp)
    return report


def path_of(url: str) -> str:
    return urlsplit(url).path


def not_fine(report: Report) -> list[Finding]:
    """Findings that ask somebody to do or look at something."""
    return [finding for finding in report.findings if finding.outcome in ("failed", "cantTell", "untested")]


def told(finding: Finding) -> str:
    return f"{finding.rule} {finding.outcome} {path_of(finding.page)} {finding.message}"


def fits(finding: Finding, expected: dict) -> bool:
    return (
        finding.rule == expected["rule"]
        and finding.outcome == expected["outcome"]
        and ("page" not in expected or path_of(finding.page) == expected["page"])
        and expected["says"] in finding.message
    )


def readings(report: Report) -> dict[str, str]:
    """How the page that explains reporting is read, by statement."""
    return {row.statement: row.reading for row in report.statements if path_of(row.page).endswith("online-abuse/")}


def seen_by_engine(report: Report) -> Counter[tuple[str, str, str]]:
    return Counter((row.rule, row.outcome, path_of(page)) for row in report.accessibility for page in row.pages)


# One test an audit: an audit takes a minute, and tests of one module may run in several processes.
def test_an_audit_of_the_flawed_school_finds_what_is_planted_and_claims_nothing_else(tmp_path: Path) -> None:
    report = audited(tmp_path, fixed=False)
    assert (report.verdict.level, report.run.exit_code, report.run.incomplete_reasons, report.errors) == (
        "fail",
        1,
        (),
        (),
    )
    expected = [(fault["id"], one) for fault in LISTED for one in fault.get("findings", ())]
    found = [finding for finding in not_fine(report) if not finding.rule.startswith("accessibility-")]
    engine = Counter(
        (fault["axe"]["rule"], "failed", page) for fault in LISTED if "axe" in fault for page in fault["axe"]["pages"]
    )
    assert {
        "missed": [name for name, one in expected if not any(fits(finding, one) for finding in found)],
        "ambiguous": [name for name, one in expected if sum(fits(finding, one) for finding in found) > 1],
        "claimed": [told(finding) for finding in found if not any(fits(finding, one) for _, one in expected)],
        "missed by the engine": engine - seen_by_engine(report),
        "claimed by the engine": seen_by_engine(report) - engine,
        "not scanned": [told(finding) for finding in not_fine(report) if finding.outcome == "untested"],
    } == {
        "missed": [],
        "ambiguous": [],
        "claimed": [],
        "missed by the engine": Counter(),
        "claimed by the engine": Counter(),
        "not scanned": [],
    }
    planted_readings = {one["reading"]["statement"]: one["reading"]["is"] for one in LISTED if "reading" in one}
    read = readings(report)
    assert len(read) == 16
    assert {name: reading for name, reading in read.items() if reading != "present"} == planted_readings
    assert {row.url for row in report.links if row.verdict != "working"} == {
        fault["link"] for fault in LISTED if "link" in fault
    }


def test_an_audit_of_the_repaired_twin_passes_every_rule(tmp_path: Path) -> None:
    report = audited(tmp_path, fixed=True)
    assert [told(finding) for finding in not_fine(report)] == []
    assert [(row.id, row.outcome) for row in report.rules if row.outcome != "passed"] == []
    assert (report.verdict.level, report.run.exit_code, report.run.incomplete_reasons, report.errors) == (
        "pass",
        0,
        (),
        (),
    )
    assert Counter(readings(report).values()) == {"present": 16}
    assert [row.url for row in report.links if row.verdict != "working"] == []
    buttons = [row for row in report.button if row.present]
    assert {path_of(row.page) for row in buttons} >= {
        "/safeguarding/",
        "/safeguarding/online-safety/",
        "/safeguarding/reporting-online-abuse/",
    }
    assert {row.click.landed_on.lower() for row in buttons} == {"https://www.ceop.police.uk/safety-centre/"}
