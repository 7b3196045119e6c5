"""Pages are called by their titles, without the school's name that stands in every one."""

from __future__ import annotations

import pytest

from sgaudit.model.naming import page_title


@pytest.mark.parametrize(
    ("title", "called"),
    [
        ("Safeguarding | Marsh End School", "Safeguarding"),
        ("Marsh End School - Safeguarding", "Safeguarding"),
        ("Safeguarding\n – MARSH END SCHOOL", "Safeguarding"),
        ("Clubs: chess | Marsh End School", "Clubs: chess"),
        ("E-safety - Marsh End School", "E-safety"),
        ("Marsh End School", "Marsh End School"),
        ("Welcome to Marsh End School", "Welcome to Marsh End School"),
        ("Marsh End Schools", "Marsh End Schools"),
        ("", ""),
    ],
)
def test_the_name_of_the_site_is_left_out_where_something_else_is_left(title: str, called: str) -> None:
    assert page_title(title, "Marsh End School") == called


def test_without_a_name_the_title_stays() -> None:
    assert page_title("Safeguarding  |  School", "") == "Safeguarding | School"
