"""What earlier nights saw of one site, so that what has not changed need not be looked at in full again.

One SQLite file in the site's folder, and no more than a help: where it is missing, damaged or of another version, the
night is a first one. Rows are written in small transactions while the audit runs, so that an audit that is killed can
be resumed from them; the journal is the rollback one, as in the history and for its reasons. What a row says is checked
by whoever kept it; a row that cannot be read is no row.
"""

from __future__ import annotations

import sqlite3
import threading
import time
import zlib
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from sgaudit.model.kept import Kept

FILE = "memory.db"
OLDEST = timedelta(days=40)
"""Rows older than this are dropped: nothing may be reused for so long."""

MOST_BYTES = 100_000_000
"""The bodies of all rows together; the oldest beyond are dropped."""

LARGEST = 4_000_000
"""A body that packs to more than this is not kept."""

RESUMABLE = timedelta(hours=24)
"""How long after its beginning an audit that was stopped can be resumed."""

_OURS = 0x5347414D
_VERSION = 1
_PATIENCE = 30.0
_BATCH = 64
_SECONDS = 2.0
_SCHEMA = (
    "CREATE TABLE audit (id TEXT PRIMARY KEY, begun TEXT NOT NULL, settings TEXT NOT NULL, ended INTEGER NOT NULL)",
    "CREATE TABLE kept (kind TEXT NOT NULL, name TEXT NOT NULL, audit TEXT NOT NULL, seen TEXT NOT NULL, "
    "ground TEXT NOT NULL, ready INTEGER NOT NULL, mark TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (kind, name))",
)
_Row = tuple[str, str, str, str, str, int, str, bytes]


