"""Waiting for something to be so, never for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

_STEP = 0.02


async def until(so: Callable[[], bool | Awaitable[bool]], seconds: float, step: float = _STEP) -> bool:
    """Whether `so` came true within `seconds`, asked every `step` seconds."""
    ends = time.monotonic() + seconds
    while True:
        answer = so()
        if answer if isinstance(answer, bool) else await answer:
            return True
        if time.monotonic() >= ends:
            return False
        await asyncio.sleep(step)
