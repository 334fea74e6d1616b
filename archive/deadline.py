"""The day by which a report must be published: before 1 April of the next year.

Art. 24 of 法治政府建设与责任落实督察工作规定 (厅字〔2019〕28号, in force since 15 April 2019, so for the
reports on 2019 and later) says 「每年4月1日之前」: 31 March is on time, 1 April is a day late. Reports on 2015 to 2018
were due in the first quarter (法治政府建设实施纲要(2015－2020年)), which ends on the same day. Pure.
"""

from __future__ import annotations

from datetime import date

FIRST_YEAR = 2015  # of a report that was due at all
PROVISIONS_YEAR = 2019  # first report year under the Provisions


def last_day(year: int) -> date:
    """Return the last day on which the report on a year is published on time.

    >>> last_day(2020)
    datetime.date(2021, 3, 31)
    """
    return date(year + 1, 3, 31)


def days_late(year: int | None, published: str | date | None) -> int | None:
    """Return the days a publication (ISO 8601 where text) came after the last day, negative or 0 where on time.

    None where a date is missing, is no date, or no report was due for the year.

    >>> days_late(2020, "2021-04-01"), days_late(2020, "2021-03-31"), days_late(2020, "2021-01-25")
    (1, 0, -65)
    >>> days_late(None, "2021-04-01"), days_late(2020, "2021"), days_late(2009, "2010-01-01")
    (None, None, None)
    """
    if year is None or published is None or year < FIRST_YEAR:
        return None
    try:
        day = published if isinstance(published, date) else date.fromisoformat(published)
    except ValueError:
        return None
    return (day - last_day(year)).days
