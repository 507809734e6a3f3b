"""Which names of settings and which texts hold a credential, and which only look like it."""

from __future__ import annotations

import random
import re

import pytest

from ssbt.compiler.credentials import texts
from ssbt.compiler.credentials.names import is_credential
from ssbt.compiler.credentials.texts import has_credential, without_credentials
from ssbt.compiler.sparkconf.settings import known_settings

HOLDING = (
    *("fs.s3a.secret.key", "fs.s3a.access.key", "fs.s3a.session.token"),
    *("fs.s3a.bucket.shop.secret.key", "fs.s3a.encryption.key"),
    *("fs.azure.account.key.shop.blob.core.windows.net",),
    *("fs.azure.account.oauth2.client.secret.shop", "fs.azure.sas.fixed.token.shop"),
    *("fs.azure.sas.box.shop.blob.core.windows.net",),
    *("fs.gs.auth.service.account.private.key",),
    *("fs.gs.auth.service.account.private.key.id", "javax.jdo.option.ConnectionPassword"),
    *("kafka.sasl.jaas.config", "kafka.ssl.keystore.password", "kafka.ssl.key.password"),
    *("kafka.ssl.keystore.key", "spark.authenticate.secret", "spark.ssl.keyPassword"),
    *("spark.sql.catalog.shop.credential", "spark.sql.catalog.shop.token"),
    *("spark.sql.catalog.shop.s3.secret-access-key",),
    *("spark.sql.catalog.shop.s3.access-key-id", "spark.sql.catalog.shop.jdbc.password"),
    *("sfPassword", "pem_private_key", "password", "PASSWORD", "awsSecretAccessKey"),
)
HARMLESS = (
    *("fs.s3a.aws.credentials.provider", "fs.s3a.assumed.role.credentials.provider"),
    *("fs.s3a.endpoint", "fs.s3a.encryption.algorithm"),
    *("fs.azure.account.oauth2.client.id", "fs.azure.account.oauth2.client.endpoint"),
    *("fs.azure.account.auth.type", "fs.azure.account.oauth.provider.type"),
    *("fs.gs.auth.type", "fs.gs.proxy.address", "fs.gs.auth.service.account.json.keyfile"),
    *("hadoop.security.credential.provider.path",),
    *("spark.kafka.clusters.shop.sasl.token.mechanism",),
    *("spark.kubernetes.driver.secrets.shop",),
    *("spark.kubernetes.executor.secretKeyRef.SHOP",),
    *("spark.sql.catalog.shop.oauth2-server-uri",),
    *("kafka.sasl.oauthbearer.token.endpoint.url", "spark.sql.shuffle.partitions"),
    *("spark.app.name",),
)


@pytest.mark.parametrize("name", HOLDING)
def test_names_that_hold_one(name: str) -> None:
    assert is_credential(name)
    assert is_credential(f"spark.hadoop.{name}")


@pytest.mark.parametrize("name", HARMLESS)
def test_names_that_do_not(name: str) -> None:
    assert not is_credential(name)
    assert not is_credential(f"spark.hadoop.{name}")


def test_sparks_own_settings_are_told_apart() -> None:
    """Of more than a thousand settings, those for credentials, and no switch, file or number."""
    existing = known_settings()
    names = [name for name in existing if is_credential(name) and existing[name].kind == "text"]
    assert sorted(names) == [
        "spark.authenticate.secret",
        "spark.connect.authenticate.token",
        "spark.launcher.secret",
        "spark.mesos.driver.secret.values",
        "spark.mesos.executor.secret.values",
        "spark.mesos.secret",
        "spark.ssl.rpc.keyPassword",
        "spark.ssl.rpc.keyStorePassword",
        "spark.ssl.rpc.privateKeyPassword",
        "spark.ssl.rpc.trustStorePassword",
    ]


@pytest.mark.parametrize("value", ["true", "FALSE", "256", " 12 "])
def test_a_switch_or_a_number_is_none(value: str) -> None:
    assert not is_credential("fs.s3a.session.token", value)


TEXTS = {
    "-Xmx1g -Djavax.net.ssl.trustStorePassword=pw -Dx=1": (
        "-Xmx1g -Djavax.net.ssl.trustStorePassword=*** -Dx=1"
    ),
    "-Dmy.secret='a b'": "-Dmy.secret=***",
    "http://user:pw@host:8081/x": "http://user:***@host:8081/x",
    "s3a://KEY:SECRET@bucket/x": "s3a://KEY:***@bucket/x",
    "jdbc:mysql://root:p%40w@db/x": "jdbc:mysql://root:***@db/x",
    "a, http://:pw@host": "a, http://:***@host",
    "jdbc:postgresql://db/x?user=u&password=pw": "jdbc:postgresql://db/x?user=u&password=***",
    "jdbc:sqlserver://db;user=u;password=pw;x=y": "jdbc:sqlserver://db;user=u;password=***;x=y",
    "https://shop.blob.core.windows.net/x?sv=1&sig=abc%3D": (
        "https://shop.blob.core.windows.net/x?sv=1&sig=***"
    ),
    "http://user:${word}@host": "http://user:***@host",
}
PLAIN = (
    "-Dpasswordfile=/x -Dtoken.file=/y -Djavax.net.ssl.trustStore=/z",
    *("http://host:8081", "abfss://box@shop.dfs.core.windows.net/x", "s3a://bucket/a:b@c"),
    *("user@example.com", "hdfs://name:9000/x", "a:b@c", "http://h/?page=1&token_kind=x", ""),
    *("s3a://bucket/in/day=2026-01-01", "http://user@host"),
)


@pytest.mark.parametrize("text", TEXTS)
def test_texts_that_have_one(text: str) -> None:
    assert has_credential(text)
    assert without_credentials(text) == TEXTS[text]


@pytest.mark.parametrize("text", PLAIN)
def test_texts_that_have_none(text: str) -> None:
    assert not has_credential(text)
    assert without_credentials(text) == text


PARTS = (
    *("password", "Passwd", "PWD", "passphrase", "passcode", "secret", "Token", "signature"),
    *("apikey", "api_key", "access-key", "accountkey", "secret.key", "sig", "sas", "pass", "x_pw"),
    *("=", " = ", ":", '"', "'", "; ", "?", "&", " ", "-", "-D", "\\", "\n", "@", "/", "where "),
    *("://user:", "host", "jdbc:oracle:thin:scott/", "Basic ", "BEARER ", "Authorization: "),
    *("\u017f", '": "', "': '", '"sig": "', 'Password = "'),
    *("dXNlcjpwdw==", "abcdEFGH0123456789", "AKIA", "ya29.", "ghp_", "github_pat_", "glpat-"),
    *("xoxb-", "sk_live_", "sk-", "dapi", "hvs.", "npm_", "hf_", "SG.", "eyJhbGci.", "AIza"),
    *("-----BEGIN PRIVATE KEY-----", "https://hooks.slack.com/services/T0/B0/", "0a" * 16, "true"),
)


def test_no_pattern_is_left_out_that_would_find_something() -> None:
    generator = random.Random(7)
    results = set()
    for _ in range(30_000):
        text = "".join(generator.choices(PARTS, k=generator.randint(2, 6)))
        expected = {source for source in texts.TEXTS if re.search(source, text)}
        assert expected <= {*texts._select_patterns(text)}, text
        results |= expected
    assert results == {*texts.TEXTS}
