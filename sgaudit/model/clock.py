"""Days and times as they are said in the United Kingdom, from moments kept in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta


def london(moment: datetime) -> datetime:
    """`moment` by the clock of Europe/London. Computed, because Windows has no database of time zones."""
    moment = moment.astimezone(UTC)
    begins, ends = (_last_sunday(moment.year, month) for month in (3, 10))
    return moment + timedelta(hours=1) if begins <= moment < ends else moment


def day_of(moment: datetime) -> date:
    """The day on which `moment` fell in the United Kingdom."""
    return london(moment).date()


def in_words(day: date) -> str:
    """`1 March 2027`."""
    return f"{day.day} {day:%B %Y}"


def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=last.isoweekday() % 7)
