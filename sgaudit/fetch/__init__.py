"""The only door to HTTP: bounded, polite, guarded; whatever a site does becomes evidence, never an exception."""

from sgaudit.fetch.answer import Fetched, Validators
from sgaudit.fetch.exchange import user_agent
from sgaudit.fetch.fetcher import Fetcher
from sgaudit.fetch.guard import Guard

__all__ = ["Fetched", "Fetcher", "Guard", "Validators", "user_agent"]
