"""What is remembered from night to night, in one SQLite file beside the run folders.

One transaction a run, appended and never changed afterwards, so that audits that end at once do not meet. The journal
is SQLite's rollback journal, not WAL: the file must be able to lie on a school's network share, where WAL's shared
memory does not work, and it is one file at rest, which a backup can copy. A run that is killed while it writes leaves
that journal, and whoever opens the file next puts back what was there before.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from sgaudit.changes import failing_now, remembered
from sgaudit.model.change import Before, Fault, Night
from sgaudit.model.clock import day_of
from sgaudit.model.outcome import Outcome
from sgaudit.model.report import Report

FILE = "history.db"
KEPT = timedelta(days=1100)
"""How long rows are kept: longer than any folder, and long enough for three school years."""

_OURS = 0x53474155
_VERSION = 1
_PATIENCE = 30.0
_SCHEMA = """
CREATE TABLE run (
  number INTEGER PRIMARY KEY, site TEXT NOT NULL, id TEXT NOT NULL, started TEXT NOT NULL, finished TEXT NOT NULL,
  headline TEXT NOT NULL, level TEXT NOT NULL, exit_code INTEGER NOT NULL, complete INTEGER NOT NULL,
  rules_digest TEXT NOT NULL, new INTEGER NOT NULL, fixed INTEGER NOT NULL, still_failing INTEGER NOT NULL,
  not_rechecked INTEGER NOT NULL, accepted INTEGER NOT NULL, UNIQUE (site, id));
CREATE INDEX run_by_time ON run (site, started);
CREATE TABLE rule_outcome (
  run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, rule TEXT NOT NULL, outcome TEXT NOT NULL,
  PRIMARY KEY (run, rule)) WITHOUT ROWID;
CREATE TABLE finding (
  number INTEGER PRIMARY KEY, site TEXT NOT NULL, fingerprint TEXT NOT NULL, fault TEXT NOT NULL,
  UNIQUE (site, fingerprint));
CREATE TABLE sighting (
  run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, finding INTEGER NOT NULL REFERENCES finding,
  state TEXT NOT NULL, first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, nights INTEGER NOT NULL,
  PRIMARY KEY (run, finding)) WITHOUT ROWID;
