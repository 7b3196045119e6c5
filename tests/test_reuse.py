"""When a look of an earlier night may stand for tonight's: only on proof that everything it was made of is the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from test_memory import aged
from test_nights import packed

from sgaudit.config import Config
from sgaudit.memory import Memory
from sgaudit.model.evidence import Box, Certificate, Control, LinkEvidence, Probe, RenderedPage, Scan, Trouble, View
from sgaudit.model.outcome import Role
from sgaudit.reuse import Reuse, ground_of, settings_of

URL = "http://www.school.example/news"
CSS, LOGO = "http://www.school.example/site.css", "http://cdn.example/logo.png"
FILES = {CSS: "etag 1", LOGO: "modified Tue"}
CONDITIONS = ("Chromium", "156", "4.12", (1280, 375), True, True)
BOX = Box(x=0, y=0, width=10, height=10)


def seen(**more: object) -> RenderedPage:
    view = View(width=1280, height=800, screenshot="evidence/news-1280.jpg", scan=Scan(engine="axe-core", passes=40))
    given = {"url": URL, "final_url": URL, "role": Role.sample, "status": 200, "views": (view,), "loads": tuple(FILES)}
    return RenderedPage.model_validate(given | more)


class Nights:
    """One page, looked at on one night and perhaps known on the next."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "memory.db"
        self.folder = folder
        (folder / "evidence").mkdir()
        self.number = 0

    def _memory(self) -> Memory:
        self.number += 1
        return Memory(self.path, str(self.number), "ground")

    def _reuse(self, memory: Memory, **more: object) -> Reuse:
        now = datetime.now(UTC) + timedelta(seconds=1)
        return Reuse(memory, packed((), (), (), ()), now, self.folder, fresh=False, **more)  # type: ignore[arg-type]

    def look(self, page: RenderedPage, files: Mapping[str, str] = FILES, html: str = "html") -> None:
        with self._memory() as memory:
            reuse = self._reuse(memory)
            reuse.looks([(page.url, page.role)], {URL: html}, CONDITIONS, lambda _: {})
            (self.folder / "evidence/news-1280.jpg").write_bytes(b"a picture")
            reuse.keep_look(page)
            reuse.witness([page], lambda urls: {url: files[url] for url in urls})
            memory.end()
        (self.folder / "evidence/news-1280.jpg").unlink()

    def known(
        self,
        files: Mapping[str, str] = FILES,
        html: str = "html",
        conditions: tuple[object, ...] = CONDITIONS,
        role: Role = Role.sample,
    ) -> RenderedPage | None:
        def tell(urls: Iterable[str]) -> Mapping[str, str]:
            return {url: files.get(url, "") for url in urls}

        with self._memory() as memory:
            return self._reuse(memory).looks([(URL, role)], {URL: html}, conditions, tell).get(URL)


def test_a_look_at_a_page_that_is_still_made_of_the_same_stands_with_the_day_it_was(tmp_path: Path) -> None:
    night = Nights(tmp_path)
    night.look(seen())
    known = night.known()
    assert known is not None and known.seen_at is not None
    assert known.model_copy(update={"seen_at": None}) == seen()
    assert (tmp_path / "evidence/news-1280.jpg").read_bytes() == b"a picture"


@pytest.mark.parametrize(
    "change",
    [
        {"files": FILES | {CSS: "etag 2"}},
        {"files": FILES | {LOGO: ""}},
        {"files": {CSS: "etag 1"}},
        {"html": "other html"},
        {"html": ""},
        {"conditions": ("Chromium", "157", *CONDITIONS[2:])},
        {"conditions": (*CONDITIONS[:2], "4.13", *CONDITIONS[3:])},
        {"conditions": (*CONDITIONS[:3], (1280, 320), *CONDITIONS[4:])},
        {"role": Role.safeguarding},
        {"role": Role.home},
    ],
    ids=lambda change: str(next(iter(change.items())))[:60],
)
def test_whatever_is_not_the_same_or_cannot_be_told_makes_a_new_look(tmp_path: Path, change: dict[str, object]) -> None:
    night = Nights(tmp_path)
    night.look(seen())
    assert night.known(**change) is None  # type: ignore[arg-type]
    assert night.known() is not None, "and that is because of this change alone"


