"""The codes a run ends with, which schedulers and pipelines read: one table for all that give or weigh them."""

NOTHING_FAILED = 0
SOMETHING_FAILED = 1
USAGE = 2
NO_VERDICT = 3
INTERNAL = 4

WITH_A_VERDICT = (NOTHING_FAILED, SOMETHING_FAILED)
"""The codes of a run that could judge the site."""
