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
    answer_names,
    config,
    dripping,
    fetching,
    forward,
    get,
    in_turn,
    named,
    plain,
    raw,
    silent,
    without_proxy,
)

from sgaudit.fetch import Fetcher
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

    def test_a_machine_that_many_hosts_share_gets_no_more_at_once_than_one_host(
        self, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names = [f"school{number}.example" for number in range(8)]
        answer_names(monkeypatch, {name: ["127.0.0.1"] for name in names})
        lock, at_once, most = threading.Lock(), [0], [0]

        def slowly(request: Request, say: Say) -> None:
            with lock:
                at_once[0] += 1
                most[0] = max(most[0], at_once[0])
            request.over.wait(0.02)
            with lock:
                at_once[0] -= 1
            plain(PAGE)(request, say)

        wire.answers["/"] = slowly
        settings = config(wire.url, connections=16, connections_per_host=2)
        with fetching(settings) as fetcher, ThreadPoolExecutor(16) as pool:
            urls = [f"http://{name}:{wire.port}/?{number}" for name in names for number in range(4)]
            probes = [one.probe for one in pool.map(fetcher.get, urls)]
        assert {probe.status for probe in probes} == {200}
        assert most[0] <= 2

    def test_machines_of_their_own_do_not_wait_for_each_other(self) -> None:
        with Wire().serving() as first, Wire().serving() as second:
            met = threading.Barrier(2, timeout=10)

            def together(request: Request, say: Say) -> None:
                met.wait()
                plain(PAGE)(request, say)

            first.answers["/"] = second.answers["/"] = together
            urls = (first.url, second.url.replace("127.0.0.1", "localhost"))
            with fetching(config(first.url, connections_per_host=1)) as fetcher, ThreadPoolExecutor(2) as pool:
                probes = [one.probe for one in pool.map(fetcher.get, urls)]
        assert {probe.status for probe in probes} == {200}


class TestPace:
    def test_a_pause_is_kept_between_requests_and_only_where_it_was_asked_for(self, wire: Wire) -> None:
        wire.answers["/"] = plain(PAGE)
        waits: list[float] = []

        class Watched(Stop):
            def wait(self, seconds: float) -> bool:
                waits.append(seconds)
                return False

        with fetching(config(wire.url), Watched(600)) as fetcher:
            fetcher.get(wire.url)
            assert not waits
            fetcher.pace(["127.0.0.1"], 20)
            assert [fetcher.get(f"{wire.url}/?{number}").probe.status for number in range(3)] == [200] * 3
            fetcher.get(wire.url.replace("127.0.0.1", "localhost"))
        assert [round(one, -1) for one in waits] == [20, 40, 60]

    def test_what_would_come_too_late_is_not_asked(self, wire: Wire) -> None:
        with fetching(config(wire.url), Stop(50)) as fetcher:
            fetcher.pace(["127.0.0.1"], 60)
            probe = fetcher.head(wire.url).probe
        assert (probe.trouble, wire.connections) == (Trouble.budget, 0)
        assert probe.message.startswith("127.0.0.1 wants 60 seconds between requests")


class TestBudget:
    def test_redirects_and_second_tries_count_and_then_nothing_is_asked(self, wire: Wire) -> None:
        wire.answers |= {"/old": forward("/"), "/": plain(PAGE), "/busy": plain(status="503 Busy", Retry_After="0")}
        with fetching(config(wire.url, max_requests=4, retries=1)) as fetcher:
            assert fetcher.get(wire.url + "/old").probe.status == 200
            assert fetcher.get(wire.url + "/busy").probe.status == 503
            assert not fetcher.spent
            probe = fetcher.get(wire.url + "/").probe
            assert fetcher.spent
        assert (len(wire.requests), probe.trouble, probe.status) == (4, Trouble.budget, None)
        assert probe.message == (
            "The 4 requests that this audit may make (max_requests) had been made before this one's turn came."
        )

    def test_a_forward_that_can_no_longer_be_followed_keeps_its_way(self, wire: Wire) -> None:
        wire.answers |= {"/old": forward("/"), "/": plain(PAGE)}
        probe = get(wire, "/old", max_requests=1).probe
        assert (probe.trouble, [hop.status for hop in probe.trail]) == (Trouble.budget, [302])

    def test_hosts_of_the_reporting_route_are_asked_from_a_reserve_that_ends_too(
        self, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sgaudit.fetch.budget.RESERVE", 2)
        wire.answers["/"] = plain(PAGE)
        settings = named(wire, "school.example", "www.ceop.police.uk", max_requests=1)
        with Fetcher(settings, Stop(), {"www.ceop.police.uk"}) as fetcher:
            hosts = ("school.example", "school.example", *["www.ceop.police.uk"] * 3)
            probes = [fetcher.get(f"http://{host}/").probe for host in hosts]
        assert [probe.status for probe in probes] == [200, None, 200, 200, None]

    def test_many_threads_never_make_more_than_allowed(self, wire: Wire) -> None:
        wire.answers["/"] = plain(PAGE)
        with fetching(config(wire.url, max_requests=25)) as fetcher, ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: fetcher.get(f"{wire.url}/?{number}"), range(60)))
        assert len(wire.requests) == 25


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
