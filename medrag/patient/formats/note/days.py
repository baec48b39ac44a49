"""The days of a note: its own date, and dates written beside its values, by the order of day and month it uses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from medrag.reading.dates import MONTHS, dates_at

READ = 600
"""Characters in which a note gives its date."""
_END_OF_CENTURY = date(2099, 12, 31)
_MONTHS = "|".join(MONTHS)
MONTH = rf"(?:{_MONTHS})(?:[a-z]{{0,6}}|\.)(?:\s(?:20)?\d{{2}}(?!\d))?"
"""A month, with or without its year ("Oct", "October 2025")."""
_DATED = re.compile(
    r"\b(?:date(?: of (?:visit|service|note|admission|exam))?|visit(?: date)?|seen(?: on)?|note date|dos|dictated"
    r"|admitted|reviewed on|admission date|clinic|summary)\s?:?\s?(?=\w)",
    re.IGNORECASE,
)
_WRITTEN = (
    r"\d{4}-\d{2}-\d{2}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]{2,8},? \d{4}"
    r"|[A-Z][a-z]{2,8} \d{1,2},? \d{4}"
)
_ALONE = re.compile(rf"^[ \t]*(?P<date>{_WRITTEN})[ \t]*$", re.MULTILINE)
_TITLE = re.compile(
    rf"\A\s*[^\n]{{0,80}}?(?P<before>\S{{0,20}})[\s(–—-]{{1,4}}(?P<date>{_WRITTEN})"
    rf"(?=[ \t]*(?:\n|\Z)|[ \t]+\d\d:?\d\d\b|[ \t]{{2,}})"
)
"""A date that ends the first line, or has a time or a gap after it."""
_OPENS = re.compile(rf"\A(?:[^\n]*\n){{1,2}}[ \t]*(?P<date>{_WRITTEN})(?=[.,;]?\s[^\d\s])")
"""One that opens the second or third line."""
_KIND = re.compile(
    r"\A\s*(?!last|prev|prior|old|past)(?:[a-z][a-z/-]*\s){0,4}?(?:note|letter|review(?:ed)?|seen|consult(?:ation)?|visit|entry"
    rf"|encounter|appointment|ward round|clinic|summary)[,:]?\s(?:(?:dated|of|from|on|in)\s)?(?=\d|(?:{_MONTHS}))",
    re.IGNORECASE,
)
"""What kind of note it is and of when, which opens it ("Clinic note 3 March 2016: ...")."""
_OTHERS = re.compile(
    r"(?:dob|born|birth|since|lmp|edd|due|died|on|in|from|op|until|\b(?:fe)?male|\b[mf])\W*$", re.IGNORECASE
)
_NUMERIC = re.compile(r"(?<![\d/.])(\d{1,2})/(\d{1,2})/(?:\d{4}|\d{2})(?![\d/])")
_MONTH_YEAR = re.compile(r"(\d{1,2})/(20\d\d)(?!\d)")
_SHORT = re.compile(r"(\d{1,2})/(\d{1,2})")
_YEAR = re.compile(r"(?:19|20)\d\d(?![\d/.-])")
_BY_MONTH = re.compile(rf"(?P<month>{_MONTHS})[a-z.]*(?:\s(?P<year>\d{{2,4}}))?", re.IGNORECASE)


def note_date(text: str) -> date | None:
    """The note's own date: the one its header labels, begins with, or has in a line of its own."""
    head = text[:READ]
    order = Calendar.of(text, None)
    for match in _DATED.finditer(head):
        if found := order.day(head[match.end() :]):
            return found
    opening = _KIND.match(head)
    if found := order.day(text.lstrip()) or (order.day(head[opening.end() :]) if opening else None):
        return found
    titled = _TITLE.match(head)
    if titled and not _OTHERS.search(titled["before"]) and (found := order.day(titled["date"])):
        return found
    alone = _ALONE.search(head) or _OPENS.match(head)
    return order.day(alone["date"]) if alone else None


@dataclass(frozen=True)
class Calendar:
    """How a text writes its dates, and the day that those without a year are counted from."""

    day_first: bool
    base: date | None

    @classmethod
    def of(cls, text: str, moment: date | datetime | None) -> Calendar:
        """The order is the day's first where a date of the text allows no other, and none the other one."""
        pairs = [(int(m[1]), int(m[2])) for m in _NUMERIC.finditer(text)]
        first = any(day > 12 for day, _ in pairs) and not any(month > 12 for _, month in pairs)
        return cls(first, moment.date() if isinstance(moment, datetime) else moment)

    def day(self, written: str | None) -> date | None:
        """The day that ``written`` begins with; one without a year is of the base's, or of the year before."""
        if not written:
            return None
        found = dates_at(written, 0, _END_OF_CENTURY)
        if found:
            return found[-1 if self.day_first else 0]
        if (named := _MONTH_YEAR.match(written)) and 1 <= int(named[1]) <= len(MONTHS):
            return date(int(named[2]), int(named[1]), 1)
        if year := _YEAR.match(written):
            return date(int(year[0]), 1, 1)
        if short := _SHORT.match(written):
            day, month = (int(short[1]), int(short[2])) if self.day_first else (int(short[2]), int(short[1]))
            return self._before(month, day) or self._before(day, month)
        return self._month(_BY_MONTH.match(written))

    def _month(self, match: re.Match[str] | None) -> date | None:
        if match is None:
            return None
        month = MONTHS.index(match["month"].lower()) + 1
        if match["year"]:
            return date(int(match["year"]) % 100 + 2000, month, 1)
        return self._before(month, 1)

    def _before(self, month: int, day: int) -> date | None:
        if self.base is None:
            return None
        try:
            found = date(self.base.year, month, day)
        except ValueError:
            return None
        return found if found <= self.base else found.replace(year=self.base.year - 1)
