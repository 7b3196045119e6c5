"""How a fetch treats a host: few at once, patient when asked, no hammering, and an end when the audit ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from wire_stand import (
    PAGE,
    Answer,
    Request,
    Say,
    Wire,
    config,
    dripping,
    fetching,
    get,
    in_turn,
    plain,
    raw,
    silent,
    without_proxy,
)

from sgaudit.model.evidence import Trouble
from sgaudit.progress import Stop


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    without_proxy(monkeypatch)


@pytest.fixture
def wire() -> Iterator[Wire]:
    with Wire().serving() as served:
        yield served


class TestManners:
    def test_a_busy_host_is_asked_again_as_often_as_allowed(self, wire: Wire) -> None:
        busy = plain(status="503 Busy", Retry_After="0")
        wire.answers["/"] = in_turn(busy, plain(status="429 Slow down"), plain(PAGE))
        assert get(wire, retries=1).probe.status == 429
        wire.answers["/"] = in_turn(busy, plain(status="429 Slow down"), plain(PAGE))
        assert get(wire, retries=2).probe.status == 200

    def test_a_page_that_was_cut_off_is_asked_for_again(self, wire: Wire) -> None:
        wire.answers["/"] = in_turn(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<p>"), plain(PAGE))
        assert get(wire, retries=1).text == PAGE

    def test_a_definite_answer_is_not_asked_for_again(self, wire: Wire) -> None:
        for status in ("404 Gone missing", "403 No", "500 Broken", "200 OK"):
            wire.answers["/"] = plain(status=status)
            get(wire, retries=3)
        assert len(wire.requests) == 4

    def test_a_host_that_wants_to_be_left_alone_for_an_hour_is(self, wire: Wire) -> None:
        wire.answers["/"] = plain(status="429 Slow down", Retry_After="3600")
        with fetching(config(wire.url, retries=2)) as fetcher:
            first, second = fetcher.get(wire.url + "/"), fetcher.get(wire.url + "/other")
        assert len(wire.requests) == 1
        assert first.probe.status == 429
        assert (second.probe.trouble, second.probe.status) == (Trouble.blocked, None)
        assert "asked to be left alone" in second.probe.message

    def test_a_date_far_ahead_is_understood_as_well(self, wire: Wire) -> None:
        wire.answers["/"] = plain(status="429 Slow down", Retry_After="Fri, 31 Dec 2199 23:59:59 GMT")
        with fetching(config(wire.url)) as fetcher:
            fetcher.get(wire.url + "/")
            assert fetcher.get(wire.url + "/other").probe.trouble is Trouble.blocked

    def test_maintenance_of_one_page_does_not_close_the_host(self, wire: Wire) -> None:
        wire.answers |= {"/shop": plain(status="503 Maintenance", Retry_After="3600"), "/": plain(PAGE)}
        with fetching(config(wire.url)) as fetcher:
            assert [fetcher.get(wire.url + path).probe.status for path in ("/shop", "/")] == [503, 200]

    def test_a_host_gets_no_more_requests_at_once_than_its_share(self, wire: Wire) -> None:
        def slowly(request: Request, say: Say) -> None:
            request.over.wait(0.02)
            plain(PAGE)(request, say)

        wire.answers["/"] = slowly
        with fetching(config(wire.url, connections=8, connections_per_host=2)) as fetcher:
            with ThreadPoolExecutor(8) as pool:
                probes = [one.probe for one in pool.map(lambda n: fetcher.get(f"{wire.url}/?{n}"), range(24))]
        assert {probe.status for probe in probes} == {200}
        assert wire.most_at_once <= 2
        assert wire.connections <= 2

    @pytest.mark.parametrize("answer", [silent, dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x")], ids=["silent", "dripping"])
    def test_a_silent_host_is_given_up_and_later_tried_again(self, wire: Wire, answer: Answer) -> None:
        wire.answers["/"] = answer
        with fetching(config(wire.url, request_timeout=0.15)) as fetcher:
            probes = [fetcher.get(f"{wire.url}/?{number}").probe for number in range(6)]
            assert {probe.trouble for probe in probes} == {Trouble.timeout}
            assert ["not asked again" in probe.message for probe in probes] == [False] * 3 + [True] * 3
            assert len(wire.requests) <= 3
            fetcher.forgive()
            assert "not asked again" not in fetcher.get(wire.url).probe.message


class TestStopping:
    def test_nothing_is_asked_after_an_interruption(self, wire: Wire) -> None:
        stop = Stop()
        stop.interrupt()
        with fetching(config(wire.url), stop) as fetcher:
            probe = fetcher.get(wire.url).probe
        assert (probe.trouble, probe.message) == (Trouble.interrupted, stop.reason)
        assert not wire.requests

    def test_nothing_is_asked_after_the_deadline(self, wire: Wire) -> None:
        with fetching(config(wire.url), Stop(0)) as fetcher:
            assert fetcher.head(wire.url).probe.trouble is Trouble.budget

    def test_an_interruption_ends_a_wait_for_a_silent_server(self, wire: Wire) -> None:
        stop = Stop()

        def interrupting(request: Request, say: Say) -> None:
            stop.interrupt()
            silent(request, say)

        wire.answers["/"] = interrupting
        with fetching(config(wire.url, request_timeout=30), stop) as fetcher:
            assert fetcher.get(wire.url).probe.trouble is Trouble.interrupted

    def test_an_interruption_ends_a_wait_that_the_host_asked_for(self, wire: Wire) -> None:
        stop = Stop()

        def busy(request: Request, say: Say) -> None:
            plain(status="429 Slow down", Retry_After="50")(request, say)
            threading.Timer(0.05, stop.interrupt).start()

        # Not interrupted, it would last 50 seconds.
        wire.answers["/"] = busy
        with fetching(config(wire.url, retries=1), stop) as fetcher:
            assert fetcher.get(wire.url).probe.status == 429
