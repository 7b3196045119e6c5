"""The browser is given the certificates of --ca-bundle: in a store of its own where certutil is there, else by key."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_SECONDS = 20.0
_MOST = 400
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True)
class Trust:
    """What to launch the browser with: command line `arguments` and additions to its `environment`."""

    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


def trusting(bundle: Path | None, folder: Path) -> Trust:
    """Make the browser accept what the bundle vouches for, and nothing else that it would not accept anyway.

    With certutil (Linux), the authorities of the bundle are added to a store under `folder`, so that every other
    check of a certificate stays. Without, only servers whose own certificate (or a whole chain with its authority's)
    is in the bundle are accepted.
    """
    if bundle is None:
        return Trust()
    blocks = _PEM.findall(bundle.read_text("ascii", errors="replace"))[:_MOST]
    certutil = shutil.which("certutil") if sys.platform.startswith("linux") else None
    if certutil is not None and _store(certutil, blocks, folder):
        # The browser looks under HOME, newer ones under XDG_DATA_HOME where there is nothing under HOME.
        return Trust(environment={"HOME": str(folder), "XDG_DATA_HOME": str(folder / ".local" / "share")})
    keys = sorted({key for block in blocks if (key := key_hash(block))})
    return Trust(arguments=(f"--ignore-certificate-errors-spki-list={','.join(keys)}",) if keys else ())


def _store(certutil: str, blocks: list[str], folder: Path) -> bool:
    """Whether a store could be made: the user's own, where there is one, with the bundle added."""
    store = folder / ".pki" / "nssdb"
    own = Path(os.environ.get("HOME", "/nonexistent")) / ".pki" / "nssdb"
    try:
        if (own / "cert9.db").is_file():
            shutil.copytree(own, store)
        else:
            store.mkdir(parents=True)
            _run(certutil, "-N", "-d", f"sql:{store}", "--empty-password")
        added = sum(_added(certutil, store, number, block) for number, block in enumerate(blocks))
    except (OSError, subprocess.SubprocessError):
        return False
    return added > 0


def _added(certutil: str, store: Path, number: int, block: str) -> bool:
    command = ("-A", "-d", f"sql:{store}", "-n", f"sgaudit-{number}", "-t", "C,,")
    try:
        _run(certutil, *command, text=f"{block}\n")
    except subprocess.CalledProcessError:
        return False  # one that certutil cannot read must not cost the others
    return True


def _run(certutil: str, *arguments: str, text: str = "") -> None:
    subprocess.run([certutil, *arguments], input=text.encode(), capture_output=True, check=True, timeout=_SECONDS)


def key_hash(block: str) -> str:
    """The base64 SHA-256 of a PEM certificate's public key, as browsers list it; empty when it cannot be read."""
    try:
        inner = _parts(_parts(_parts(ssl.PEM_cert_to_DER_cert(block))[0][1])[0][1])
    except (ValueError, IndexError):
        return ""
    # version (only where tagged [0]), serial number, algorithm, issuer, validity, subject, then the key
    position = 6 if inner and inner[0][0][0] == 0xA0 else 5
    if len(inner) <= position:
        return ""
    head, body = inner[position]
    return base64.b64encode(hashlib.sha256(head + body).digest()).decode()


def _parts(data: bytes) -> list[tuple[bytes, bytes]]:
    """The DER elements that stand one after the other in `data`: tag and length, and content. Raises ValueError."""
    found = []
    at = 0
    while at < len(data):
        size, start = data[at + 1], at + 2
        if size & 0x80:
            count = size & 0x7F
            size = int.from_bytes(data[start : start + count], "big")
            start += count
        if start + size > len(data):
            raise ValueError("an element is longer than what holds it")
        found.append((data[at:start], data[start : start + size]))
        at = start + size
    return found
