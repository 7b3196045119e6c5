"""What a guest leaves alone: the visitor statistics of the school's site must not count our visits."""

from __future__ import annotations

# Hosts that only count visitors; their names lead nowhere in our browser, in every frame.
STATISTICS_HOSTS = (
    "*.google-analytics.com",
    "google-analytics.com",
    "analytics.google.com",
    "*.analytics.google.com",
    "stats.g.doubleclick.net",
    "*.clarity.ms",
    "*.hotjar.com",
    "*.hotjar.io",
    "plausible.io",
    "cloud.umami.is",
    "static.cloudflareinsights.com",
    "cloudflareinsights.com",
    "stats.wp.com",
    "pixel.wp.com",
    "c.statcounter.com",
    "www.statcounter.com",
    "secure.statcounter.com",
    "*.matomo.cloud",
    "api.siteimprove.com",
    "*.siteimproveanalytics.io",
    "siteimproveanalytics.com",
    "bat.bing.com",
    "script.crazyegg.com",
    "cdn.usefathom.com",
    "js-agent.newrelic.com",
    "bam.nr-data.net",
)
# Counters a school serves from its own host, and the hosts above for a browser behind a proxy.
STATISTICS_ADDRESSES = (
    "*/matomo.php*",
    "*/piwik.php*",
    "*/matomo.js*",
    "*/piwik.js*",
    "*/g/collect?*",
    "*/j/collect?*",
    "*googletagmanager.com/gtag/js?id=G-*",
    "*connect.facebook.net/*/fbevents.js*",
    *(f"*://{host}/*" for host in STATISTICS_HOSTS),
)
