"""Texts in small languages: what is surely wrong is reported, all else is left to Spark.

Each verdict here is one that Spark 4.1 gave when it was asked.
"""

from __future__ import annotations

import pytest

from ssbt.compiler.types import texts
from ssbt.compiler.types.literals import UnitsError, parse_interval_units

GOOD = {
    texts.check_pattern: [
        "",
        "a+",
        "[]a]",
        "(?i)a",
        "(?:a)",
        "{2}",
        "a}",
        "]",
        "(?<n>a)",
        "[a&&[b]]",
        "a++",
        "x|",
        "|x",
        r"\p{L}",
        r"\Q(\E",
        r"\(",
        "[(]",
        r"[\]]",
        "a{2,3}",
        "(a|b)*",
        "a*?",
    ],
    texts.check_date_format: [
        "",
        "yyyy-MM-dd'T'HH:mm",
        "''",
        "[yyyy]",
        "EEEE",
        "QQQ",
        "DDD",
        "SSSSSSSSS",
        "VV",
        "O",
        "OOOO",
        "v",
        "zzzz",
        "XXXXX",
        "Z",
        "kk",
        "LLLL",
        "a",
        "F",
        "G",
        "yyyyyy",
    ],
    texts.check_parse_format: ["yyyy-MM-dd HH:mm:ss.SSS", "dd/MM/yy", "D", "hh:mm a"],
    texts.check_json_path: ["$", "$.a", "$[0]", "$['a']", "$[*]", "$.*", "$.a b", "$.a[*].b"],
    texts.check_variant_path: ["$", "$.a", "$[0]", "$['a']", '$["a"]', "$.a b", "$.*"],
    texts.check_time_zone: [
        "+1",
        "+01",
        "+1:00",
        "+0100",
        "GMT+1",
        "UTC+01:30",
        "UT",
        "Z",
        "EST",
        "Europe/Berlin",
        "+18:00",
        "-8",
        "GMT0",
        "+01:00:30",
        "Etc/GMT-3",
        "America/Argentina/Jujuy",
        "SystemV/AST4",
    ],
    texts.check_duration: [
        "10 minutes",
        "interval 5 minutes",
        "1 day 2 hours",
        "1 week",
        "5 MINUTES",
    ],
    texts.check_collation: ["UNICODE", "utf8_lcase", "UNICODE_CI_AI", "de_CI", "UTF8_BINARY_RTRIM"],
}
BAD = {
    texts.check_pattern: [
        "(",
        "*",
        "+a",
        "a|*b",
        "a|?",
        "[",
        "[]",
        "[a",
        "\\",
        "[^]",
        "(*a)",
        "(?=a",
        ")",
    ],
    texts.check_date_format: [
        "Y",
        "u",
        "w",
        "e",
        "B",
        "b",
        "A",
        "n",
        "p",
        "t",
        "V",
        "VVV",
        "OO",
        "yyyyyyy",
        "MMMMM",
        "ddd",
        "HHH",
        "SSSSSSSSSS",
        "EEEEE",
        "QQQQQ",
        "'a",
        "yyyy{",
        "yyyy#",
        "aa",
        "FF",
        "DDDD",
        "xxxxxx",
        "KKK",
    ],
    texts.check_parse_format: ["E", "F", "Q", "q", "yyyy-QQ"],
    texts.check_json_path: ["", "a", "$[", "$.a[0", "$a"],
    texts.check_variant_path: [
        "",
        "a",
        "$[",
        "$..a",
        "$.a.",
        "$[*]",
        "$ .a",
        "$[-1]",
        "$[ 0 ]",
        "$a",
    ],
    texts.check_time_zone: ["1", "z", "europe/berlin", "+19:00", " UTC", "Mars/Olympus", ""],
    texts.check_duration: [
        "soon",
        "1 month",
        "5",
        "1.5 hours",
        "10minutes",
        "1 year",
        "1 fortnight",
    ],
    texts.check_collation: ["NOPE", "UNICODE_XX", "", "UTF8_BINARY_CI"],
}


@pytest.mark.parametrize(("check", "text"), [(c, t) for c, each in GOOD.items() for t in each])
def test_what_spark_takes_is_taken(check, text):
    assert check(text) is None


@pytest.mark.parametrize(("check", "text"), [(c, t) for c, each in BAD.items() for t in each])
def test_what_spark_refuses_is_told(check, text):
    assert check(text)


@pytest.mark.parametrize("check", list(GOOD))
def test_other_constants_are_no_matter(check):
    assert check(5) is None


def test_units_of_an_interval_in_one_text():
    assert parse_interval_units("interval -3 days 2 hours") == {"day", "hour"}
    assert parse_interval_units("1.5 seconds") == {"second"}
    for text in ("", "days", "3", "3 days 2", "1.5 days", "3 dayz"):
        with pytest.raises(UnitsError):
            parse_interval_units(text)
