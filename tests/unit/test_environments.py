"""The example with two environments: what is committed beside it is what it compiles to."""

from __future__ import annotations

from pathlib import Path

import pytest

from ssbt.compiler.driver import check_pipeline, configure_pipeline, emit_files
from tests.unit.test_cases import compare

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "environments"


def read(path: str) -> bytes:
    return (EXAMPLE / path).read_bytes()


def test_artefacts(pytestconfig: pytest.Config) -> None:
    result = configure_pipeline(check_pipeline("pipeline.ssbt", read), "pipeline.ssbt", read)
    assert result.check_result.findings == ()
    files = {
        file.path: file.content for file in emit_files(result.check_result, result.environments)
    }
    committed = {path.relative_to(EXAMPLE / "compiled").as_posix() for path in PATHS}
    assert committed == set(files) - {"taxes.json", "taxes.map.json", "ssbt_runtime.zip"}
    for path in committed:
        compare(files[path].decode(), EXAMPLE / "compiled" / path, pytestconfig)


PATHS = [path for path in (EXAMPLE / "compiled").rglob("*") if path.is_file()]


@pytest.mark.parametrize("names", [("dev",), ("prod",), ("prod", "dev"), ()])
def test_chosen_environments(names: tuple[str, ...]) -> None:
    actual_names = configure_pipeline(
        check_pipeline("pipeline.ssbt", read), "pipeline.ssbt", read, names
    )
    assert tuple(each.name for each in actual_names.environments) == (names or ("dev", "prod"))
    assert actual_names.check_result.findings == ()


def test_an_environment_that_is_not_there() -> None:
    result = configure_pipeline(
        check_pipeline("pipeline.ssbt", read), "pipeline.ssbt", read, ("pord",)
    )
    assert [finding.code.number for finding in result.check_result.findings] == ["SSBT1217"]
    assert result.check_result.findings[0].message == (
        "there is no environment `pord`; did you mean `prod`?"
    )


def test_where_values_come_from() -> None:
    result = configure_pipeline(
        check_pipeline("pipeline.ssbt", read), "pipeline.ssbt", read, ("prod",)
    )
    (prod,) = result.environments
    places = {}
    for entry in prod.entries:
        assert entry.origin is not None
        source = result.check_result.sources[entry.origin.path]
        places[entry.name] = (entry.origin.path, source.position(entry.origin.start)[0])
    assert places == {
        "params.countries": ("conf/prod.conf", 5),
        "params.rate": ("conf/defaults.conf", 4),
        "params.results": ("conf/prod.conf", 4),
        "spark.sql.shuffle.partitions": ("conf/prod.conf", 14),
        "connections.shop.kafka.bootstrap.servers": ("conf/defaults.conf", 6),
        "connections.shop.kafka.sasl.jaas.config": ("conf/prod.conf", 11),
        "connections.shop.kafka.security.protocol": ("conf/prod.conf", 9),
        "connections.shop.kafka.sasl.mechanism": ("conf/prod.conf", 10),
        "secrets.login": ("conf/prod.conf", 17),
        "secrets.prod_login": ("conf/prod.conf", 18),
    }


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("spark.network.timeout = 2 minutes", {"spark.network.timeout": "2min"}),
        ('spark { "spark.network.timeout" = "1 hour" }', {"spark.network.timeout": "1h"}),
        ("spark { network.timeout = 500ms }", {"spark.network.timeout": "500ms"}),
        (
            "spark.sql.autoBroadcastJoinThreshold = 64 MiB",
            {"spark.sql.autoBroadcastJoinThreshold": "64m"},
        ),
        # No quantity: a text as it is.
        ("spark.sql.catalog.c.note = 2 minutes", {"spark.sql.catalog.c.note": "2 minutes"}),
    ],
)
def test_quantities_are_spelled_for_spark(written: str, value: dict[str, str]) -> None:
    """As in the pipeline's own block, where `2 minutes` becomes `2min`."""

    def changed(path: str) -> bytes:
        text = read(path)
        return text + f"\n{written}\n".encode() if path == "conf/prod.conf" else text

    result = configure_pipeline(
        check_pipeline("pipeline.ssbt", changed), "pipeline.ssbt", changed, ("prod",)
    )
    assert result.check_result.findings == ()
    (prod,) = result.environments
    assert value.items() <= prod.document["spark"].items()
