"""A run's folder: written beside its final place, moved there whole, and `latest` pointed at it."""

from __future__ import annotations

import gzip
import re
import shutil
import zlib
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from sgaudit.model.evidence import Evidence

EVIDENCE_FILE = "evidence.json.gz"


class StoreError(Exception):
    """A folder or file that cannot be written or read. The message is one sentence with the place."""


class RunFolder:
    """`OUTPUT/HOST/UTC-TIME`, under a temporary name until `finish`. Raises StoreError."""

    def __init__(self, output: Path, url: str, started: datetime) -> None:
        parts = urlsplit(url)
        name = f"{parts.hostname}-{parts.port}" if parts.port else str(parts.hostname)
        self.site = output / re.sub(r"[^A-Za-z0-9.-]", "_", name)
        self.id = started.strftime("%Y-%m-%dT%H%M%SZ")
        try:
            self.site.mkdir(parents=True, exist_ok=True)
            number = 1
            while (self.site / self.id).exists() or not self._claim():
                number += 1
                self.id = f"{started.strftime('%Y-%m-%dT%H%M%SZ')}-{number}"
            (self.folder / "evidence").mkdir()
        except OSError as error:
            raise StoreError(
                f"{output}: reports cannot be written there ({error.strerror}); "
                "choose a folder you may write to with --output"
            ) from None

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
