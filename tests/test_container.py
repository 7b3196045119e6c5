"""The container runs as an ordinary user, and its profile gives the browser what a sandbox is made of, no more."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
PROFILE = json.loads((ROOT / "docker" / "seccomp.json").read_text("utf-8"))


def test_what_runs_in_the_end_runs_as_an_ordinary_user() -> None:
    last = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[-1]
    said = re.findall(r"^(USER|ENTRYPOINT|CMD) (.*)", last, re.MULTILINE)
    assert said == [("USER", "sgaudit"), ("ENTRYPOINT", '["sgaudit"]'), ("CMD", '["--help"]')]
    assert "useradd --create-home --uid 10001" in last


def test_nothing_turns_the_browsers_sandbox_off() -> None:
    assert "no-sandbox" not in DOCKERFILE
    assert "unconfined" not in DOCKERFILE
    assert "--security-opt seccomp=docker/seccomp.json" in DOCKERFILE


def test_the_profile_refuses_what_it_does_not_name_and_names_four_calls_of_ours() -> None:
    assert PROFILE["defaultAction"] == "SCMP_ACT_ERRNO"
    (ours,) = (one for one in PROFILE["syscalls"] if "sgaudit" in (one.get("comment") or ""))
    assert ours["names"] == ["chroot", "clone", "setns", "unshare"]
    free = {
        name
        for one in PROFILE["syscalls"]
        if one["action"] == "SCMP_ACT_ALLOW" and not one["includes"].get("caps") and not one.get("args")
        for name in one["names"]
    }
    assert free.isdisjoint({"mount", "pivot_root", "bpf", "kexec_load", "init_module", "keyctl", "open_by_handle_at"})
