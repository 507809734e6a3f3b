"""Units of time as other dialects call them: `dd`, `days`, `isoweek`."""

from __future__ import annotations

_UNITS = (
    *("year", "quarter", "month", "week", "day", "hour", "minute", "second"),
    *("millisecond", "microsecond", "dayofyear"),
)
# SQL Server's short forms, Snowflake's, and the names of BigQuery and PostgreSQL.
_MEANT = {
    **dict.fromkeys(("yy", "yyy", "yyyy", "yr", "yrs"), "year"),
    **dict.fromkeys(("qq", "q", "qtr", "qtrs"), "quarter"),
    **dict.fromkeys(("mm", "mon", "mons"), "month"),
    **dict.fromkeys(("wk", "ww", "isoweek", "week_iso", "weekiso", "iso_week", "isowk"), "week"),
    **dict.fromkeys(("dd", "d", "dayofmonth", "day_of_month"), "day"),
    **dict.fromkeys(("hh", "h", "hr", "hrs"), "hour"),
    **dict.fromkeys(("mi", "n", "min", "mins"), "minute"),
    **dict.fromkeys(("ss", "s", "sec", "secs"), "second"),
    **dict.fromkeys(("ms", "msec", "msecs"), "millisecond"),
    **dict.fromkeys(("us", "mcs", "usec", "usecs"), "microsecond"),
    **dict.fromkeys(("dy", "doy", "day_of_year", "yearday"), "dayofyear"),
}
_FIELDS = {
    **dict.fromkeys(("dw", "weekday", "day_of_week"), "dayofweek"),
    **dict.fromkeys(("isodow", "dayofweekiso", "dow_iso", "day_of_week_iso"), "dayofweek_iso"),
    **dict.fromkeys(("isoyear", "yearofweekiso", "year_of_week", "yow"), "yearofweek"),
}


def meant_unit(word: str) -> str | None:
    """Spark's word for a unit; None for what is no unit anywhere."""
    folded = word.casefold()
    if folded in _MEANT:
        return _MEANT[folded]
    singular = folded.removesuffix("s")
    return next((unit for unit in (folded, singular) if unit in _UNITS), None)


def meant_field(word: str) -> str | None:
    """Spark's word for what `extract` takes; None for what is no part of a time anywhere."""
    field = _FIELDS.get(word.casefold()) or meant_unit(word)
    return "doy" if field == "dayofyear" else field
