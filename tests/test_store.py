"""A run's folder appears whole or not at all, and evidence comes back as it went in."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sgaudit import store
from sgaudit.model.evidence import Evidence, PageEvidence, Skipped, Versions
from sgaudit.model.outcome import Role

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def evidence() -> Evidence:
    page = PageEvidence(url="http://school.example/", final_url="http://school.example/", title="<b>Näme</b>")
    return Evidence(
        run_id="r",
        url="http://school.example",
        started=NOW,
        finished=NOW,
        versions=Versions(sgaudit="0"),
        pages=(page,),
        skipped=(Skipped(url="x", reason="y"),),
        settings={"select": ["links"], "max_pages": 3, "robots": True},
    )


def test_a_run_is_hidden_until_it_is_finished(tmp_path: Path) -> None:
    run = store.RunFolder(tmp_path, "http://school.example:8080/x", NOW)
    run.write("report.html", "<p>é</p>")
    assert [path.name for path in (tmp_path / "school.example-8080").iterdir() if not path.name.startswith(".")] == []
    final = run.finish()
    assert final == tmp_path / "school.example-8080" / "2026-03-04T050607Z"
    assert (final / "report.html").read_text("utf-8") == "<p>é</p>"
    assert (tmp_path / "school.example-8080" / "latest").resolve() == final.resolve()


def test_two_runs_in_one_second_do_not_meet(tmp_path: Path) -> None:
    first, second = (store.RunFolder(tmp_path, "http://school.example", NOW) for _ in range(2))
    first.write("a", "1")
    second.write("a", "2")
    assert {first.finish().name, second.finish().name} == {"2026-03-04T050607Z", "2026-03-04T050607Z-2"}
    assert (tmp_path / "school.example" / "latest" / "a").read_text() == "2"


def test_a_discarded_run_leaves_nothing(tmp_path: Path) -> None:
    store.RunFolder(tmp_path, "http://school.example", NOW).discard()
    assert list((tmp_path / "school.example").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    in_the_way = tmp_path / "reports"
    in_the_way.write_text("a file")
    with pytest.raises(store.StoreError, match="choose a folder you may write to"):
        store.RunFolder(in_the_way, "http://school.example", NOW)


def test_a_failed_write_leaves_the_old_file_whole(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    store.write_atomically(target, "old")
    (tmp_path / ".report.json.partial").mkdir()
    with pytest.raises((store.StoreError, OSError)):
        store.write_atomically(target, "new")
    assert target.read_text() == "old"


def test_evidence_comes_back_as_it_went_in_and_packs_the_same(tmp_path: Path) -> None:
    run = store.RunFolder(tmp_path, "http://school.example", NOW)
    packed = store.pack_evidence(evidence())
    run.write(store.EVIDENCE_FILE, packed)
    final = run.finish()
    assert store.load_evidence(final) == evidence()
    assert packed == store.pack_evidence(evidence())


def test_a_run_is_found_by_folder_by_report_and_by_site(tmp_path: Path) -> None:
    run = store.RunFolder(tmp_path, "http://school.example", NOW)
    run.write(store.EVIDENCE_FILE, store.pack_evidence(evidence()))
    run.write("report.html", "")
    final = run.finish()
    assert store.find_run(final) == final
    assert store.find_run(final / "report.html") == final
    assert store.find_run(tmp_path / "school.example").resolve() == final.resolve()
    with pytest.raises(store.StoreError, match="give the folder of a finished run"):
        store.find_run(tmp_path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"not gzip", "cannot be read"),
        (gzip.compress(b"{}", mtime=0), "run_id: Field required"),
        (gzip.compress(b"{", mtime=0)[:-4], "cannot be read"),
        (gzip.compress(b"{", mtime=0)[:10] + b"\xff" * 20, "cannot be read"),
    ],
)
def test_broken_evidence_is_one_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / store.EVIDENCE_FILE).write_bytes(content)
    with pytest.raises(store.StoreError, match=says):
        store.load_evidence(tmp_path)


def test_half_characters_from_a_hostile_script_are_replaced_before_anything_leans_on_them() -> None:
    page = PageEvidence(url="http://school.example/", final_url="", title="T\ud800", headings=("ok", "\udc00"))
    later = page.model_copy(update={"reason": "R\ud800"})
    assert (page.title, page.headings, later.reason) == ("T�", ("ok", "�"), "R�")
    store.pack_evidence(evidence().model_copy(update={"pages": (page, later)}))


def test_a_role_given_to_a_copy_stays_a_role() -> None:
    page = PageEvidence(url="http://s.example/", final_url="http://s.example/")
    assert page.model_copy(update={"role": Role.sample}).role is Role.sample
