"""A credential that is written down is told, whatever else is wrong with its entry."""

from __future__ import annotations

from itertools import product

import pytest

from ssbt.compiler.diagnostics.codes.secrets import SECRET_NEEDED, UNKNOWN_SECRET
from ssbt.compiler.diagnostics.text import text_report
from ssbt.compiler.driver import CheckResult, check_pipeline

PIPELINE = """\
pipeline shop {{ checkpoint = "checkpoints" }}
secret db_password
schema Order {{ id: bigint }}
connection main: kafka {{ {main} }}
stream source orders from kafka {{ connection = main, subscribe = "a", value = json, {source} }}
sink orders to console {{ {sink} }}
"""
MAIN = (
    'bootstrap_servers = "a:9092", security_protocol = sasl_ssl, sasl_mechanism = plain, '
    'username = "me", password = db_password'
)
VALUES = ('"hunter22secret"', '"correct horse"')


def check(main: str = "", source: str = "", sink: str = "") -> CheckResult:
    text = PIPELINE.format(
        main=", ".join(filter(None, (MAIN, main))),
        source=", ".join(filter(None, ("schema = Order", source))),
        sink=sink,
    )
    return check_pipeline("p.ssbt", lambda _: text.encode())


def test_the_frame_is_right():
    assert [result.message for result in check().findings] == []


@pytest.mark.parametrize(("place", "value"), [*product(("main", "source", "sink"), VALUES)])
@pytest.mark.parametrize("times", [1, 2])
def test_written_in_an_entry_that_is_refused(place: str, value: str, times: int):
    result = check(**{place: ", ".join([f"password = {value}"] * times)})
    reported = [actual for actual in result.findings if actual.code is SECRET_NEEDED]
    assert len(reported) == times
    assert all(actual.help for actual in reported)
    assert value[1:-1] not in text_report(result.findings, result.sources)


@pytest.mark.parametrize("word", ["correct_horse", "hunter22", "my_password"])
def test_a_name_that_no_secret_has(word: str):
    main = MAIN.replace("db_password", word)
    text = PIPELINE.format(main=main, source="schema = Order", sink="").replace(
        "secret db_password\n", ""
    )
    result = check_pipeline("p.ssbt", lambda _: text.encode())
    (reported,) = (actual for actual in result.findings if actual.code is UNKNOWN_SECRET)
    assert any("declare `secret NAME`" in line for line in reported.help)
