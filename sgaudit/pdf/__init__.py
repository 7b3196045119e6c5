"""What a stranger's PDF holds: read by a process of its own, which may hang, grow or crash without harm."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

from sgaudit.model.evidence import DocumentSeen

MOST_LINKS = 500
_CHILD = Path(__file__).parent / "child.py"
_SECONDS = 15
_MEMORY = 1_000_000_000  # bytes of address space, where the system lets a process be bounded
_GRACE = 5  # seconds in which the process starts and, past its time, says what it has
_AT_ONCE = threading.Semaphore(2)
_SAID = {
    "web-page": "a web page comes in place of the document",
    "not-a-pdf": "what comes is not a PDF, although it is called one",
    "no-pages": "the PDF has no pages",
    "damaged": "the PDF is damaged, as far as a program can tell",
    "password": "the PDF asks for a password",
    "limits": "the PDF is too large or too intricate to be read to its end",
}


def read_pdf(body: bytes, *, seconds: float = _SECONDS) -> DocumentSeen:
    """Pages and links of the PDF in `body`. Never raises for what it holds; whatever keeps it from being read is said.

    Takes `seconds` at most, besides the start of a process.
    """
    start = body[:1024].lstrip()
    if b"%PDF-" not in start:
        is_page = start[:15].lower().startswith((b"<!doctype html", b"<html"))
        return _problem("web-page" if is_page else "not-a-pdf")
    # By its path and with -P, so that neither this package nor the working folder is imported there.
    command = [sys.executable, "-P", str(_CHILD), str(int(seconds) or 1), str(_MEMORY), str(MOST_LINKS)]
    try:
        with _AT_ONCE:
            done = subprocess.run(command, input=body, capture_output=True, timeout=seconds + _GRACE, check=False)
    except subprocess.TimeoutExpired:
        return _problem("limits")
    except OSError as error:
        return DocumentSeen(problem="unread", message=f"no process could be started to read it ({error.strerror})")
    try:
        said = json.loads(done.stdout)
        seen = DocumentSeen(pages=said["pages"], links=tuple(said["links"]), problem=said["problem"])
    except (ValueError, KeyError, TypeError):
        # Killed for its time or memory, or crashed.
        return _problem("limits" if done.returncode < 0 else "damaged")
    return seen.model_copy(update={"message": _SAID.get(seen.problem, "")})


def unread(message: str) -> DocumentSeen:
    """A PDF that was not read; `message` says why, as a clause or a sentence."""
    return DocumentSeen(problem="unread", message=message.rstrip("."))


def too_large() -> DocumentSeen:
    """A PDF that is larger than is read."""
    return _problem("limits")


def _problem(word: str) -> DocumentSeen:
    return DocumentSeen(problem=word, message=_SAID[word])