class Memory:
    """The file at `path`; a context manager. Safe for several threads, and for several audits at once.

    Nothing here raises for the file's sake: what goes wrong is said once in `problem`, and from then on nothing is
    known and nothing kept. `ground` says under which conditions things are seen; what was seen under others is not
    known. With `resume` the audit is the newest one that was begun with the same `settings` in the last 24 hours and
    not ended: `resumed` is its id, empty when there is none, and what it kept is there as seen tonight.
    """

    def __init__(self, path: Path, audit: str, ground: str, *, settings: str = "", resume: bool = False) -> None:
        self.path = path
        self.problem = ""
        self.resumed = ""
        self._audit = audit
        self._ground = ground
        self._settings = settings
        self._resume = resume
        self._lock = threading.RLock()
        self._waiting: dict[tuple[str, str], _Row] = {}
        self._flushed = time.monotonic()
        self._database: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        try:
            self._open()
        except (sqlite3.Error, OSError) as error:
            self._lost(error)
            if _is_damaged(error):
                self._begin_anew()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.flush()
        self._close()

    def find(self, kind: str, name: str) -> Kept | None:
        """What was kept of `name` and may be used: for good, or by the audit that is being resumed."""
        with self._lock:
            if self._database is None:
                return None
            try:
                row = self._database.execute(
                    "SELECT seen, audit, ready, mark, body FROM kept WHERE kind = ? AND name = ? AND ground = ?",
                    (kind, _text(name), self._ground),
                ).fetchone()
            except sqlite3.Error as error:
                self._lost(error)
                return None
        if row is None:
            return None
        seen, audit, ready, mark, body = row
        tonight = audit == self._audit
        if not (ready or tonight):
            return None
        try:
            return Kept(datetime.fromisoformat(seen), tonight, mark, zlib.decompress(body))
        except (ValueError, TypeError, zlib.error):
            return None

    def keep(self, kind: str, name: str, body: bytes, mark: str = "", *, ready: bool = False) -> None:
        """Keep what was seen of `name` just now. Until it is made `ready`, only this audit may use it."""
        packed = zlib.compress(body, 1)
        if len(packed) > LARGEST:
            return
        now = datetime.now(UTC).isoformat()
        name = _text(name)
        with self._lock:
            if self._database is None:
                return
            self._waiting[kind, name] = (
                kind, name, self._audit, now, self._ground, int(ready), _text(mark), packed,
            )  # fmt: skip
            if len(self._waiting) >= _BATCH or time.monotonic() - self._flushed > _SECONDS:
                self.flush()

    def make_all_ready(self, kind: str) -> None:
        """Say that later nights may use all of this kind that this audit kept."""
        change = "UPDATE kept SET ready = 1 WHERE kind = ? AND audit = ? AND ground = ?"
        self._change(change, [(kind, self._audit, self._ground)])

    def make_ready(self, kind: str, names: Iterable[str], *, ready: bool = True) -> None:
        """Say of `names` that later nights may use what is kept of them, or may not."""
        rows = [(int(ready), kind, _text(name), self._ground) for name in names]
        self._change("UPDATE kept SET ready = ? WHERE kind = ? AND name = ? AND ground = ?", rows)

    def mark(self, kind: str, name: str, mark: str) -> None:
        """Put another mark on what is kept of `name`, and make it ready."""
        change = "UPDATE kept SET ready = 1, mark = ? WHERE kind = ? AND name = ? AND ground = ?"
        self._change(change, [(_text(mark), kind, _text(name), self._ground)])

    def end(self) -> None:
        """The audit was finished: it cannot be resumed. Drops what only that was for, what is too old or too much."""
        oldest = (datetime.now(UTC) - OLDEST).isoformat()
        self._change("UPDATE audit SET ended = 1 WHERE id = ?", [(self._audit,)])
        self._change("DELETE FROM audit WHERE begun < ?", [(oldest,)])
        self._change("DELETE FROM kept WHERE seen < ? OR (ready = 0 AND audit = ?)", [(oldest, self._audit)])
        self._change(
            "DELETE FROM kept WHERE rowid IN (SELECT rowid FROM (SELECT rowid, SUM(LENGTH(body)) OVER "
            "(ORDER BY seen DESC, rowid DESC) AS total FROM kept) WHERE total > ?)",
            [(MOST_BYTES,)],
        )

    def flush(self) -> None:
        """Write what waits to be written."""
        with self._lock:
            rows, self._waiting = list(self._waiting.values()), {}
            self._flushed = time.monotonic()
            if rows:
                self._change("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def _change(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        """One transaction, whole or not at all."""
        with self._lock:
            if self._waiting:
                self.flush()
            if self._database is None:
                return
            try:
                self._database.execute("BEGIN IMMEDIATE")
                self._database.executemany(statement, rows)
                self._database.execute("COMMIT")
            except sqlite3.Error as error:
                self._lost(error)

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        self._database = database
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA auto_vacuum = FULL")
        database.execute("BEGIN IMMEDIATE")
        empty = not database.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
        if not empty and database.execute("PRAGMA application_id").fetchone()[0] != _OURS:
            raise sqlite3.DatabaseError("it is another program's")
        if database.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
            self._make(database)
        if self._resume:
            since = (datetime.now(UTC) - RESUMABLE).isoformat()
            found = database.execute(
                "SELECT id FROM audit WHERE settings = ? AND ended = 0 AND begun > ? ORDER BY begun DESC",
                (self._settings, since),
            ).fetchone()
            if found is not None:
                self.resumed = self._audit = found[0]
        database.execute(
            "INSERT OR IGNORE INTO audit VALUES (?, ?, ?, 0)",
            (self._audit, datetime.now(UTC).isoformat(), self._settings),
        )
        database.execute("COMMIT")

    @staticmethod
    def _make(database: sqlite3.Connection) -> None:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            database.execute(f'DROP TABLE "{name}"')  # our own, of another version
        for statement in _SCHEMA:
            database.execute(statement)
        database.execute(f"PRAGMA application_id = {_OURS}")
        database.execute(f"PRAGMA user_version = {_VERSION}")

    def _begin_anew(self) -> None:
        """An empty memory in the place of one that was damaged."""
        self.problem = ""
        try:
            self._open()
        except (sqlite3.Error, OSError) as error:
            self._lost(error)
        else:
            self.problem = f"{self.path}: was damaged and has been begun anew; everything was looked at in full"

    def _lost(self, error: Exception) -> None:
        self._waiting = {}
        self._close()
        self.problem = self.problem or f"{self.path}: {_said(error)}"
        if _is_damaged(error):
            with suppress(OSError):  # it stays then, and the next audit says so again
                self.path.unlink()

    def _close(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            with suppress(sqlite3.Error):  # what could not be written was said already
                if database.in_transaction:
                    database.execute("ROLLBACK")
            database.close()


def _text(text: str) -> str:
    """Half of a surrogate pair, as a hostile page may hold it, is no text for SQLite."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _is_damaged(error: Exception) -> bool:
    return getattr(error, "sqlite_errorname", "").startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT"))


def _said(error: Exception) -> str:
    code = getattr(error, "sqlite_errorname", "")
    rest = "so what this audit saw is not kept for the next one"
    if _is_damaged(error):
        return f"is damaged, {rest}, which begins a new one"
    if code == "SQLITE_FULL":
        return f"the disk is full, {rest}; free some space"
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return f"another program has held it for {_PATIENCE:.0f} seconds, {rest}; look whether an audit hangs"
    return f"cannot be used ({error}), {rest}; delete it, and the next audit begins a new one"
