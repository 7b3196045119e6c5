"""sgaudit audits a school's web site: reporting route, guidance statements, links and accessibility."""

__version__ = "0.1.0"
