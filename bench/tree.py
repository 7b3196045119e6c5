"""The CPU time of a program and of all that it starts, the browser's own processes included. Linux only.

A browser's processes are not waited for by ours, so what the system adds up for children leaves most of them out; they
are looked at ten times a second instead. What a process does in its last tenth of a second is lost.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_EVERY = 0.1


def measured(command: Sequence[str], **more: object) -> dict[str, float]:
    """Run `command` to its end: its exit code, wall and CPU seconds, and the most memory all of it had at once."""
    used: dict[tuple[int, int], int] = {}
    peak = 0
    started = time.perf_counter()
    with subprocess.Popen(command, **more) as program:  # type: ignore[call-overload]
        while program.poll() is None:
            peak = max(peak, _look(program.pid, used))
            time.sleep(_EVERY)
    wall = time.perf_counter() - started
    return {"code": program.returncode, "wall_s": wall, "cpu_s": sum(used.values()) / _TICK, "peak_mb": peak / 1e6}


def _look(root: int, used: dict[tuple[int, int], int]) -> int:
    """Take down the ticks of every process below `root`; the memory they have together, counted as resident."""
    found: dict[int, tuple[int, int, int, int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                told = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it ended meanwhile
            parent, ticks, began, pages = int(told[1]), int(told[11]) + int(told[12]), int(told[19]), int(told[21])
            found[int(entry.name)] = (parent, ticks, began, pages)
    ours, known = {root}, {pid for pid, _ in used}
    # One whose parent died is still ours.
    ours |= {pid for pid in known & found.keys() if (pid, found[pid][2]) in used}
    while more := {pid for pid, (parent, *_) in found.items() if parent in ours} - ours:
        ours |= more
    memory = 0
    for pid in ours & found.keys():
        _, ticks, began, pages = found[pid]
        used[pid, began] = ticks
        memory += pages * os.sysconf("SC_PAGE_SIZE")
    return memory
