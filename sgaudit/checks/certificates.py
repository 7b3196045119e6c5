"""How long the certificates of the site, and of the sites it links to, are still valid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sgaudit.checks.interface import Check, Need, Options, finding
from sgaudit.checks.places import Places
from sgaudit.model.evidence import Certificate, Evidence
from sgaudit.model.outcome import Outcome, Severity
from sgaudit.model.report import Decided, EvidenceItem, Finding
from sgaudit.model.words import counted
from sgaudit.register import Registers, host_of
from sgaudit.rules import Rule


class CertificateOptions(Options):
    """`days`: a certificate that ends within so many days of the run's start is reported."""

    days: int = 21


def _decide(rule: Rule, evidence: Evidence, _: Registers) -> Decided:
    options = CertificateOptions.model_validate(rule.options)
    # A preview's own certificate is made for the moment and says nothing of the live site's.
    own = evidence.hosts if evidence.settings.get("serve") else ()
    shown = [one for one in evidence.certificates if one.host not in own]
    if not shown:
        return Decided(findings=(_none(rule, evidence),))
    soon = evidence.started + timedelta(days=options.days)
    near = [one for one in shown if one.ends <= soon]
    findings = list(_near(rule, evidence, near))
    if fine := len(shown) - len(near):
        hosts = counted(fine, "certificate lasts", "certificates last")
        first = min(one.ends for one in shown if one.ends > soon)
        message = f"{hosts} more than {options.days} days; the first of them ends on {_day(first)}."
        findings.append(finding(rule, evidence.url, Outcome.passed, message, what="fine", fix=()))
    return Decided(findings=tuple(findings))


def _none(rule: Rule, evidence: Evidence) -> Finding:
    if evidence.settings.get("serve"):
        message = "The pages were served from a folder, so there was no certificate to look at."
        return finding(rule, evidence.url, Outcome.inapplicable, message)
    read = [page.final_url or page.url for page in evidence.pages if page.status is not None]
    if any(url.lower().startswith("https:") for url in read):
        message = "The site's certificate could not be looked at, so nothing is known of how long it lasts."
        return finding(rule, evidence.url, Outcome.untested, message)
    return finding(rule, evidence.url, Outcome.inapplicable, "No secure connection was made, so there is none.")


def _near(rule: Rule, evidence: Evidence, near: Sequence[Certificate]) -> Iterator[Finding]:
    """One finding a host, the site's own first: those of others a school can only ask about."""
    places = Places(evidence)
    own = frozenset(evidence.hosts)
    for one in sorted(near, key=lambda one: (one.host not in own, one.ends, one.host)):
        name = one.host if one.port == 443 else f"{one.host}:{one.port}"
        pages = [page for link in evidence.links if host_of(link.url) == one.host for page in link.pages]
        message = f"The certificate of {name} {_when(evidence.started, one.ends)}"
        severity = rule.severity
        if one.host in own:
            message += "; from then on browsers warn people off this site."
        else:
            linked = places.on(tuple(dict.fromkeys(pages))) if pages else "on this site"
            message += f"; from then on the link to it {linked} opens a warning unless it is renewed."
            severity = Severity.minor
        if _renews_itself(evidence.started, one):
            days = round((one.ends - (one.begins or one.ends)) / timedelta(days=1))
            message += f" It is of a kind made for {counted(days, 'day')}, which is mostly renewed by itself."
            severity = Severity.minor
        until = f"valid until {one.ends:%Y-%m-%d %H:%M} UTC"
        item = EvidenceItem(kind="certificate", url=f"https://{name}/", detail=until)
        # What is found is that it runs out; its day is new with every renewal.
        yield places.once(rule, pages, Outcome.failed, message, item, what=name, severity=severity)


def _renews_itself(started: datetime, one: Certificate) -> bool:
    """Whether it is a short-lived one that is not overdue: those are renewed with about a third of their time left."""
    return one.begins is not None and one.ends > started and (one.ends - started) > (one.ends - one.begins) / 4


def _when(started: datetime, ends: datetime) -> str:
    days = (ends - started).days
    if ends <= started:
        return f"ended on {_day(ends)}"
    within = "within a day" if days < 1 else f"in {counted(days, 'day')}"
    return f"ends {within}, on {_day(ends)}"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


CERTIFICATES = Check(options=CertificateOptions, decide=_decide, needs=frozenset({Need.crawl, Need.links}))
