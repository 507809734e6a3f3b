"""What Kafka's clients are told for a connection."""

from __future__ import annotations

import pytest

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
    result = kafka_options(
        BASE
        | {
            "kafka.sasl.mechanism": "OAUTHBEARER",
            "kafka.sasl.oauthbearer.token.endpoint.url": "https://login/token",
            "kafka.sasl.client.id": "etl",
            "kafka.sasl.client.secret": "s",
            "kafka.sasl.scope": "kafka",
        }
    )
    assert result["kafka.sasl.jaas.config"] == (
        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required"
        ' clientId="etl" clientSecret="s" scope="kafka";'
    )
    assert result["kafka.sasl.oauthbearer.token.endpoint.url"] == "https://login/token"
    # The class of that name in `secured` is gone from Kafka 4.
    assert result["kafka.sasl.login.callback.handler.class"] == (
        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler"
    )
    assert "kafka.sasl.client.secret" not in result


def test_kerberos() -> None:
    result = kafka_options(
        BASE
        | {
            "kafka.sasl.mechanism": "GSSAPI",
            "kafka.sasl.kerberos.service.name": "kafka",
            "kafka.sasl.principal": "etl@EXAMPLE.COM",
            "kafka.sasl.key.tab": "/etc/etl.keytab",
        }
    )
    assert result == BASE | {
        "kafka.sasl.mechanism": "GSSAPI",
        "kafka.sasl.kerberos.service.name": "kafka",
        "kafka.sasl.jaas.config": (
            "com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true storeKey=true"
            ' principal="etl@EXAMPLE.COM" keyTab="/etc/etl.keytab";'
        ),
    }


@pytest.mark.parametrize(
    ("value", "module"),
    [
        ({}, "required;"),
        (
            {
                "kafka.sasl.aws.role.arn": "arn:aws:iam::1:role/etl",
                "kafka.sasl.aws.role.session.name": "etl",
                "kafka.sasl.aws.sts.region": "eu-central-1",
                "kafka.sasl.aws.profile.name": "p",
            },
            'required awsRoleArn="arn:aws:iam::1:role/etl" awsRoleSessionName="etl"'
            ' awsStsRegion="eu-central-1" awsProfileName="p";',
        ),
    ],
)
def test_iam_of_amazon_msk(value: dict[str, str], module: str) -> None:
    """As its documentation has it: not run, because MSK is no program that one could start."""
    result = kafka_options(BASE | {"kafka.sasl.mechanism": "AWS_MSK_IAM"} | value)
    assert result == BASE | {
        "kafka.sasl.mechanism": "AWS_MSK_IAM",
        "kafka.sasl.jaas.config": f"software.amazon.msk.auth.iam.IAMLoginModule {module}",
        "kafka.sasl.client.callback.handler.class": (
            "software.amazon.msk.auth.iam.IAMClientCallbackHandler"
        ),
    }
