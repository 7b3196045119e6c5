"""A folder of static files, audited as the site it will be: served on this machine under the live site's own name."""

from __future__ import annotations

import mimetypes
import os
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from sgaudit.config import Config, ConfigError, Resolve
from sgaudit.loopback import ADDRESS, HTML, Answer, Authority, Server

MOST_FILES = 100_000
_PORTS = {"http": 80, "https": 443}
# Not asked of the system: Windows calls a script what its registry says, and then browsers do not run it.
_TYPES = mimetypes.MimeTypes()
_OFFICE = "application/vnd.openxmlformats-officedocument."
_NEWER = {
    ".avif": "image/avif", ".docx": f"{_OFFICE}wordprocessingml.document", ".ico": "image/x-icon",
    ".js": "text/javascript", ".map": "application/json", ".md": "text/markdown", ".mjs": "text/javascript",
    ".otf": "font/otf", ".pptx": f"{_OFFICE}presentationml.presentation", ".ttf": "font/ttf",
    ".wasm": "application/wasm", ".webmanifest": "application/manifest+json", ".webp": "image/webp",
    ".woff": "font/woff", ".woff2": "font/woff2", ".xlsx": f"{_OFFICE}spreadsheetml.sheet", ".xml": "application/xml",
}  # fmt: skip
_TEXTS = ("text/", "application/json", "application/xml", "application/manifest+json", "image/svg+xml")


class Folder:
    """The files of a folder by the addresses they are served at, below `base`.

    What is served is decided when the folder is read: no address can lead out of it. Left out are names that begin
    with a dot, but for .well-known, and links that lead out of the folder. As on static hosts, `index.html` is its
    folder's page, `about.html` also answers as `about`, and `404.html` is said to whoever asks for what is not there.
    Raises ConfigError.
    """

    def __init__(self, root: Path, base: str = "/") -> None:
        self._base = base
        self._files = dict(_files(root))
        if not any(name.endswith((".html", ".htm")) for name in self._files):
            raise ConfigError(f"--serve {root}: holds no .html file; name the folder that the built site is in")

    def answer(self, target: str) -> Answer:
        """The answer to a request for `target`, an address without its host."""
        asked, _, query = target.partition("?")
        path = unicodedata.normalize("NFC", unquote(asked))
        if f"{path}/" == self._base:
            return self._moved(self._base, query)
        if path.startswith(self._base):
            name = path.removeprefix(self._base)
            for candidate in (f"{name}index.html",) if name.endswith("/") or not name else (name, f"{name}.html"):
                if candidate in self._files:
                    return Answer(200, content_type=kind(candidate), file=self._files[candidate])
            if name and f"{name}/index.html" in self._files:
                return self._moved(f"{path}/", query)
        missing = self._files.get("404.html")
        return Answer(404, b"<!doctype html><title>Not found</title><h1>Not found</h1>" * (not missing), file=missing)

    def _moved(self, path: str, query: str) -> Answer:
        # A path that began with two slashes would lead to another host.
        return Answer(301, location=f"/{quote(path.lstrip('/'))}{f'?{query}' if query else ''}")


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    inside = root.resolve()
    number = 0
    for folder, folders, names in os.walk(inside):
        folders[:] = [name for name in folders if not name.startswith(".") or name == ".well-known"]
        for name in names:
            path = Path(folder, name)
            if name.startswith(".") or not path.is_file() or not path.resolve().is_relative_to(inside):
                continue
            number += 1
            if number > MOST_FILES:
                raise ConfigError(f"--serve {root}: holds more than {MOST_FILES:,} files; name the built site's folder")
            yield unicodedata.normalize("NFC", path.relative_to(inside).as_posix()), path


def kind(name: str) -> str:
    """The Content-Type of a file by the ending of its name; text is UTF-8."""
    ending = Path(name).suffix.lower()
    if ending in (".html", ".htm"):
        return HTML
    found = _NEWER.get(ending) or _TYPES.guess_type(f"x{ending}", strict=False)[0] or "application/octet-stream"
    return f"{found}; charset=utf-8" if found.startswith(_TEXTS) else found


@contextmanager
def served(config: Config) -> Iterator[Config]:
    """`config` with the folder of `serve` served under the site's own name; as it is where there is none to serve.

    Links to the live site, with and without www, lead to the folder as well. All other names mean what they always
    mean. Raises ConfigError.
    """
    if config.serve is None:
        yield config
        return
    parts = urlsplit(config.url)
    host, scheme = (parts.hostname or "").lower(), parts.scheme.lower()
    port = parts.port or _PORTS[scheme]
    names = dict.fromkeys((host, host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"))
    folder = Folder(config.serve, parts.path.rpartition("/")[0] + "/")
    origin = f"{scheme}://{parts.netloc}"

    def itself(name: str, target: str) -> Answer:
        if name not in names:
            return Answer(421)
        return folder.answer(target) if name == host else Answer(301, location=f"{origin}{target}")

    def elsewhere(name: str, target: str) -> Answer:
        return Answer(301, location=f"{origin}{target}") if name in names else Answer(421)

    with ExitStack() as stack:
        changes: dict[str, object] = {}
        if scheme == "https":
            authority = Authority(tuple(names))
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sgaudit-preview-")))
            changes["ca_bundle"] = place / "certificates.pem"
            (place / "certificates.pem").write_bytes(authority.bundle + _own(config.ca_bundle))
            ports = {port: stack.enter_context(Server(itself, authority.context)).server_port}
            ports.setdefault(80, stack.enter_context(Server(elsewhere)).server_port)
        else:
            ports = {port: stack.enter_context(Server(itself)).server_port}
        ours = [Resolve(host=name, port=one, address=ADDRESS, to_port=ports[one]) for name in names for one in ports]
        taken = {(one.host, one.port) for one in ours}
        others = [one for one in config.resolve if (one.host, one.port) not in taken]
        yield config.model_copy(update={**changes, "resolve": (*ours, *others)})


def _own(bundle: Path | None) -> bytes:
    """The certificates that were trusted already."""
    return b"\n" + bundle.read_bytes() if bundle is not None else b""