CREATE INDEX sighting_by_finding ON sighting (finding);
"""
# Added later, and made where it is missing: what an older sgaudit does not ask for does not disturb it.
_FAILURE = "CREATE TABLE IF NOT EXISTS failure (site TEXT NOT NULL, at TEXT NOT NULL, exit_code INTEGER NOT NULL)"
_MOST_FAILURES = 100


class HistoryError(Exception):
    """A history that cannot be read or written. The message is one sentence with the place and the next step."""


def path_of(output: Path, setting: bool | Path) -> Path | None:
    """The file that the setting `history` means; None where it is switched off."""
    if isinstance(setting, bool):
        return output / FILE if setting else None
    return setting


class History:
    """The file at `path`, made when the first run is kept. Every method raises HistoryError."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def before(self, site: str) -> Before | None:
        """What is known of `site` from the run begun last; None when there was none."""
        with self._reading() as database:
            if database is None:
                return None
            run = database.execute(
                "SELECT number, id, started, rules_digest FROM run WHERE site = ? ORDER BY started DESC, number DESC",
                (site,),
            ).fetchone()
            if run is None:
                return None
            number, name, started, digest = run
            outcomes = dict(database.execute("SELECT rule, outcome FROM rule_outcome WHERE run = ?", (number,)))
            rows = database.execute(
                "SELECT fault, first_seen, last_seen, nights FROM sighting JOIN finding ON finding = finding.number "
                "WHERE run = ? AND state <> 'fixed'",
                (number,),
            ).fetchall()
            return self._read(name, started, digest, outcomes, rows)

    def _read(
        self, name: str, started: str, digest: str, outcomes: dict[str, str], rows: Sequence[tuple[str, str, str, int]]
    ) -> Before:
        try:
            faults = [
                json.loads(fault) | {"first_seen": first, "last_seen": last, "nights": nights}
                for fault, first, last, nights in rows
            ]
            return Before.model_validate(
                {
                    "run": name,
                    "started": day_of(datetime.fromisoformat(started)),
                    "rules_digest": digest,
                    "outcomes": outcomes,
                    "faults": faults,
                }
            )
        except (ValueError, TypeError, ValidationError):
            raise HistoryError(f"{self.path}: holds what this version cannot read; {_MOVE}") from None

    def keep(self, site: str, report: Report) -> None:
        """Remember a finished run, whole or not at all; the same run is remembered once."""
        after = remembered(report)
        changes = report.changes
        fixed = changes.fixed if changes else ()
        failing = failing_now(report)
        with self._opened("BEGIN IMMEDIATE") as database:
            if not self._begun(database):
                _make(database)
            number = _add_run(database, site, report, len(failing), len(after.faults) - len(failing))
            if number is None:
                return
            database.executemany(
                "INSERT INTO rule_outcome VALUES (?, ?, ?)",
                [(number, rule, outcome.value) for rule, outcome in after.outcomes.items()],
            )
            for fault in after.faults:
                _sight(database, number, site, fault, "failed" if fault.fingerprint in failing else "not-rechecked")
            for fault in fixed:
                _sight(database, number, site, fault, "fixed")
            _forget(database, report.run.started - KEPT)

    def nights(self, site: str = "", most: int = 30) -> list[Night]:
        """The last `most` runs of `site` (of every site when empty), the newest last."""
        with self._reading() as database:
            if database is None:
                return []
            runs = database.execute(
                "SELECT number, site, id, started, headline, exit_code, complete, new, fixed, still_failing, "
                "not_rechecked, accepted FROM run WHERE ? IN ('', site) ORDER BY started DESC, number DESC LIMIT ?",
                (site, most),
            ).fetchall()
            counted = "SELECT outcome, COUNT(*) FROM rule_outcome WHERE run = ? GROUP BY outcome"
            try:
                return [_night(run, dict(database.execute(counted, run[:1]))) for run in reversed(runs)]
            except (ValueError, TypeError):
                raise HistoryError(f"{self.path}: holds what this version cannot read; {_MOVE}") from None

    def fail(self, site: str, at: datetime, exit_code: int) -> None:
        """Remember that no audit of `site` could be made, so that there is no run."""
        with self._opened("BEGIN IMMEDIATE") as database:
            if not self._begun(database):
                _make(database)
            database.execute(_FAILURE)
            database.execute("INSERT INTO failure VALUES (?, ?, ?)", (site, _moment(at), exit_code))
            database.execute("DELETE FROM failure WHERE at < ?", (_moment(at - KEPT),))

    def failures(self, site: str) -> list[datetime]:
        """When no audit of `site` could be made, the last of them, the newest last."""
        with self._reading() as database:
            if database is None:
                return []
            if not database.execute("SELECT COUNT(*) FROM sqlite_master WHERE name = 'failure'").fetchone()[0]:
                return []
            rows = database.execute(
                "SELECT at FROM failure WHERE site = ? ORDER BY at DESC LIMIT ?", (site, _MOST_FAILURES)
            ).fetchall()
            try:
                return [datetime.fromisoformat(at) for (at,) in reversed(rows)]
            except (ValueError, TypeError):
                raise HistoryError(f"{self.path}: holds what this version cannot read; {_MOVE}") from None

    def sites(self) -> list[str]:
        """Every site that is known, in order."""
        with self._reading() as database:
            if database is None:
                return []
            return [site for (site,) in database.execute("SELECT DISTINCT site FROM run ORDER BY site")]

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """The database as it was at one moment; None while there is none, or nothing was ever kept in it."""
        if not self.path.exists():
            yield None
            return
        with self._opened("BEGIN") as database:
            yield database if self._begun(database) else None

    @contextmanager
    def _opened(self, begin: str) -> Iterator[sqlite3.Connection]:
        """The database within one transaction, which ends whole or leaves no trace."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Waiting covers the moment in which another audit writes.
            with closing(sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None)) as database:
                database.execute("PRAGMA foreign_keys = ON")
                database.execute("PRAGMA synchronous = FULL")
                database.execute(begin)
                try:
                    yield database
                    database.execute("COMMIT")
                except BaseException:
                    if database.in_transaction:
                        database.execute("ROLLBACK")
                    raise
        except (sqlite3.Error, OSError) as error:
            raise HistoryError(f"{self.path}: {_said(error)}") from None

    def _begun(self, database: sqlite3.Connection) -> bool:
        """Whether something was kept in it already. Raises HistoryError where it is not ours, newer or damaged."""
        if not database.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]:
            return False
        if database.execute("PRAGMA application_id").fetchone()[0] != _OURS:
            raise HistoryError(f"{self.path}: is another program's database; {_ANOTHER}")
        if database.execute("PRAGMA user_version").fetchone()[0] > _VERSION:
            raise HistoryError(f"{self.path}: was written by a newer sgaudit; update this one, or {_ANOTHER}")
        if database.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise HistoryError(f"{self.path}: is damaged; {_MOVE}")
        return True


def _make(database: sqlite3.Connection) -> None:
    for statement in filter(str.strip, _SCHEMA.split(";")):
        database.execute(statement)
    database.execute(f"PRAGMA application_id = {_OURS}")
    database.execute(f"PRAGMA user_version = {_VERSION}")


_ANOTHER = "name another file with [report] history in sgaudit.toml"
_MOVE = "move it away, and the next audit begins a new one"


def _said(error: sqlite3.Error | OSError) -> str:
    """What went wrong, in words for people with the next step."""
    code = getattr(error, "sqlite_errorname", "")
    if code.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return f"is damaged or no history of sgaudit's; {_MOVE}"
    if code == "SQLITE_FULL":
        return "the disk is full; free some space"
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return f"another program has held it for {_PATIENCE:.0f} seconds; look whether an audit hangs"
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return "cannot be opened for writing; check who owns that file and its folder"
    return f"cannot be used ({error}); {_MOVE}"


def _add_run(database: sqlite3.Connection, site: str, report: Report, failing: int, not_rechecked: int) -> int | None:
    """The number of the new run; None when it was there already."""
    changes = report.changes
    added = database.execute(
        "INSERT OR IGNORE INTO run (site, id, started, finished, headline, level, exit_code, complete, rules_digest, "
        "new, fixed, still_failing, not_rechecked, accepted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            site,
            report.run.id,
            _moment(report.run.started),
            _moment(report.run.finished),
            report.verdict.headline,
            report.verdict.level,
            report.run.exit_code,
            report.run.complete,
            report.ruleset.sha256,
            len(changes.new) if changes else 0,
            len(changes.fixed) if changes else 0,
            failing,
            not_rechecked,
            report.summary.accepted,
        ),
    )
    return added.lastrowid if added.rowcount else None


def _sight(database: sqlite3.Connection, run: int, site: str, fault: Fault, state: str) -> None:
    plain = fault.model_dump(mode="json", exclude={"first_seen", "last_seen", "nights", "reason"})
    # Half of a surrogate pair, as a hostile page may hold it, is no text for SQLite.
    told = json.dumps(plain, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")
    database.execute(
        "INSERT INTO finding (site, fingerprint, fault) VALUES (?, ?, ?) "
        "ON CONFLICT (site, fingerprint) DO UPDATE SET fault = excluded.fault",
        (site, fault.fingerprint, told),
    )
    database.execute(
        "INSERT OR IGNORE INTO sighting SELECT ?, number, ?, ?, ?, ? FROM finding WHERE site = ? AND fingerprint = ?",
        (
            run,
            state,
            fault.first_seen.isoformat(),
            fault.last_seen.isoformat(),
            fault.nights,
            site,
            fault.fingerprint,
        ),
    )


def _forget(database: sqlite3.Connection, oldest: datetime) -> None:
    """Drop what is older than `oldest`, but of no site the newest run."""
    database.execute(
        "DELETE FROM run WHERE started < ? AND EXISTS "
        "(SELECT 1 FROM run AS later WHERE later.site = run.site AND later.started > run.started)",
        (_moment(oldest),),
    )
    database.execute("DELETE FROM finding WHERE number NOT IN (SELECT finding FROM sighting)")


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _night(run: tuple[int | str, ...], outcomes: dict[str, int]) -> Night:
    _, site, name, started, headline, exit_code, complete, new, fixed, failing, not_rechecked, accepted = run
    return Night(
        site=str(site),
        run=str(name),
        started=datetime.fromisoformat(str(started)),
        headline=str(headline),
        exit_code=int(exit_code),
        complete=bool(complete),
        outcomes={Outcome(word): number for word, number in outcomes.items()},
        failing=int(failing),
        new=int(new),
        fixed=int(fixed),
        not_rechecked=int(not_rechecked),
        accepted=int(accepted),
    )
