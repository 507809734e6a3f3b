"""From the dataclass and all entries to values, settings and every problem at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from ssbt.runtime.settings.parameters import Entry, read_parameters, resolve_values


@dataclass(frozen=True)
class Params:
    run_date: date
    count: Annotated[int, "INT"]
    lake: str = "data/lake"
    rate: Annotated[Decimal, "DECIMAL(12,2)", "Rate of exchange"] = Decimal("0.01")
    dry: bool = False
    total: int = 0
    share: float = 0.5
    since: datetime = datetime(2026, 1, 1)
    local: Annotated[datetime, "TIMESTAMP_NTZ"] = datetime(2026, 1, 1)
    tables: tuple[str, ...] = ()
    until: date | None = None
    limit: Annotated[int | None, "INT", "Rows"] = None


PARAMETERS = read_parameters(Params)


def test_declared() -> None:
    assert {name: str(parameter.spark_type) for name, parameter in PARAMETERS.items()} == {
        "run_date": "DATE",
        "count": "INT",
        "lake": "STRING",
        "rate": "DECIMAL(12,2)",
        "dry": "BOOLEAN",
        "total": "BIGINT",
        "share": "DOUBLE",
        "since": "TIMESTAMP",
        "local": "TIMESTAMP_NTZ",
        "tables": "ARRAY<STRING>",
        "until": "DATE",
        "limit": "INT",
    }
    assert PARAMETERS["rate"].description == "Rate of exchange"
    assert read_parameters(None) == {}


GIVEN: list[Entry] = [("--set", "params.run_date", "2026-01-31"), ("--set", "params.count", "1")]


def test_last_entry_wins() -> None:
    entries: list[Entry] = [
        ("conf/prod.json", "params.lake", "s3a://lake"),
        ("conf/prod.json", "spark.sql.shuffle.partitions", 8),
        ("conf/prod.json", "spark.sql.ansi.enabled", True),
        ("x.properties", "spark.sql.shuffle.partitions", "16"),
        ("SSBT_PARAM_LAKE", "params.lake", "env"),
        ("--set", "params.lake", "a=b"),
        *GIVEN,
    ]
    assert resolve_values(PARAMETERS, entries) == (
        {"lake": "a=b", "run_date": date(2026, 1, 31), "count": 1},
        {"spark.sql.shuffle.partitions": "16", "spark.sql.ansi.enabled": "true"},
        [],
    )


def test_null_where_it_is_the_default() -> None:
    entries: list[Entry] = [("x", "params.until", "2026-01-31"), ("y", "params.until", None)]
    values, _, problems = resolve_values(
        PARAMETERS, [*GIVEN, *entries, ("y", "params.limit", None)]
    )
    assert (values["until"], values["limit"], problems) == (None, None, [])


def test_all_problems_at_once() -> None:
    entries: list[Entry] = [
        ("conf/prod.json", "params.count", None),
        ("conf/prod.json", "params.rate", Decimal("0.015")),
        ("conf/prod.json", "param.rate", 1),
        ("conf/prod.json", "spark.x", ["a"]),
        ("SSBT_PARAM_COUNT", "params.count", "99999999999"),
        ("--set", "params.laek", "x"),
        ("--set", "params.dry", "yes"),
        ("--set", "params.zzz", "1"),
        ("--set", "params.COUNT", "1"),
        ("--set", "params.params.count", "1"),
    ]
    assert resolve_values(PARAMETERS, entries)[2] == [
        "parameter `count` (conf/prod.json): expected INT, got null: not written like 42",
        'parameter `rate` (conf/prod.json): expected DECIMAL(12,2), got "0.015": '
        "more digits than it holds",
        "unknown section `param` (conf/prod.json); did you mean `params`?",
        "`spark.x` (conf/prod.json) must be text, a number, true or false",
        'parameter `count` (SSBT_PARAM_COUNT): expected INT, got "99999999999": '
        "outside -2147483648 to 2147483647",
        "unknown parameter `laek` (--set); did you mean `lake`?",
        'parameter `dry` (--set): expected BOOLEAN, got "yes": not written like true',
        "unknown parameter `zzz` (--set)",
        "unknown parameter `COUNT` (--set); did you mean `count`?",
        "unknown parameter `params.count` (--set); did you mean `count`?",
        "parameter `run_date` (DATE) needs a value: --set run_date=...",
    ]
