"""Addresses are read as browsers read them, and one page has one address."""

from __future__ import annotations

import pytest

from sgaudit.crawl.addresses import Site, file_kind, resolve, trimmed, words_of

BASE = "https://www.school.example/about/us.html?x=1"
HERE = "https://www.school.example"


@pytest.mark.parametrize(
    ("raw", "url", "fragment"),
    [
        ("/parents", f"{HERE}/parents", ""),
        ("staff.html#head", f"{HERE}/about/staff.html", "head"),
        ("#top", BASE, "top"),
        ("?x=2", f"{HERE}/about/us.html?x=2", ""),
        ("../../up", f"{HERE}/up", ""),
        ("/a/./b/../c/", f"{HERE}/a/c/", ""),
        ("/a/%2e%2E/b", f"{HERE}/b", ""),
        ("/a//b", f"{HERE}/a//b", ""),
        ("/x?", f"{HERE}/x", ""),
        (" /a b\n/c ", f"{HERE}/a%20b/c", ""),
        ("/caf\u00e9?q=\u00fc", f"{HERE}/caf%C3%A9?q=%C3%BC", ""),
        ("/%7Ehead/%2fx", f"{HERE}/~head/%2Fx", ""),
        ("/?b=2&a=1", f"{HERE}/?b=2&a=1", ""),
        ("/100%", f"{HERE}/100%", ""),
        ("//cdn.example/x.js", "https://cdn.example/x.js", ""),
        ("\\\\cdn.example\\x", "https://cdn.example/x", ""),
        ("HTTP://WWW.School.Example:80", "http://www.school.example/", ""),
        ("https://www.school.example:443/a", f"{HERE}/a", ""),
        ("https://www.school.example:8443/a", f"{HERE}:8443/a", ""),
        ("http:\\\\x.example\\y", "http://x.example/y", ""),
        ("https:///x.example/y", "https://x.example/y", ""),
        ("https://x.example./", "https://x.example/", ""),
        ("https://ysgol-c\u0175m.example/", "https://xn--ysgol-cm-h2b.example/", ""),
        ("https://www.ceop.police.uk@evil.example/", "https://www.ceop.police.uk@evil.example/", ""),
        ("www.ceop.police.uk", f"{HERE}/about/www.ceop.police.uk", ""),
        ("mailto:Office@School.example?subject=Hi#x", "mailto:Office@School.example?subject=Hi#x", ""),
        ("TEL:01632 960140", "tel:01632 960140", ""),
        ("java\nscript:alert(1)", "javascript:alert(1)", ""),
        ("http://", "http://", ""),
        ("http://[broken", "http://[broken", ""),
        ("https://two words.example/", "https://two words.example/", ""),
        ("http://x.example:99999/", "http://x.example:99999/", ""),
    ],
)
def test_an_address_is_read_as_a_browser_reads_it(raw: str, url: str, fragment: str) -> None:
    assert resolve(BASE, raw) == (url, fragment)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("/a?utm_source=x&id=3&fbclid=y", "/a?id=3"),
        ("/a?UTM_Medium=email", "/a"),
        ("/a?PHPSESSID=0123abc", "/a"),
        ("/a;jsessionid=9F3A?id=3", "/a?id=3"),
        ("/(S(abcdefghij0123456789abcd))/a", "/a"),
        ("/a?sid=4f9a2c71", "/a"),
        ("/a?sid=12", "/a?sid=12"),
        ("/a?b=2&a=1&&", "/a?b=2&a=1"),
        ("/a?page=2", "/a?page=2"),
    ],
)
def test_what_only_marks_a_visit_makes_no_page_of_its_own(given: str, kept: str) -> None:
    assert trimmed(f"{HERE}{given}") == f"{HERE}{kept}"


def test_a_site_knows_its_other_names() -> None:
    site = Site("http://school.example")
    assert site.hosts == ("school.example", "www.school.example")
    assert site.owns("https://www.school.example/a")
    assert not site.owns("https://learning.school.example/a")
    assert not site.owns("http://school.example:8080/a")
    assert not site.owns("mailto:office@school.example")
    assert site.page("https://www.school.example/a?utm_campaign=x") == "http://school.example/a"
    site.adopt("https://www.alderbrook.example/home/")
    assert site.hosts == ("school.example", "www.school.example", "www.alderbrook.example", "alderbrook.example")
    assert site.page("http://school.example/a") == "https://www.alderbrook.example/a"


def test_a_site_on_a_port_of_its_own_has_no_other() -> None:
    site = Site("http://127.0.0.1:8080/")
    assert site.hosts == ("127.0.0.1",)
    assert site.owns("http://127.0.0.1:8080/a")
    assert not site.owns("http://127.0.0.1/a")
    assert not site.owns("http://127.0.0.1:9090/a")


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        (f"{HERE}/policy.PDF?v=2", "document"),
        (f"{HERE}/logo.svg#x", "img"),
        (f"{HERE}/f.woff2", "font"),
        (f"{HERE}/film.mp4", "file"),
        (f"{HERE}/index.php", ""),
        (f"{HERE}/a.html", ""),
        ("https://www.gov.uk", ""),
    ],
)
def test_an_ending_says_what_kind_of_file_is_promised(url: str, kind: str) -> None:
    assert file_kind(url) == kind


def test_an_address_is_read_for_its_words() -> None:
    assert words_of(f"{HERE}/web/reporting_online_abuse/521742") == ["web", "reporting online abuse"]
    assert words_of(f"{HERE}/page/?title=Online+Safety&pid=12") == ["page", "Online Safety"]
    assert words_of(f"{HERE}/e-safety.aspx") == ["e safety"]
