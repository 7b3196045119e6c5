"""A run's folder: written beside its final place, moved there whole, and `latest` pointed at it."""

from __future__ import annotations

import gzip
import re
import shutil
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from sgaudit.model.evidence import Evidence
from sgaudit.model.exit_codes import WITH_A_VERDICT
from sgaudit.model.report import Report

EVIDENCE_FILE = "evidence.json.gz"
REPORT_FILE = "report.json"


class StoreError(Exception):
    """A folder or file that cannot be written or read. The message is one sentence with the place."""


def not_writable(output: Path, error: OSError) -> StoreError:
    """What to raise where no report can be written."""
    return StoreError(
        f"{output}: reports cannot be written there ({error.strerror}); choose a folder you may write to with --output"
    )


class RunFolder:
    """`OUTPUT/HOST/UTC-TIME`, under a temporary name until `finish`. Raises StoreError."""

    def __init__(self, output: Path, url: str, started: datetime) -> None:
        self.site = output / site_name(url)
        self.id = started.strftime("%Y-%m-%dT%H%M%SZ")
        try:
            self.site.mkdir(parents=True, exist_ok=True)
            number = 1
            while (self.site / self.id).exists() or not self._claim():
                number += 1
                self.id = f"{started.strftime('%Y-%m-%dT%H%M%SZ')}-{number}"
            (self.folder / "evidence").mkdir()
        except OSError as error:
            raise not_writable(output, error) from None

    @property
    def folder(self) -> Path:
        """Where files are written until the run is finished."""
        return self.site / f".{self.id}.partial"

    def _claim(self) -> bool:
        try:
            self.folder.mkdir()
        except FileExistsError:
            return False
        return True

    def write(self, name: str, content: str | bytes) -> None:
        """Write one file of the run. Raises StoreError."""
        write_atomically(self.folder / name, content)

    def finish(self) -> Path:
        """Move the run to its final place and point `latest` at it. Raises StoreError."""
        final = self.site / self.id
        try:
            self.folder.replace(final)
        except OSError as error:
            raise StoreError(f"{final}: cannot be made ({error.strerror}); the report is in {self.folder}") from None
        self._point_latest(final)
        return final

    def discard(self) -> None:
        """Remove what was begun."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _point_latest(self, final: Path) -> None:
        latest = self.site / "latest"
        fresh = self.site / f".latest-{self.id}"
        try:
            fresh.symlink_to(final.name, target_is_directory=True)
            fresh.replace(latest)
        except OSError:
            # Windows lets only some users make links: there `latest` is a file that names the folder.
            fresh.unlink(missing_ok=True)
            write_atomically(self.site / "latest.txt", final.name + "\n")


def site_name(url: str) -> str:
    """What a site is called among its reports: its host, with the port where one is given."""
    parts = urlsplit(url)
    name = f"{parts.hostname}-{parts.port}" if parts.port else str(parts.hostname)
    return re.sub(r"[^A-Za-z0-9.-]", "_", name)


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never half. Raises StoreError."""
    temporary = path.with_name(f".{path.name}.partial")
    try:
        temporary.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StoreError(
            f"{path}: cannot be written ({error.strerror}); free some space or choose another --output"
        ) from None


def pack_evidence(evidence: Evidence) -> bytes:
    """The evidence as gzipped JSON; the same evidence gives the same bytes."""
    return gzip.compress(evidence.model_dump_json(indent=1).encode("utf-8"), mtime=0)


def find_run(path: Path) -> Path:
    """The run folder meant by `path`: the folder itself, its report file, or a site's folder (its latest run)."""
    folder = path if path.is_dir() else path.parent
    if (folder / EVIDENCE_FILE).is_file():
        return folder
    pointer = folder / "latest.txt"
    for candidate in (folder / "latest", folder / pointer.read_text("utf-8").strip() if pointer.is_file() else folder):
        if (candidate / EVIDENCE_FILE).is_file():
            return candidate
    raise StoreError(f"{path}: holds no {EVIDENCE_FILE}; give the folder of a finished run")


def load_report(path: Path) -> Report:
    """The report that `path` means: a report.json, or the folder of a run or site. Raises StoreError."""
    try:
        file = path if path.suffix == ".json" else find_run(path) / REPORT_FILE
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise StoreError(f"{path}: no report can be read there ({said})") from None
    try:
        return Report.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise StoreError(f"{file}: is not a report this version can read ({where}: {first['msg']})") from None


