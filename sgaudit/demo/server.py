"""The demo's servers on loopback: one without and one with TLS, answering for every host of the demo by its name."""

from __future__ import annotations

import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from sgaudit.config import Config, Resolve
from sgaudit.demo.pages import SCHOOL_HOST, school, stand_ins
from sgaudit.loopback import ADDRESS, Answer, Authority, Server


class DemoSchool:
    """The demo school and stand-ins for the sites it links to, on ports of this machine while the context lasts.

    With `fixed` the repaired twin is served. Nothing outside this machine is asked or can be reached through it.
    """

    def __init__(self, *, fixed: bool = False) -> None:
        self._school = school(fixed=fixed)
        self._others = stand_ins()
        self._stack = ExitStack()
        self._plain_port = self._tls_port = 0
        self._bundle = Path()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sgaudit-demo-")))
            authority = Authority(self._others.hosts)
            self._bundle = folder / "demo-certificates.pem"
            self._bundle.write_bytes(authority.bundle)
            self._plain_port = stack.enter_context(Server(self._plain)).server_port
            self._tls_port = stack.enter_context(Server(self._secure, authority.context)).server_port
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def local_url(self) -> str:
        """The school's home page for a browser on this machine."""
        return f"http://{ADDRESS}:{self._plain_port}/"

    def config(self, output: Path) -> Config:
        """How to audit the school: by its own name, cut off from everything but the demo's own hosts."""
        names = (SCHOOL_HOST, SCHOOL_HOST.removeprefix("www."))
        mapped = [(host, 80, self._plain_port) for host in (*names, *self._others.hosts)]
        mapped += [(host, 443, self._tls_port) for host in self._others.hosts]
        return Config(
            url=f"http://{SCHOOL_HOST}/",
            output=output,
            isolated=True,
            resolve=tuple(
                Resolve(host=host, port=port, address=ADDRESS, to_port=to_port) for host, port, to_port in mapped
            ),
            ca_bundle=self._bundle,
            accessibility_pages="all",
            max_pages=60,
            connect_timeout=5,
            request_timeout=10,
            retries=1,
            retry_wait=0,
            vantage="inside",
            deadline=900,
        )

    def wait(self) -> None:
        """Serve until the process is told to end."""
        threading.Event().wait()

    def _plain(self, host: str, target: str) -> Answer:
        if host in self._others.hosts:
            return Answer(301, location=f"https://{host}{target}")
        if host == SCHOOL_HOST.removeprefix("www."):
            return Answer(301, location=f"http://{SCHOOL_HOST}{target}")
        return self._school.answer(urlsplit(target).path)

    def _secure(self, host: str, target: str) -> Answer:
        if host in self._others.refusing:
            return Answer(403, b"<!doctype html><title>Forbidden</title><p>Programs are turned away here.</p>")
        if host in self._others.moved:
            moved = self._others.moved[host]
            return Answer(301, location=moved if moved.endswith("/") else f"{moved}{target}")
        site = self._others.sites.get(host)
        return site.answer(urlsplit(target).path) if site else Answer(421)
