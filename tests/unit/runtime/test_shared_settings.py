"""What a configuration says of connections and secrets is held to what the script declares."""

from __future__ import annotations

import pytest

from ssbt.compiler.configuration import providers
from ssbt.compiler.connectors.loading import connector_names, find_connector
from ssbt.runtime.providers.secrets import Secret
from ssbt.runtime.settings import known
from ssbt.runtime.settings.shared import SharedConfiguration

BROKERS = "kafka.bootstrap.servers"


def shared() -> SharedConfiguration:
    return SharedConfiguration(
        {"shop": "kafka", "registry": "schema_registry", "own": "somebody"}, ["login"]
    )


def problems(key: str, value: object = "x") -> list[str]:
    one = shared()
    one.add("--set", key, value)
    return one.problems + one.unknown_provider_options()


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("connections.shp.url", "unknown connection `shp` (--set); did you mean `shop`?"),
        ("connections.shop.bootstrap_server", "did you mean `bootstrap_servers`?"),
        ("connections.shop.kafka.bootstrap.server", f"did you mean `{BROKERS}`?"),
        ("connections.shop.topic", "unknown option `topic`"),
        ("connections.registry.adress", "unknown option `adress`"),
        ("connections.registry.usrname", "did you mean `username`?"),
        ("secrets.logn.provider", "unknown secret `logn` (--set); did you mean `login`?"),
        ("secrets.login.varable", "did you mean `variable`?"),
        ("secrets.login.timeout", "a number of seconds, not `x`"),
    ],
)
def test_unknown_names(key: str, said: str) -> None:
    (problem,) = problems(key)
    assert said in problem


@pytest.mark.parametrize("option", ["timeout", "retries", "cache"])
@pytest.mark.parametrize("value", ["", "-1", "nan", "inf", "1e400", "9" * 5_000, "٣", "1 second"])
def test_numbers_that_no_wait_can_have(option: str, value: str) -> None:
    (problem,) = problems(f"secrets.login.{option}", value)
    assert f"`{option}` is a " in problem
    assert problems(f"secrets.login.{option}", 10) == problems(f"secrets.login.{option}", "3") == []


def test_a_provider_that_there_is_not() -> None:
    (problem,) = problems("secrets.login.provider", "vualt")
    assert problem == "unknown provider `vualt` (the secret `login`); did you mean `vault`?"
    assert not problems("secrets.login.provider", "our.module:Provider")


def test_an_option_of_another_provider() -> None:
    one = shared()
    one.add("prod.json", "secrets.login", {"provider": "vault", "url": "u", "folder": "f"})
    (problem,) = one.unknown_provider_options()
    assert problem.startswith("unknown option `folder` (the secret `login`, provider vault)")


@pytest.mark.parametrize(
    "key",
    [
        "connections.shop.kafka.fetch.max.bytes",
        "connections.SHOP.bootstrap_servers",
        "connections.own.anything",
        "secrets.LOGIN.variable",
    ],
)
def test_known_names(key: str) -> None:
    assert problems(key) == []


def test_both_spellings_are_one_option() -> None:
    one = shared()
    one.add(
        "prod.json", "connections.shop", {"bootstrap_servers": "a:1", "password": {"secret": "p"}}
    )
    one.add("--set", f"connections.shop.{BROKERS}", "b:2")
    one.add("--set", "connections.shop.bootstrap_servers", "c:3")
    assert one.connections == {"shop": {BROKERS: "c:3", "kafka.sasl.password": Secret("p")}}
    assert one.problems == []


def test_a_script_that_does_not_say_what_it_declares() -> None:
    one = SharedConfiguration()
    one.add("--set", "connections.any.thing", "x")
    one.add("--set", "secrets.any.thing", "x")
    assert (one.problems, one.connections) == ([], {"any": {"thing": "x"}})


@pytest.mark.parametrize("key", [*known.REFUSED_OPTIONS["kafka"], "Kafka.Auto.Offset.Reset"])
def test_what_spark_does_not_take(key: str) -> None:
    (problem,) = problems(f"connections.shop.{key}")
    assert problem.startswith(f"Spark does not take `{key}` (--set, connection `shop`): ")


def test_options_are_those_of_the_specifications() -> None:
    kinds = {}
    refused: dict[str, dict[str, str]] = {}
    beginnings: dict[str, str] = {}
    for name in connector_names():
        found = find_connector(name)
        if found is not None and found.connection is not None and not found.package:
            options = found.connection.options
            kinds[name] = {each.name: each.spark for each in options}
            rows = found.connection.refused
            refused |= {name: {key: row.help for row in rows for key in row.keys}} if rows else {}
            prefix = found.connection.raw_prefix
            beginnings |= {name: prefix} if prefix else {}
    assert kinds == known.CONNECTION_OPTIONS
    assert refused == known.REFUSED_OPTIONS
    assert beginnings == known.OPEN_BEGINNINGS


def test_providers_are_those_that_the_compiler_knows() -> None:
    assert {
        name: providers.provider_options(name) for name in known.PROVIDER_OPTIONS
    } == known.PROVIDER_OPTIONS
    assert set(providers.provider_names()) >= set(known.PROVIDER_OPTIONS)
    assert providers.COMMON == known.COMMON_PROVIDER_OPTIONS