def load_evidence(run: Path) -> Evidence:
    """Read a run's evidence back. Raises StoreError."""
    path = run / EVIDENCE_FILE
    try:
        return Evidence.model_validate_json(gzip.decompress(path.read_bytes()))
    except (OSError, EOFError, zlib.error) as error:
        raise StoreError(f"{path}: cannot be read ({error}); run the audit again") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise StoreError(f"{path}: is not evidence this version can read ({where}: {first['msg']})") from None


def pictures(run: Path) -> dict[str, bytes]:
    """The run's pictures by the name the report gives them (`evidence/NAME.jpg`)."""
    return {f"evidence/{path.name}": path.read_bytes() for path in sorted((run / "evidence").glob("*.jpg"))}


_OUR_NAMES = frozenset({
    "report.html", REPORT_FILE, EVIDENCE_FILE, "report.pdf", "evidence", "recheck", "report.junit.xml",
    "report.sarif", "report.github.txt", "report.md", "report.csv",
})  # fmt: skip
_OUR_ENDINGS = frozenset({".html", ".json", ".gz", ".jpg", ".pdf", ".xml", ".sarif", ".md", ".csv"})
_RUN_NAME = re.compile(r"(\d{4}-\d\d-\d\dT\d{6}Z)(?:-(\d+))?")
_PARTIAL_NAME = re.compile(rf"\.{_RUN_NAME.pattern}\.partial")
_ABANDONED = timedelta(days=7)


def prune(site: Path, *, keep_runs: int, keep_days: int, now: datetime) -> list[str]:
    """Remove run folders that are neither among the last `keep_runs` nor younger than `keep_days` (both 0: none).

    Only folders with our names and nothing but our files in them are removed, and never the newest, the one that
    `latest` names, or the newest whose audit came to a verdict. Folders that a killed run left a week ago go too.
    Returns a sentence for each that stayed although it should go.
    """
    if not keep_runs and not keep_days:
        return []
    runs = sorted((path for path in site.iterdir() if _is_run(path)), key=_order, reverse=True)
    kept = {next((path for path in runs if _came_to_a_verdict(path)), None), _latest(site)}
    oldest = now - timedelta(days=keep_days) if keep_days else now
    old = [
        path
        for number, path in enumerate(runs)
        if number >= max(keep_runs, 1) and _begun(path) < oldest and path not in kept
    ]
    old += [path for path in site.iterdir() if _is_abandoned(path, now)]
    return [said for path in old if (said := _remove(path))]


def _is_run(path: Path) -> bool:
    """Whether a folder is one of our runs and holds nothing that somebody else put there."""
    if not _RUN_NAME.fullmatch(path.name) or path.is_symlink() or not path.is_dir():
        return False
    names = {entry.name for entry in path.iterdir()}
    inside = (entry for entry in path.rglob("*") if entry.parent != path and not entry.is_dir())
    ours = all(entry.suffix in _OUR_ENDINGS for entry in inside)
    return {REPORT_FILE, EVIDENCE_FILE} <= names <= _OUR_NAMES and ours


def _latest(site: Path) -> Path | None:
    pointer = site / "latest.txt"
    try:
        name = pointer.read_text("utf-8").strip() if pointer.is_file() else (site / "latest").resolve().name
    except (OSError, UnicodeDecodeError):
        return None
    return site / name


def _is_abandoned(path: Path, now: datetime) -> bool:
    match = _PARTIAL_NAME.fullmatch(path.name)
    return match is not None and path.is_dir() and not path.is_symlink() and _moment(match[1]) < now - _ABANDONED


def _order(path: Path) -> tuple[datetime, int]:
    match = _RUN_NAME.fullmatch(path.name)
    return _begun(path), int(match[2] or 1) if match else 0


def _begun(path: Path) -> datetime:
    match = _RUN_NAME.fullmatch(path.name)
    return _moment(match[1] if match else "")


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)  # no moment of ours: never old


def _came_to_a_verdict(run: Path) -> bool:
    try:
        return load_report(run / REPORT_FILE).run.exit_code in WITH_A_VERDICT
    except StoreError:
        return False


def _remove(path: Path) -> str:
    gone = path if path.name.startswith(".") else path.with_name(f".{path.name}.partial")
    try:
        path.replace(gone)  # first out of sight: what is killed half-way must not look like a run
        shutil.rmtree(gone)
    except FileNotFoundError:
        return ""  # another audit tidied up at the same time
    except OSError as error:
        return f"{path}: is older than reports are kept and could not be removed ({error.strerror})."
    return ""
