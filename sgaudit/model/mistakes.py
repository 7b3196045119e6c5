"""What is wrong with a setting, in words for people."""

from __future__ import annotations

from pydantic_core import ErrorDetails

# What was expected, by the kinds of pydantic's errors; its own words are for programmers.
_EXPECTED = {
    "string_type": "expected text in quotes",
    "tuple_type": 'expected a list, as in ["this", "that"]',
    "path_type": "expected a path in quotes",
    "bool_": "expected true or false",
    "int_": "expected a whole number",
    "float_": "expected a number",
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be at most {le}",
    "string_too_long": "must be at most {max_length} characters",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
}


def reason(error: ErrorDetails) -> str:
    """What is wrong with one value, in words for people."""
    for kind, expected in _EXPECTED.items():
        if error["type"].startswith(kind):
            return f"{expected.format(**error.get('ctx', {}))}, not {str(error['input'])[:80]!r}"
    return error["msg"].removeprefix("Value error, ")
