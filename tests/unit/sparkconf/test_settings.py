"""Which settings are refused, by name, line and value."""

from __future__ import annotations

import pytest

from ssbt.compiler.sparkconf import settings
from ssbt.compiler.sparkconf.settings import find_setting_problem, known_settings
from ssbt.compiler.sparkconf.values import describe_expected_value
from ssbt.runtime.sparkconf import settings as run_time

OTHERS = [
    "spark.sql.catalog.lake.warehouse",
    "spark.sql.iceberg.vectorization.enabled",
    "spark.databricks.delta.retentionDurationCheck.enabled",
    "spark.hadoop.fs.s3a.endpoint",
    "spark.executorEnv.TOKEN",
    "spark.shuffle.io.retryWait",
    "spark.executor.resource.gpu.amount",
    "spark.kubernetes.executor.annotation.team",
    "spark.jars.ivy",
    "spark.driver.extraJavaOptions",
    "spark.plugins",
    "spark.rapids.sql.enabled",
    "spark.gluten.sql.columnar.backend.lib",
]


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("line", ["3.5", "4.3"])
def test_names_of_others_pass(name: str, line: str) -> None:
    assert find_setting_problem(name, "anything", line) is None


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("spark.api.mode", "3.5", "`spark.api.mode` came with Spark 4.0, not 3.5"),
        ("spark.api.mode", "4.0", ""),
        (
            "spark.mesos.coarse",
            "4.1",
            "Spark 4.1 has no `spark.mesos.coarse` any more: 3.5 was the last to have it",
        ),
        ("spark.mesos.coarse", "3.5", ""),
        ("spark.sql.adaptive.enabledd", "4.1", "Spark has no `spark.sql.adaptive.enabledd`"),
        ("spark.app.nam", "4.1", "Spark has no `spark.app.nam`"),
    ],
)
def test_names(name: str, line: str, message: str) -> None:
    value = "classic" if name == "spark.api.mode" else "true"
    refused = find_setting_problem(name, value, line)
    assert (refused.message if refused else "") == message
    assert refused is None or refused.is_name


FITTING = {
    "boolean": ["true", " FALSE "],
    "int": ["0", "-1", "+5", "2147483647"],
    "long": ["9223372036854775807"],
    "number": ["0.5", "1e-3", "-1", "NaN"],
    "duration": ["5", "10s", "5min", "100MS", "-1"],
    "size": ["5", "10k", "10KB", "1g", "-1"],
    "choice": ["static", "DYNAMIC"],
    "text": ["", "anything"],
}
UNFITTING = {
    "boolean": ["yes", "1", ""],
    "int": ["1.0", "1_000", "2147483648", "", "4g", "9" * 5000],
    "long": ["9223372036854775808"],
    "number": ["many", "1_0", ""],
    "duration": ["10 s", "10 minutes", "1.5s", "5mins"],
    "size": ["1.5g", "10 mb", "1gib", ""],
    "choice": ["dynamical"],
}


@pytest.mark.parametrize("kind", FITTING)
def test_values(kind: str) -> None:
    choices = ("DYNAMIC", "STATIC")
    assert [v for v in FITTING[kind] if describe_expected_value(v, kind, "", choices)] == []
    assert [
        v for v in UNFITTING.get(kind, []) if not describe_expected_value(v, kind, "", choices)
    ] == []


def test_the_least_value() -> None:
    assert describe_expected_value("0", "int", "1", ()) == "a whole number from 1"
    assert describe_expected_value("0", "int", "0", ()) == ""


def test_the_catalogue() -> None:
    existing = known_settings()
    assert len(existing) > 1_900
    assert list(existing) == sorted(existing)
    assert {each.kind for each in existing.values()} == set(FITTING)
    assert all(each.choices for each in existing.values() if each.kind == "choice")
    assert existing["spark.sql.shuffle.partitions"].least == "1"


def test_the_runtime_holds_files_to_the_same_names() -> None:
    """Every name with a letter dropped, changed and swapped; both answer, or neither does."""
    assert set(settings.known_settings()) == set(run_time.names())
    assert run_time.OPEN == settings._OPEN_PREFIXES
    assert tuple(run_time.SETTLED) == settings._FIXED_SETTINGS
    assert run_time.SETTLED_BEGINNING == settings._FIXED_PREFIX
    for name in sorted(settings.known_settings())[::40]:
        at = 5 + len(name) // 2
        slips = (name[:at] + name[at + 1 :], f"{name[: at - 1]}q{name[at:]}", f"{name}.x")
        for each in (name, *slips):
            refused = settings.find_setting_problem(each, "1", "4.1")
            is_unknown = refused is not None and refused.message.startswith("Spark has no ")
            assert is_unknown == (run_time.unknown_name(each) is not None), each
