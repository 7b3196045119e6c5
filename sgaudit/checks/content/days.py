"""Days named in running text as people in the UK write them, with or without the year."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

_MOST = 50
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTH = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?|JANUARY|FEBRUARY|MARCH|APRIL|MAY|JUNE|JULY|AUGUST|SEPTEMBER|OCTOBER"
    r"|NOVEMBER|DECEMBER)\b\.?"
)
_YEAR = r"(?:,? ?(?P<year>(?:19|20)\d\d|['’]\d\d)\b)?"
_NAMES = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:day|sday|nesday|rsday|urday|s|r|rs|nes)?\b"
_WEEKDAY = rf"(?:(?P<weekday>{_NAMES}),? (?:the )?)?"
_ORDINAL = r"(?:st|nd|rd|th)?"
# Further days of the same month before it: "20th and 21st January", "Monday 3rd to Friday 7th March".
_MORE = rf"(?:\d{{1,2}}{_ORDINAL}(?: ?(?:-|–|—|to|until|and|&|,|or) ?|, ?and )(?:{_NAMES} )?(?:the )?){{0,6}}"
_DAY_MONTH = re.compile(rf"\b{_WEEKDAY}{_MORE}(?P<day>\d{{1,2}}) ?{_ORDINAL} ?(?:day )?(?:of )?{_MONTH}{_YEAR}")
_MONTH_DAY = re.compile(rf"\b{_WEEKDAY}{_MONTH} (?:the )?{_MORE}(?P<day>\d{{1,2}}){_ORDINAL}\b(?![:.]\d){_YEAR}")
_NUMERIC = re.compile(r"(?<![\d/.-])(?P<day>\d{1,2})([/.-])(?P<month>\d{1,2})\2(?P<year>(?:20)?\d\d)(?![\d/.-])")
_ISO = re.compile(r"(?<![\d-])(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?![\d-])")


@dataclass(frozen=True)
class NamedDay:
    """A day as written (`words`, at `start` to `end` of the text). `year` is None when none was given."""

    words: str
    start: int
    end: int
    day: int
    month: int
    year: int | None = None
    weekday: int | None = None

    def nearest(self, today: dt.date, ahead: int) -> dt.date | None:
        """The day meant, None when there is none such (31 June).

        Without a year: the next one if it is at most `ahead` days off, else the last one. A weekday that fits just one
        of the years near by decides.
        """
        if self.year is not None:
            return _date(self.year, self.month, self.day)
        near = [_date(today.year + shift, self.month, self.day) for shift in (-1, 0, 1)]
        days = [day for day in near if day is not None]
        if self.weekday is not None:
            older = [_date(today.year - shift, self.month, self.day) for shift in (4, 3, 2)]
            fitting = [day for day in (*older, *days) if day is not None and day.weekday() == self.weekday]
            if fitting:
                return min(fitting, key=lambda day: abs((day - today).days))
        coming = [day for day in days if 0 <= (day - today).days <= ahead]
        return min(coming) if coming else max((day for day in days if day < today), default=None)


def named_days(text: str) -> list[NamedDay]:
    """The first 50 days that `text` names, in order; of days written together ("20th and 21st January") the last."""
    found: dict[int, NamedDay] = {}
    for pattern in (_DAY_MONTH, _MONTH_DAY, _NUMERIC, _ISO):
        for match in pattern.finditer(text):
            if len(found) >= _MOST:
                break
            if any(one.start < match.end() and match.start() < one.end for one in found.values()):
                continue
            groups = match.groupdict()
            month = _month(groups["month"])
            day = int(groups["day"])
            if month is None or not 1 <= day <= 31:
                continue
            weekday = groups.get("weekday")
            alone = re.match(rf"\D*{day}\D*$", match.group(0).split(groups["month"])[0]) is not None
            found[match.start()] = NamedDay(
                words=match.group(0).strip(" .,"),
                start=match.start(),
                end=match.end(),
                day=day,
                month=month,
                year=_year(groups.get("year")),
                weekday=_WEEKDAYS.index(weekday[:3].lower()) if weekday and alone else None,
            )
    return [found[start] for start in sorted(found)]


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _month(text: str) -> int | None:
    if text.isdigit():
        return int(text) if 1 <= int(text) <= 12 else None
    return _MONTHS.index(text[:3].lower()) + 1


def _year(text: str | None) -> int | None:
    if not text:
        return None
    digits = text.strip("'’")
    return int(digits) if len(digits) == 4 else 2000 + int(digits)
