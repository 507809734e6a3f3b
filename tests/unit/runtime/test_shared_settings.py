"""What a configuration says of connections and secrets is held to what the script declares."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from ssbt.compiler.configuration import providers
from ssbt.compiler.connectors import client_names as compiling
from ssbt.compiler.connectors.loading import connector_names, find_connector
from ssbt.compiler.diagnostics.codes.connectors import RAW_UNKNOWN
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.driver import check_pipeline
from ssbt.runtime.brokers import client_names as running
from ssbt.runtime.brokers.client_names import client_names
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
    ("key", "message"),
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
def test_unknown_names(key: str, message: str) -> None:
    (problem,) = problems(key)
    assert message in problem


@pytest.mark.parametrize("option", ["timeout", "retries", "cache"])
@pytest.mark.parametrize("value", ["", "-1", "nan", "inf", "1e400", "9" * 5_000, "٣", "1 second"])
def test_numbers_that_no_wait_can_have(option: str, value: str) -> None:
    (problem,) = problems(f"secrets.login.{option}", value)
    assert f"`{option}` is a " in problem
    assert problems(f"secrets.login.{option}", 10) == problems(f"secrets.login.{option}", "3") == []


# A name that no client has, and what is offered for it.
WRONG_NAMES = [
    ("bootstrap", BROKERS),
    ("brokers", BROKERS),
    ("servers", BROKERS),
    ("broker.list", BROKERS),
    ("metadata.broker.list", ""),
    ("bootstrap.server", BROKERS),
    ("consumer.bootstrap.servers", BROKERS),
    ("sasl.user", "kafka.sasl.username"),
    ("sasl.mechanisms", "kafka.sasl.mechanism"),
    ("ssl.truststore.pasword", "kafka.ssl.truststore.password"),
    ("fetch.max.byte", "kafka.fetch.max.bytes"),
    ("fetch_max_bytes", "kafka.fetch.max.bytes"),
    ("consumer.max.poll.records", "kafka.max.poll.records"),
    ("producer.override.linger.ms", "kafka.linger.ms"),
    ("retry", ""),
    ("x", ""),
    ("idempotence", ""),
    ("session.timeout", ""),
    ("max.rows.per.second", ""),
]
OWN_NAMES = ["schema.registry.url", "mycompany.token.cache.seconds", "confluent.telemetry"]
OWN_NAMES += ["ssl.engine.vault.path", "config.providers.env.class", "metric.reporters.host"]
# Options of ours, which `raw` is not for.
OWN_OPTIONS = {
    BROKERS: "bootstrap_servers",
    "kafka.sasl.username": "username",
    "kafka.sasl.mechanism": "sasl_mechanism",
    "kafka.ssl.truststore.password": "ssl_truststore_password",
}


@pytest.mark.parametrize(("name", "expected"), WRONG_NAMES)
def test_names_that_no_client_has(name: str, expected: str) -> None:
    """At run time, and in `raw` of a connection, a source and a sink, in any case."""
    for spelling in (name, name.upper(), name.title()):
        (problem,) = problems(f"connections.shop.kafka.{spelling}")
        assert problem.startswith(f"unknown option `kafka.{spelling}` (--set, connection `shop`)")
        if expected:
            assert problem.endswith(f"; did you mean `{expected}`?")
        findings = raw_findings(f"kafka.{spelling}")
        assert [each.code for each in findings] == [RAW_UNKNOWN] * 3
        if expected:
            names = (f"`{expected}`", f"`{OWN_OPTIONS.get(expected)} = …`")
            assert any(word in findings[0].help[0] for word in names)


def test_names_that_clients_have() -> None:
    for name in sorted(client_names("kafka")):
        key = f"kafka.{name}"
        if key in known.REFUSED_OPTIONS["kafka"]:
            continue
        for spelling in (key, key.upper(), f"kafka.{name.title()}"):
            one = shared()
            one.add("--set", f"connections.shop.{spelling}", "x")
            assert (one.problems, one.connections) == ([], {"shop": {key: "x"}})
        assert RAW_UNKNOWN not in {result.code for result in raw_findings(key.upper())}


@pytest.mark.parametrize("name", OWN_NAMES)
def test_names_of_classes_of_others(name: str) -> None:
    assert problems(f"connections.shop.kafka.{name}") == []
    assert raw_findings(f"kafka.{name}") == []


def test_names_beside_a_class() -> None:
    inputs = '"kafka.ssl.engine.factory.class" = "a.B", "kafka.vault" = "x"'
    assert RAW_UNKNOWN not in {result.code for result in raw_findings(inputs)}
    inputs = '"kafka.ssl.engine.factory.class" = "a.B", "kafka.fetch.max.byte" = 1'
    assert RAW_UNKNOWN in {result.code for result in raw_findings(inputs)}


def reader(text: str) -> Callable[[str], bytes]:
    return lambda _: text.encode()


def raw_findings(key: str) -> list[Diagnostic]:
    """What is found in `raw` of a connection, of a source and of a sink."""
    entry = f"raw {{ {key} }}" if "=" in key else f'raw {{ "{key}" = "x" }}'
    result: list[Diagnostic] = []
    for index in range(3):
        raws = [entry if index == each else "" for each in range(3)]
        text = f"""
pipeline p {{ }}
connection shop: kafka {{ bootstrap_servers = "b:1"
{raws[0]} }}
source rows from kafka {{ connection = shop, subscribe = "t", value = string
{raws[1]} }}
sink rows to kafka {{ connection = shop, topic = "u", value = string, value_columns = value
{raws[2]} }}
"""
        findings = check_pipeline("p.ssbt", reader(text)).findings
        result += [each for each in findings if each.code.number.startswith("SSBT05")]
    return result


def test_both_judge_names_alike() -> None:
    words = [
        *[
            "consumer",
            "producer",
            "my",
            "server",
            "brokers",
            "sasl",
            "ssl",
            "engine",
            "x",
            "metric",
            "fetch",
        ]
    ]
    names = [".".join(each) for size in (1, 2, 3) for each in product(words, repeat=size)]
    names += [*client_names("kafka"), *(f"a.b.{name}" for name in client_names("kafka"))]
    assert client_names("kafka") == compiling.client_names("kafka")
    for judge in ("is_of_plugin", "find_meant"):
        ours, theirs = getattr(running, judge), getattr(compiling, judge)
        assert [ours("kafka", name) for name in names] == [theirs("kafka", name) for name in names]


@pytest.mark.parametrize("name", ["a.b", "`a.b`", "A.B"])
def test_names_with_dots(name: str) -> None:
    """As of `connection `a.b``; the longest name counts."""
    one = SharedConfiguration({"a": "kafka", "a.b": "kafka"}, ["a.b", "a"])
    one.add("--set", f"connections.{name}.client_id", "x")
    one.add("--set", "connections.a.client_id", "y")
    one.add("x.json", f"connections.{name}", {"username": "u"})
    one.add("--set", f"secrets.{name}.variable", "V")
    assert one.problems == []
    id_, user = "kafka.sasl.client.id", "kafka.sasl.username"
    assert one.connections == {"a.b": {id_: "x", user: "u"}, "a": {id_: "y"}}
    assert one.secrets == {"a.b": {"variable": "V"}}


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
        names = find_connector(name)
        if names is not None and names.connection is not None and not names.package:
            options = names.connection.options
            kinds[name] = {each.name: each.spark for each in options}
            rows = names.connection.refused
            refused |= {name: {key: row.help for row in rows for key in row.keys}} if rows else {}
            prefix = names.connection.raw_prefix
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
