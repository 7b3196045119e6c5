"""One run at a time for a site's folder: a lock that the system itself lets go when its holder dies.

The lock is on the open file, not on its being there, so a killed run leaves nothing that keeps the next night out. The
file stays, and holds who has it, for whoever comes second.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sgaudit.model.clock import london

FILE = ".sgaudit.lock"
_FAR = 1 << 30  # Windows keeps others from reading what is locked, so the lock lies far behind the text
_HELD = frozenset({errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK, getattr(errno, "EDEADLOCK", 0)})
_LONGEST = 1000


class LockHeld(Exception):
    """Another run is at work in that folder. The message is one sentence that says which, and since when."""


@contextmanager
def alone(folder: Path) -> Iterator[str]:
    """Be the only run in `folder` while the block lasts; yields what is worth noting, else nothing.

    Worth noting is a run before that died, and a file system that keeps no locks: then there is none. Raises LockHeld,
    and OSError where the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
    try:
        if missing := _locked(file, folder):
            yield f"{path}: no lock can be had there ({missing}), so two audits could overlap."
            return
        before = _holder(file) if os.fstat(file).st_size else ""
        _write(file, {"pid": os.getpid(), "host": socket.gethostname(), "since": datetime.now(UTC).isoformat()})
        try:
            yield f"{folder}: {before} was ended before it was finished; this one takes its place." if before else ""
        finally:
            _write(file, None)
    finally:
        os.close(file)


def _locked(file: int, folder: Path) -> str:
    """Take the lock. Returns why there is none to be had; raises LockHeld when another has it."""
    try:
        _lock(file)
    except OSError as error:
        if error.errno in _HELD:
            raise LockHeld(f"{folder}: {_holder(file)} is at work there; nothing was audited") from None
        return error.strerror or type(error).__name__
    return ""


def _holder(file: int) -> str:
    """Who wrote themselves down as the holder, in words."""
    os.lseek(file, 0, os.SEEK_SET)
    try:
        said = json.loads(os.read(file, _LONGEST))
        since = london(datetime.fromisoformat(said["since"]))
        return f"an audit begun {since:%Y-%m-%d %H:%M} (process {int(said['pid'])} on {said['host']})"
    except (ValueError, KeyError, TypeError, OSError):
        return "another audit"


def _write(file: int, holder: dict[str, str | int] | None) -> None:
    os.ftruncate(file, 0)
    os.lseek(file, 0, os.SEEK_SET)
    if holder:
        os.write(file, json.dumps(holder).encode("utf-8"))


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        os.lseek(file, _FAR, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
