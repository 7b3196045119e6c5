"""Whether files that a page was made of are still the same: by HEAD, and read only where that says nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b

from sgaudit.config import Config
from sgaudit.fetch import Fetched, Fetcher
from sgaudit.model.evidence import Probe
from sgaudit.progress import Stop

MOST = 1_000
"""Files that are asked about in one run."""

_LARGEST = 1_000_000
_GONE = (404, 410)


def witness(
    config: Config,
    fetcher: Fetcher,
    stop: Stop,
    urls: Iterable[str],
    forbids: Callable[[str], str],
    heads: dict[str, Probe],
) -> dict[str, str]:
    """The version of each of `urls`: equal on two nights when it was the same file, empty when that cannot be told.

    `forbids` says why an address is not to be asked for. What was asked for in this run already is not asked again, and
    good answers join `heads`, so that nobody else need ask either.
    """

    def version(url: str) -> str:
        if forbids(url) or stop.reason:
            return ""
        return fetcher.versions.get(url) or _of_headers(fetcher, url, heads) or _of_body(fetcher, url)

    wanted = list(dict.fromkeys(urls))
    with ThreadPoolExecutor(config.connections, thread_name_prefix="witness") as pool:
        found = dict(zip(wanted[:MOST], pool.map(version, wanted[:MOST]), strict=True))
    return found | dict.fromkeys(wanted[MOST:], "")


def _of_headers(fetcher: Fetcher, url: str, heads: dict[str, Probe]) -> str:
    probe = fetcher.head(url, retries=0).probe
    if probe.status == 200 and probe.trouble is None and not probe.challenge:
        heads[url] = probe
    # That something is missing is worth knowing too: it may come back.
    return str(probe.status) if probe.status in _GONE else fetcher.versions.get(url, "")


def _of_body(fetcher: Fetcher, url: str) -> str:
    fetched: Fetched = fetcher.get(url, max_bytes=_LARGEST, retries=0)
    probe = fetched.probe
    if probe.status in _GONE:
        return str(probe.status)
    if probe.trouble is not None or probe.status != 200 or probe.challenge:
        return ""
    return f"{probe.final_url} {blake2b(fetched.body, digest_size=16).hexdigest()}"
