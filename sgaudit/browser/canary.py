"""A page with known faults: the engine that does not find them all is not believed."""

from __future__ import annotations

from playwright.async_api import Error as PlaywrightError

from sgaudit.browser.session import Tab
from sgaudit.browser.troubles import first_line
from sgaudit.engines import Engine
from sgaudit.model.evidence import Canary, Scan

_SECONDS = 30.0
_INNER = "<!doctype html><html lang='en'><title>Inside</title><body><main><h1>Inside</h1><img src='data:,'></main>"
_PAGE = f"""<!doctype html><html><head><title>Canary</title></head><body><main><h1>Canary</h1>
<p style="color:#aaa;background:#fff">This grey is too pale to be read.</p>
<button type="button"></button><input type="text">
<a href="#a" style="font-size:8px">a</a><a href="#b" style="font-size:8px">b</a>
<iframe title="Inside" srcdoc="{_INNER}" width="300" height="100"></iframe></main></body></html>"""
# What must be found: the engine's rule, and whether in the page itself or in the frame.
_FAULTS = (
    ("html-has-lang", False),
    ("color-contrast", False),
    ("button-name", False),
    ("label", False),
    ("target-size", False),
    ("image-alt", True),
)


async def sing(tab: Tab, engine: Engine) -> Canary:
    """Scan the canary page. Never raises."""
    scan: Scan | None = None
    try:
        await tab.clear()
        await tab.run(tab.page.set_content(_PAGE, timeout=_SECONDS * 1000), _SECONDS)
        scan = await engine.scan(tab, _SECONDS)
    except (PlaywrightError, TimeoutError) as error:
        message = f"The page with known faults could not be opened ({first_line(str(error))})."
        return Canary(engine=engine.name, version=engine.version, alive=False, message=message)
    if scan.trouble is not None:
        return Canary(engine=engine.name, version=scan.version or engine.version, alive=False, message=scan.message)
    found = {
        (result.rule, bool(node.frame))
        for result in scan.results
        if result.outcome == "failed"
        for node in result.nodes
    }
    missed = [f"{rule} in a frame" if framed else rule for rule, framed in _FAULTS if (rule, framed) not in found]
    message = f"It did not find {len(missed)} of {len(_FAULTS)} planted faults ({', '.join(missed)})." if missed else ""
    return Canary(engine=engine.name, version=scan.version, alive=not missed, message=message)
