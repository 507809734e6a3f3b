"""What Kafka's clients are told for a connection."""

from __future__ import annotations

from ssbt.runtime import kafka_options

BASE = {"kafka.bootstrap.servers": "a:1", "kafka.security.protocol": "SASL_SSL"}


def test_nothing_to_make() -> None:
    assert kafka_options(BASE) == BASE


def test_a_user() -> None:
    options = BASE | {
        "kafka.sasl.mechanism": "SCRAM-SHA-512",
        "kafka.sasl.username": "etl",
        "kafka.sasl.password": 'a"b\\c',
    }
    assert kafka_options(options) == BASE | {
        "kafka.sasl.mechanism": "SCRAM-SHA-512",
        "kafka.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required"
            ' username="etl" password="a\\"b\\\\c";'
        ),
    }


def test_a_login_module_of_the_users_own() -> None:
    options = BASE | {"kafka.sasl.mechanism": "PLAIN", "kafka.sasl.jaas.config": "Own required;"}
    assert kafka_options(options) == options


def test_a_token() -> None:
    made = kafka_options(
        BASE
        | {
            "kafka.sasl.mechanism": "OAUTHBEARER",
            "kafka.sasl.oauthbearer.token.endpoint.url": "https://login/token",
            "kafka.sasl.client.id": "etl",
            "kafka.sasl.client.secret": "s",
            "kafka.sasl.scope": "kafka",
        }
    )
    assert made["kafka.sasl.jaas.config"] == (
        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required"
        ' clientId="etl" clientSecret="s" scope="kafka";'
    )
    assert made["kafka.sasl.oauthbearer.token.endpoint.url"] == "https://login/token"
    # The class of that name in `secured` is gone from Kafka 4.
    assert made["kafka.sasl.login.callback.handler.class"] == (
        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler"
    )
    assert "kafka.sasl.client.secret" not in made
