"""axe in every frame: what it finds is kept whole, what it could not enter is told, and a dead engine is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import odd_site
import pytest
from odd_site import Stand, page, stand

from sgaudit.browser import Browser
from sgaudit.config import Config, Resolve
from sgaudit.engines import make_engine
from sgaudit.engines.axe import axe_source
from sgaudit.model.evidence import AxeNode, Scan, Trouble
from sgaudit.model.outcome import Role
from sgaudit.progress import Stop
from sgaudit.register import Registers

FAULTY = "<main><img src='data:,'><button></button></main>"
OVER_PICTURE = "background-image:url(data:image/gif;base64,R0lGODlhAQABAAAAACw=)"
ENGINE_PAGES = {
    "in-same-site-frame": page('<iframe title="A" src="/faulty"></iframe>'),
    "in-other-site-frame": page('<iframe title="A" src="{other}/faulty"></iframe>'),
    "in-frame-of-frame": page('<iframe title="A" src="{other}/in-same-site-frame"></iframe>'),
    "faulty": page(FAULTY, title="Faulty"),
    "in-shadow": page(
        "<div id=host></div><script>host.attachShadow({mode: 'open'}).innerHTML = '<p><img src=data:,></p>'</script>"
    ),
    "frame-in-shadow": page(
        "<div id=host></div><script>host.attachShadow({mode: 'open'}).innerHTML ="
        " '<iframe title=A src=/faulty></iframe>'</script>"
    ),
    "hidden-frame": page('<iframe title="A" src="/faulty" style="display:none"></iframe>'),
    "frame-refused": page('<iframe title="A" src="http://closed.example/"></iframe>'),
    "frame-that-hangs": page('<iframe title="A" src="{other}/loop-after-load"></iframe><img src="data:,">'),
    "small-targets": page("".join(f"<a href='#{n}' style='font-size:8px'>{n}</a>" for n in range(3))),
    "over-pictures": page(f"<div style='{OVER_PICTURE}'>" + "<p style='color:#888'>Pale words</p>" * 3 + "</div>"),
    "six-hundred": page("<main>" + "<img src='data:,'>" * 600 + "</main>"),
    "strict-policy": page(FAULTY, head="<meta http-equiv='Content-Security-Policy' content=\"script-src 'none'\">"),
    "spoils-scripts": page(
        FAULTY,
        head="<script>Array.prototype.toJSON = () => 'x'; Array.prototype.map = null; JSON.stringify = () => '{}';"
        "window.axe = {run() { return {violations: []} }, runPartial: 1, version: '0'}</script>",
    ),
    "good": '<!doctype html><html lang="en"><title>Good</title><body><main><h1>Good</h1></main></body></html>',
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(odd_site, "PAGES", {**odd_site.PAGES, **ENGINE_PAGES})
        with stand(tmp_path_factory.mktemp("site")) as made:
            yield made


def config_for(place: Stand) -> Config:
    mapped = tuple(Resolve.parse(text) for text in place.resolve)
    return Config(url=place.url, resolve=mapped, isolated=True, page_timeout=8)


@pytest.fixture(scope="module")
def browser(place: Stand, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    folder = tmp_path_factory.mktemp("run")
    with Browser(config_for(place), Registers(), Stop(), folder, make_engine()) as opened:
        yield opened


def scanned(browser: Browser, place: Stand, path: str) -> Scan:
    """The scan at desktop width; that at phone width must have gone as well."""
    seen = browser.look(f"{place.url}/{path}", Role.sample, press=False, scan=True)
    assert seen.trouble is None, seen.message
    first, second = (view.scan for view in seen.views)
    assert first is not None
    assert second is not None
    assert (first.trouble, second.trouble) == (None, None), first.message
    return first


def nodes(scan: Scan, rule: str, outcome: str = "failed") -> list[AxeNode]:
    return [node for one in scan.results if (one.rule, one.outcome) == (rule, outcome) for node in one.nodes]


@pytest.mark.parametrize(
    ("path", "frame"),
    [
        ("faulty", ""),
        ("strict-policy", ""),
        ("spoils-scripts", ""),
        ("in-same-site-frame", "{url}/faulty"),
        ("in-other-site-frame", "{other}/faulty"),
        ("in-frame-of-frame", "{other}/faulty"),
        ("frame-in-shadow", "{url}/faulty"),
    ],
)
def test_faults_are_found_wherever_they_stand(path: str, frame: str, browser: Browser, place: Stand) -> None:
    scan = scanned(browser, place, path)
    address = frame.format(url=place.url, other=place.site.other)
    for rule in ("image-alt", "button-name"):
        assert [(node.frame, node.selector) for node in nodes(scan, rule)] == [
            (address, "img" if rule == "image-alt" else "button")
        ]
    assert scan.untested_frames == ()
    assert scan.tested_frames == {"in-frame-of-frame": 2}.get(path, 1 if frame else 0)
    assert scan.passes > 5


def test_steps_into_a_shadow_root_are_written_as_the_evidence_writes_them(browser: Browser, place: Stand) -> None:
    assert [node.selector for node in nodes(scanned(browser, place, "in-shadow"), "image-alt")] == ["#host >> img"]


def test_a_frame_that_nobody_sees_is_not_judged(browser: Browser, place: Stand) -> None:
    scan = scanned(browser, place, "hidden-frame")
    assert (nodes(scan, "image-alt"), scan.tested_frames, scan.untested_frames) == ([], 0, ())


@pytest.mark.parametrize(
    ("path", "says"), [("frame-refused", "did not load"), ("frame-that-hangs", "could not be run in the frame")]
)
def test_a_frame_that_cannot_be_entered_is_told_and_costs_only_itself(
    path: str, says: str, browser: Browser, place: Stand
) -> None:
    scan = scanned(browser, place, path)
    (frame,) = scan.untested_frames
    assert not frame.read
    assert frame.selector == "iframe"
    assert says in frame.reason
    assert scan.passes > 5
    assert bool(nodes(scan, "image-alt")) is (path == "frame-that-hangs")


def test_small_targets_are_judged(browser: Browser, place: Stand) -> None:
    scan = scanned(browser, place, "small-targets")
    assert len(nodes(scan, "target-size")) == 3
    (result,) = [one for one in scan.results if one.rule == "target-size"]
    assert "wcag22aa" in result.tags


def test_what_the_engine_could_not_decide_is_kept_whole(browser: Browser, place: Stand) -> None:
    assert len(nodes(scanned(browser, place, "over-pictures"), "color-contrast", "cantTell")) == 3


def test_no_more_than_five_hundred_elements_are_kept_and_it_is_said(browser: Browser, place: Stand) -> None:
    scan = scanned(browser, place, "six-hundred")
    assert len(nodes(scan, "image-alt")) == 500
    assert scan.message == "image-alt was found on 600 elements, of which the first 500 are kept."


def test_a_node_says_what_a_person_needs(browser: Browser, place: Stand) -> None:
    (node,) = nodes(scanned(browser, place, "faulty"), "image-alt")
    assert node.html.startswith("<img")
    assert node.impact == "critical"
    assert "alt" in node.summary
    (result,) = [one for one in scanned(browser, place, "faulty").results if one.rule == "image-alt"]
    assert "wcag111" in result.tags
    assert result.help_url.startswith("https://")


def test_a_good_page_has_passes_and_no_results(browser: Browser, place: Stand) -> None:
    scan = scanned(browser, place, "good")
    assert [one.rule for one in scan.results if one.outcome == "failed"] == []
    assert scan.passes > 5


def test_the_canary_sings(browser: Browser) -> None:
    canary = browser.canary()
    assert (canary.alive, canary.message, canary.engine) == (True, "", "axe-core")
    assert canary.version == make_engine().version != ""


def engine_script(folder: Path, text: str) -> Path:
    path = folder / "axe.min.js"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("/*! axe v9.9.9 */ globalThis.axe = {}", "axe could not run"),
        ("this is no script", "axe could not run"),
        (
            "globalThis.axe = {utils: {getFrameContexts: () => []}, runPartial: async () => ({frames: []}), finishRun:"
            " async () => ({testEngine: {version: '9'}, passes: [], violations: [], incomplete: []})}",
            "did not find 6 of 6 planted faults",
        ),
        ("globalThis.axe = {utils: {}, runPartial: () => 0}; while (true) {}", "did not finish"),
    ],
)
def test_an_engine_that_finds_nothing_is_not_alive(
    script: str, says: str, place: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sgaudit.browser.canary._SECONDS", 3.0)
    engine = make_engine(engine_script(tmp_path, script))
    with Browser(config_for(place), Registers(), Stop(), tmp_path, engine) as opened:
        canary = opened.canary()
        assert not canary.alive
        assert says in canary.message
        assert opened.look(f"{place.url}/plain", Role.home, press=False, scan=False).trouble is None


def test_a_scan_that_never_ends_is_given_up_and_nothing_is_concluded_from_it(place: Stand, tmp_path: Path) -> None:
    script = "globalThis.axe = {utils: {getFrameContexts: () => []}, runPartial: () => new Promise(() => 0)}"
    config = config_for(place)
    engine = make_engine(engine_script(tmp_path, script))
    with Browser(config, Registers(), Stop(), tmp_path, engine) as opened:
        opened._desks[0].looker._scan_seconds = 1.5
        seen = opened.look(f"{place.url}/good", Role.home, press=False, scan=True)
        assert [view.scan.trouble for view in seen.views if view.scan] == [Trouble.timeout, Trouble.timeout]
        assert all(view.scan.results == () for view in seen.views if view.scan)


def test_the_bindings_script_is_read_as_utf_8() -> None:
    assert "axe v" in axe_source()[:200]
    assert not {"â€", "Ã"} & {axe_source()[at : at + 2] for at in range(4000)}
    axe_source().encode("utf-8")
