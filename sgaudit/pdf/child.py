"""The only door to pypdf, run as a program: a PDF on standard input, what it holds as JSON on standard output.

Arguments: seconds, bytes of memory, links at most. A hostile file can keep a parser busy for days or have it fill all
memory, so this process bounds itself where the system allows it, and the one that starts it ends it by the clock.
"""

from __future__ import annotations

import io
import json
import logging
import sys
import time
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, WrongPasswordError

_MOST_PAGES = 1_000
_MOST_ANNOTATIONS = 10_000
_LONGEST = 2_000


def main(seconds: int, memory: int, most: int) -> None:
    """Read, and say what was found; whatever happens is one of the words of DocumentSeen.problem."""
    logging.disable(logging.CRITICAL)
    _bound(seconds, memory)
    found: dict[str, Any] = {"pages": 0, "links": [], "problem": ""}
    try:
        _read(sys.stdin.buffer.read(), time.monotonic() + seconds, most, found)
    except (DependencyError, FileNotDecryptedError, WrongPasswordError):
        found["problem"] = "password"
    except (MemoryError, RecursionError):
        found["problem"] = "limits"
    except Exception:  # noqa: BLE001 - a file that upsets the parser in whatever way is a damaged one
        found["problem"] = "damaged"
    sys.stdout.write(json.dumps(found))


def _bound(seconds: int, memory: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds + 2)):
        hardest = resource.getrlimit(what)[1]
        try:
            resource.setrlimit(what, (most, hardest))
        except (ValueError, OSError):  # some systems do not let this one be set
            continue


def _read(body: bytes, ends: float, most: int, found: dict[str, Any]) -> None:
    reader = PdfReader(io.BytesIO(body), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        found["problem"] = "password"
        return
    links: dict[str, None] = {}
    annotations = 0
    for number, page in enumerate(reader.pages, 1):
        if number > _MOST_PAGES:
            found["problem"] = "limits"
            break
        found["pages"] = number
        for uri in _named_by(page):
            annotations += 1
            if annotations > _MOST_ANNOTATIONS or len(links) > most or time.monotonic() > ends:
                found["problem"] = "limits"
                found["links"] = list(links)[:most]
                return
            if uri:
                links[uri[:_LONGEST]] = None
    found["links"] = list(links)[:most]
    if not found["pages"]:
        found["problem"] = "no-pages"


def _named_by(page: Any) -> Iterator[str]:
    """The address of each annotation of a page, empty for one that names none."""
    annotations = _whole(page.get("/Annots"))
    for one in annotations if isinstance(annotations, list) else []:
        action = _whole(_part(_whole(one), "/A"))
        uri = _whole(_part(action, "/URI"))
        if isinstance(uri, bytes):
            uri = uri.decode("utf-8", "replace")
        yield "".join(str(uri).split()) if isinstance(uri, str) else ""


def _part(thing: Any, key: str) -> Any:
    return thing.get(key) if isinstance(thing, dict) else None


def _whole(thing: Any) -> Any:
    return thing.get_object() if hasattr(thing, "get_object") else thing


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
