"""`python -m sgaudit`."""

from sgaudit.cli import main

main()