BUTTON = Control(selector="a", tag="a", box=BOX, route_clues=("official-address",))


@pytest.mark.parametrize(
    "page",
    [
        seen(role=Role.safeguarding),
        seen(role=Role.home),
        seen(loads=None),
        seen(final_url="http://www.school.example/elsewhere"),
        seen(status=503),
        seen(trouble=Trouble.timeout),
        seen(views=(View(width=1280, height=800, scan=Scan(engine="axe-core", trouble=Trouble.timeout)),)),
        seen(views=(View(width=1280, height=800, controls=(BUTTON,)),)),
    ],
    ids=["safeguarding", "home", "not all told", "moved", "error", "trouble", "scan", "button"],
)
def test_a_look_that_must_be_taken_every_night_is_not_kept_for_another(tmp_path: Path, page: RenderedPage) -> None:
    night = Nights(tmp_path)
    night.look(page)
    assert night.known() is None


def test_a_file_of_which_nothing_can_be_told_makes_a_look_that_does_not_stand(tmp_path: Path) -> None:
    night = Nights(tmp_path)
    night.look(seen(), FILES | {LOGO: ""})
    assert night.known() is None


def test_a_look_does_not_stand_for_longer_than_seven_days_nor_without_its_pictures(tmp_path: Path) -> None:
    night = Nights(tmp_path)
    night.look(seen())
    aged(night.path, days=3.9)
    assert night.known() is not None
    aged(night.path, days=3.1)
    assert night.known() is None
    night.look(seen())
    with Memory(night.path, "x", "ground") as memory:
        memory.keep("picture", "evidence/news-1280.jpg", b"")
        memory.end()
    assert night.known() is None


def test_a_certificate_that_runs_out_soon_is_looked_at_every_night(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    link = LinkEvidence(url="https://club.example/", kinds=("a",))
    answer = Probe(url=link.url, method="GET", status=200, final_url=link.url)
    night = Nights(tmp_path)
    for days, stands in ((80, True), (29, False)):
        ends = Certificate(host="club.example", ends=now + timedelta(days=days))
        others = Certificate(host="other.example", ends=now + timedelta(days=1))
        with night._memory() as memory:
            night._reuse(memory).keep_link(link.url, [answer], None, [ends, others])
            memory.make_ready("link", [link.url])
            memory.end()
        with night._memory() as memory:
            (known,), shown = night._reuse(memory).links([link], frozenset())
        assert bool(known.probes) is stands
        assert [(one.host, one.seen_at is not None) for one in shown] == ([("club.example", True)] if stands else [])


def test_other_servers_other_names_and_other_versions_are_other_ground(monkeypatch: pytest.MonkeyPatch) -> None:
    live = Config(url="https://www.school.example")
    staging = live.model_copy(update={"resolve": Config.model_validate({
        "url": "https://www.school.example",
        "resolve": [{"host": "www.school.example", "port": 443, "address": "10.0.0.5", "to_port": 443}],
    }).resolve})  # fmt: skip
    other = [staging, live.model_copy(update={"user_agent": "Other"}), Config(url="https://other.example")]
    assert len({ground_of(one) for one in (live, *other)}) == 4
    same = live.model_copy(update={"max_pages": 5, "deadline": 10.0})
    assert ground_of(same) == ground_of(live)
    pack = packed((), (), (), ())
    assert settings_of(live, pack) == settings_of(live.model_copy(update={"deadline": 10.0, "resume": True}), pack)
    assert settings_of(live, pack) != settings_of(same, pack)
