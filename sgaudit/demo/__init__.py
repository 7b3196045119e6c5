"""A small fictitious school with planted faults, and its repaired twin, served on this machine."""

from sgaudit.demo.server import DemoSchool

__all__ = ["DemoSchool"]
