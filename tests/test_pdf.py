"""PDFs of strangers: what they link to is found, and nothing they hold can hang, fill or crash the audit."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.annotations import Link
from pypdf.generic import ArrayObject, NameObject, NumberObject

from sgaudit import pdf
from sgaudit.pdf import read_pdf

OLD, NEW = "http://www.thinkuknow.co.uk/", "https://www.ceop.police.uk/Safety-Centre/"


def written(*uris: str, pages: int = 1, password: str | None = None) -> bytes:
    """A PDF whose last page links to `uris`. A password of "" protects it from changes only."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    for uri in uris:
        writer.add_annotation(pages - 1, Link(rect=(0, 0, 9, 9), url=uri))
    if password is not None:
        writer.encrypt(password, "the owner's own", algorithm="AES-256")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def test_the_links_of_every_page_are_found_once() -> None:
    seen = read_pdf(written(OLD, NEW, OLD, pages=3))
    assert (seen.pages, seen.links, seen.problem, seen.message) == (3, (OLD, NEW), "", "")


def test_one_that_only_forbids_changes_is_read() -> None:
    assert read_pdf(written(OLD, password="")).links == (OLD,)


def test_links_are_bounded_and_what_was_found_is_kept() -> None:
    seen = read_pdf(written(*(f"{NEW}?{number}" for number in range(pdf.MOST_LINKS + 20))))
    assert (len(seen.links), seen.problem) == (pdf.MOST_LINKS, "limits")


def circle() -> bytes:
    """Pages that hold themselves."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[2 0 R]>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF\n"
    )


def bomb() -> bytes:
    """A table of objects that unpacks to two gigabytes."""
    packing = zlib.compressobj(9)
    packed = b"".join(packing.compress(bytes(1_000_000)) for _ in range(2_000)) + packing.flush()
    head = f"1 0 obj<</Type/XRef/Size 9/W[1 2 1]/Root 2 0 R/Filter/FlateDecode/Length {len(packed)}>>stream\n"
    return b"%PDF-1.5\n" + head.encode() + packed + b"\nendstream endobj\nstartxref\n9\n%%EOF\n"


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        (b"", {"not-a-pdf"}),
        (b"PK\x03\x04 a word file", {"not-a-pdf"}),
        (b"\n<!DOCTYPE html><title>Gone</title>", {"web-page"}),
        (b"<html><title>Gone</title>", {"web-page"}),
        (written(OLD)[:300], {"damaged"}),
        (b"%PDF-1.7\n" + b"\0" * 5_000, {"damaged"}),
        (b"%PDF-1.4\n1 0 obj " + b"[" * 100_000 + b"\ntrailer<</Root 1 0 R>>\n%%EOF", {"damaged", "limits"}),
        (circle(), {"damaged", "limits", "no-pages"}),
        (written(pages=0), {"no-pages"}),
        (written(OLD, password="secret"), {"password"}),
    ],
    ids=["nothing", "word", "page", "page without doctype", "cut off", "zeros", "deep", "circle", "empty", "password"],
)
def test_what_cannot_be_read_is_a_verdict_with_a_reason(body: bytes, problems: set[str]) -> None:
    seen = read_pdf(body)
    assert seen.problem in problems
    assert seen.message
    assert seen.links == ()


def test_a_file_that_unpacks_without_end_is_given_up() -> None:
    assert read_pdf(bomb()).problem in ("damaged", "limits")


def test_what_is_no_link_is_passed_over() -> None:
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    writer.add_annotation(0, Link(rect=(0, 0, 9, 9), url=NEW))
    page[NameObject("/Annots")].append(NumberObject(7))
    writer.add_blank_page(200, 200)[NameObject("/Annots")] = NumberObject(7)
    writer.add_blank_page(200, 200)[NameObject("/Annots")] = ArrayObject([ArrayObject()])
    target = io.BytesIO()
    writer.write(target)
    assert read_pdf(target.getvalue()).links == (NEW,)


@pytest.mark.parametrize(
    ("child", "problem"),
    [
        ("while True: pass", "limits"),
        ("import os; os.abort()", "limits"),
        ("raise SystemExit(3)", "damaged"),
        ("print('[1')", "damaged"),
        ("print('[]')", "damaged"),
    ],
    ids=["never ends", "is killed", "fails", "says nonsense", "says something else"],
)
def test_whatever_the_reading_process_does_ends_in_a_verdict(
    child: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "child.py"
    script.write_text(f"import sys; sys.stdin.buffer.read()\n{child}\n")
    monkeypatch.setattr(pdf, "_CHILD", script)
    monkeypatch.setattr(pdf, "_GRACE", 0)
    assert read_pdf(written(OLD), seconds=1).problem == problem
