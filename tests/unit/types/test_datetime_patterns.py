"""Slips in patterns of dates and times, and the repair of each."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st
import pytest

from ssbt.compiler.types import texts
from ssbt.compiler.types.datetime_patterns import correct_pattern, find_slips

# What people write, what they mean, and whether it is certain.
SLIPS = [
    ("dd/mm/yyyy", "dd/MM/yyyy", True),
    ("yyyy-mm-dd", "yyyy-MM-dd", True),
    ("yyyymmdd", "yyyyMMdd", True),
    ("mm/yyyy", "MM/yyyy", True),
    ("dd-mmm-yyyy", "dd-MMM-yyyy", True),
    ("d.m.yy", "d.M.yy", True),
    ("yyyy-mm-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss", True),
    ("dd/mm/yyyy HH:MM", "dd/MM/yyyy HH:mm", True),
    ("yyyy-MM-dd HH:MM:ss", "yyyy-MM-dd HH:mm:ss", True),
    ("yyyyMMddHHMMSS", "yyyyMMddHHmmss", True),
    ("HH:MM", "HH:mm", True),
    ("yyyy-MM-DD", "yyyy-MM-dd", True),
    ("DD.MM.YYYY", "dd.MM.yyyy", True),
    ("YYYY-MM-DD", "yyyy-MM-dd", True),
    ("YYYY-MM-dd", "yyyy-MM-dd", True),
    ("YYYY", "yyyy", True),
    ("yyyy-mm-DD", "yyyy-MM-dd", True),
    ("uuuu-MM-dd", "yyyy-MM-dd", True),
    ("DD", "dd", False),
    ("hh:mm", "HH:mm", False),
    ("dd.MM.yyyy hh:mm:ss", "dd.MM.yyyy HH:mm:ss", False),
    ("yyyy-MM-dd'T'hh:mm:ss.SSSXXX", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", False),
    ("KK:mm", "HH:mm", False),
    ("hh:mm AM", "hh:mm a", True),
    ("hh:mm tt", "hh:mm a", True),
    ("HH:mm:SS", "HH:mm:ss", True),
    ("HH:mm:ss.sss", "HH:mm:ss.SSS", True),
    ("yyyy-MM-dd HH:mm:ss.fff", "yyyy-MM-dd HH:mm:ss.SSS", True),
    ("yyyy-MM-dd HH:mm:ss.nnnnnn", "yyyy-MM-dd HH:mm:ss.SSSSSS", True),
    ("yyyy-MM-ddTHH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss", True),
    ("yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ssXXX", False),
    ("%Y-%m-%d", "yyyy-MM-dd", True),
    ("%d/%m/%Y %H:%M:%S", "dd/MM/yyyy HH:mm:ss", True),
    ("%Y-%m-%dT%H:%M", "yyyy-MM-dd'T'HH:mm", True),
    ("%b %e, %Y", "MMM d, yyyy", True),
    ("YYYY-MM-DD HH24:MI:SS", "yyyy-MM-dd HH:mm:ss", True),
    ("DD-MON-RRRR", "dd-MMM-yyyy", True),
    ("YYYY-MM-DD HH24:MI:SS.FF3", "yyyy-MM-dd HH:mm:ss.SSS", True),
    ('YYYY-MM-DD"T"HH24:MI', "yyyy-MM-dd'T'HH:mm", True),
]

GOOD = [
    "",
    "yyyy-MM-dd",
    "dd/MM/yyyy",
    "dd.MM.yy",
    "d.M.yyyy",
    "yyyyMMdd",
    "yyyyMM",
    "MM/yyyy",
    "MMM yyyy",
    "dd-MMM-yyyy",
    "yyyy",
    "MM",
    "mm",
    "mm:ss",
    "HH:mm",
    "HH:mm:ss",
    "HHmmss",
    "HH",
    "hh:mm a",
    "h:mm a",
    "a hh:mm",
    "yyyyMMddHHmmss",
    "yyyyMMddHHmmssSSS",
    "yyyy-MM-dd HH:mm:ss.SSSSSS",
    "kk:mm",
    "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]",
    "yyyy-MM-dd'T'HH:mm:ss.SSSX",
    "yyyy-DDD",
    "yyyyDDD",
    "D",
    "yyyy/MM/dd/HH",
    "HH:mm dd.MM.yyyy",
    "HH:mm MM/dd/yyyy",
    "HH dd.MM.yyyy",
    "mm:ss.SSS",
    "EEEE",
    "QQQ yyyy",
    "EEE, d MMM yyyy HH:mm:ss Z",
    "dd 'de' MMMM 'de' yyyy",
    "'week of' yyyy-MM-dd",
    "LLLL yyyy",
    "ss",
    "SSS",
    "yyyy-MM-dd mm",
    "MM-dd HH:mm",
    "HH'h'mm",
    "'%Y'",
    "yyyy 'YYYY'",
    "d%",
]


@pytest.mark.parametrize(("pattern", "right", "certain"), SLIPS)
def test_a_slip_and_its_repair(pattern: str, right: str, certain: bool) -> None:
    slips = find_slips(pattern)
    assert correct_pattern(pattern, slips) == right
    assert any(slip.is_certain for slip in slips) == certain
    assert find_slips(right) == ()
    assert texts.check_date_format(right) is None


@pytest.mark.parametrize("pattern", GOOD)
def test_what_can_be_meant_is_no_slip(pattern: str) -> None:
    assert find_slips(pattern) == ()


def test_a_quoted_zone_is_right_where_there_are_no_zones() -> None:
    assert find_slips("yyyy-MM-dd'T'HH:mm:ss'Z'", zoneless=True) == ()


@given(
    st.permutations(["yyyy", "MM", "dd"]),
    st.sampled_from(["-", "/", ".", " ", ""]),
    st.sampled_from(["", "HH", "HH:mm", "HH:mm:ss", "HHmmss", "hh:mm a", "HH:mm:ss.SSS"]),
    st.sampled_from([" ", "'T'", "_"]),
    st.booleans(),
)
def test_dates_and_times_in_any_order(
    date: list[str], mark: str, time: str, between: str, first: bool
) -> None:
    """Right as it is; found and repaired with `mm` for the months, or `DD` and `YYYY`."""
    assume(not (first and time == "HH"))  # `HH mm/dd` may be either.
    days = mark.join(date)
    join = between if time else ""
    right = f"{time}{join}{days}" if first else f"{days}{join}{time}"
    assert find_slips(right) == ()
    for old, new in (("MM", "mm"), ("dd", "DD"), ("yyyy", "YYYY"), ("HH", "hh")):
        wrong = right.replace(old, new)
        if wrong != right:
            assert correct_pattern(wrong, find_slips(wrong)) == right


@given(st.text(alphabet="yYMmdDhHsSaZXT'%[]-: F", max_size=20))
def test_any_text_gives_an_answer(pattern: str) -> None:
    correct_pattern(pattern, find_slips(pattern))
