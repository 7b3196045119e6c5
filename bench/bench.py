"""`make bench`: crawl and browser speed on this machine, beside plain loops over the same libraries, in one run.

Ratios between rows of one run mean something; seconds alone do not. Writes bench/latest.json and prints a table.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urljoin, urlsplit

HERE = Path(__file__).parent


def measured(work: Callable[[str, int], dict[str, float]], base: str, pages: int) -> dict[str, float]:
    """Run `work` in a fresh process: its own figures, plus wall, CPU (children included) and peak memory of it all."""
    context = get_context("spawn")
    receive, send = context.Pipe(duplex=False)
    process = context.Process(target=_inside, args=(work, base, pages, send))
    process.start()
    send.close()
    figures: dict[str, float] = receive.recv()
    process.join()
    return figures


def _inside(work: Callable[[str, int], dict[str, float]], base: str, pages: int, send: object) -> None:
    started = time.perf_counter()
    figures = work(base, pages)
    wall = time.perf_counter() - started
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    figures["wall_s"] = wall
    figures["cpu_s"] = sum(one.ru_utime + one.ru_stime for one in usage)
    figures["peak_mb"] = max(one.ru_maxrss for one in usage) / 1024
    send.send(figures)  # type: ignore[attr-defined]


def our_crawl(base: str, pages: int) -> dict[str, float]:
    """Our crawl, politeness lifted to the same 6 connections the plain loop could use."""
    from sgaudit.config import Config
    from sgaudit.crawl import crawl
    from sgaudit.fetch import Fetcher
    from sgaudit.probe import verify
    from sgaudit.progress import Stop, quiet

    config = Config(url=base, max_pages=pages + 10, max_depth=50, connections=6, connections_per_host=6)
    stop = Stop(600)
    with Fetcher(config, stop) as fetcher:
        found = crawl(config, fetcher, stop, quiet, None)
        links = verify(config, fetcher, stop, quiet, found.links, frozenset())
    return {"pages": len(found.pages), "targets": len(links)}


def plain_crawl(base: str, pages: int) -> dict[str, float]:
    """The obvious program: requests and BeautifulSoup, one after another, every link verified once."""
    import requests
    from bs4 import BeautifulSoup

    session, seen, queue, read = requests.Session(), {base + "/"}, [base + "/"], 0
    while queue:
        answer = session.get(queue.pop(0), timeout=10)
        if "html" not in answer.headers.get("content-type", ""):
            continue
        read += 1
        for element in BeautifulSoup(answer.text, "html.parser").find_all(["a", "img", "link"]):
            target = urljoin(answer.url, str(element.get("href") or element.get("src") or "")).partition("#")[0]
            if urlsplit(target).netloc == urlsplit(base).netloc and target not in seen:
                seen.add(target)
                queue.append(target)
    return {"pages": read, "targets": len(seen)}


def our_browser(base: str, pages: int) -> dict[str, float]:
    """Our look at each page: both widths, evidence, pictures, axe in every frame at both widths."""
    from sgaudit.audit import rule_pack
    from sgaudit.browser import Browser
    from sgaudit.config import Config
    from sgaudit.engines import make_engine
    from sgaudit.model.outcome import Role
    from sgaudit.progress import Stop

    config = Config(url=base)
    figures: dict[str, float] = {"pages": pages}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "evidence").mkdir()
        with Browser(config, rule_pack().registers, Stop(600), Path(folder), make_engine(None)) as browser:
            for number in range(pages):
                page = browser.look(f"{base}/page/{number}", Role.sample, press=False, scan=True)
                for phase, seconds in page.timings.items():
                    figures[f"{phase}_s_per_page"] = figures.get(f"{phase}_s_per_page", 0.0) + seconds / pages
    return figures


def plain_browser(base: str, pages: int) -> dict[str, float]:
    """A plain axe-playwright-python loop: a new page each, one width twice resized, default options."""
    from axe_playwright_python.async_playwright import Axe
    from playwright.async_api import async_playwright

    from sgaudit.browser import find_browser
    from sgaudit.config import Config

    found = find_browser(Config(url=base))
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []

    async def loop() -> None:
        async with async_playwright() as playwright:
            path = str(found.path) if found.path else None
            browser = await playwright.chromium.launch(executable_path=path, args=arguments)
            for number in range(pages):
                page = await browser.new_page(viewport={"width": 1280, "height": 900})
                await page.goto(f"{base}/page/{number}")
                await Axe().run(page)
                await page.set_viewport_size({"width": 375, "height": 800})
                await Axe().run(page)
                await page.close()
            await browser.close()

    asyncio.run(loop())
    return {"pages": pages}


def main() -> None:
    """Measure, print a table, write bench/latest.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=200, help="pages of the site to crawl")
    parser.add_argument("--browser-pages", type=int, default=6, help="pages to open in the browser")
    asked = parser.parse_args()
    command = [sys.executable, str(HERE / "site.py"), str(asked.pages)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        base = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        try:
            rows = {
                "crawl and links, sgaudit": measured(our_crawl, base, asked.pages),
                "crawl and links, requests + BeautifulSoup": measured(plain_crawl, base, asked.pages),
                "browser, sgaudit": measured(our_browser, base, asked.browser_pages),
                "browser, plain axe-playwright-python": measured(plain_browser, base, asked.browser_pages),
            }
        finally:
            server.kill()
    for name, row in rows.items():
        row["pages_per_s"] = row["pages"] / row["wall_s"]
        row["cpu_s_per_page"] = row["cpu_s"] / row["pages"]
        figures = "  ".join(f"{key} {value:.3g}" for key, value in row.items())
        print(f"{name}\n    {figures}")
    result = {"python": platform.python_version(), "system": platform.system(), "cores": os.cpu_count(), "rows": rows}
    (HERE / "latest.json").write_text(json.dumps(result, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
