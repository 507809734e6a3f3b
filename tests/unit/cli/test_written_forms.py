"""Credentials by the forms of their names, in every place that takes a name and a text.

The kind: a name in which somebody says "this is a credential", whatever the spelling, with
something before or after it. 37 stems in 6 spellings in 9 places, and names that only look like it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
import re
from time import perf_counter

import pytest

from ssbt.compiler.credentials import texts, words
from ssbt.compiler.credentials.names import is_credential, is_credential_parameter
from ssbt.compiler.lsp.hover import find_hover
from ssbt.compiler.lsp.workspace import Workspace
from ssbt.runtime.redaction import texts as runtime_texts
from tests.unit.cli.conftest import Ssbtc

VALUE = "q7Zk2w9Xr4"
STEMS = (
    *("password", "passwd", "passphrase", "pwd", "secret", "token", "bearer", "jwt"),
    *("credentials", "credential", "authorization", "api key", "apikey", "access key"),
    *("account key", "private key", "secret key", "shared access key", "signing key"),
    *("auth pass", "keystore pass", "basic auth user info", "client secret", "encryption key"),
    # What people write as one word.
    *("dbpassword", "userpassword", "pgpassword", "mysqlpwd", "accesstoken", "authtoken"),
    *("clientsecret", "appsecret", "dbpasswd", "password2", "pass", "mysql pass", "redis pass"),
)
# What has the same words, and holds none.
LOOK_ALIKES = (
    *("token endpoint", "primary key", "password policy", "max tokens", "key", "keyspace"),
    *("topic key", "sort key", "partition key", "token count", "secret name", "password length"),
    *("access key column", "api key header", "token type", "credentials provider", "compass"),
    *(
        "bypass",
        "first pass",
        "passenger",
        "secretary",
        "tokens",
        "foreign key",
        "author",
        "sasquatch",
    ),
    *("private key file", "token url", "min password length", "secret id", "passport", "key id"),
    *("token count", "key column", "second pass", "boarding pass", "day pass", "tokenizer"),
    *("passed", "pass rate", "surpass", "broken", "turkey", "monkey", "password file", "trespass"),
)
Form = Callable[[list[str]], str]
FORMS: dict[str, Form] = {
    "snake": "_".join,
    "kebab": "-".join,
    "dotted": ".".join,
    "camel": lambda parts: parts[0] + "".join(part.title() for part in parts[1:]),
    "before": lambda parts: "shop_" + "_".join(parts),
    "behind": lambda parts: "_".join(parts) + "_prod",
}
REST = 'source s from text { path = "in" }\n'
SINK = "sink s to noop { }\n"
SINK_X = "sink x to noop { }\n"
PLACES: dict[str, str] = {
    "spark": f'pipeline p {{ spark {{ "spark.x.NAME" = "{VALUE}" }} }}\n{REST}{SINK}',
    "hadoop": f'pipeline p {{ spark {{ "spark.hadoop.NAME" = "{VALUE}" }} }}\n{REST}{SINK}',
    "raw": f"pipeline p {{ }}\n{REST}"
    f'sink s to parquet {{ path = "o", raw {{ "x.NAME" = "{VALUE}" }} }}\n',
    "connection": 'pipeline p { }\nconnection k: kafka { bootstrap_servers = "h:1", '
    f'raw {{ "kafka.x.NAME" = "{VALUE}" }} }}\n{REST}{SINK}',
    "param": f'pipeline p {{ }}\nparam NAME: string = "{VALUE}"\n'
    'source s from text { path = "${NAME}" }\n' + SINK,
    "map": f"pipeline p {{ }}\nparam m: map<string, string> = map('NAME', '{VALUE}')\n{REST}{SINK}",
}
CONFIGURED = {
    "conf": f'spark {{ "spark.x.NAME" = "{VALUE}" }}',
    "conf param": f"params.NAME = {VALUE}",
    "provider": f'secrets.my {{ provider = "a.b:C", "NAME" = "{VALUE}" }}',
}


def spellings(stem: str) -> Iterator[tuple[str, str]]:
    for form, spell in FORMS.items():
        yield form, spell(stem.split())


@pytest.mark.parametrize("stem", STEMS)
def test_names_of_credentials(stem: str) -> None:
    for form, name in spellings(stem):
        assert is_credential(f"spark.x.{name}", VALUE), form
        assert is_credential_parameter(name, VALUE), form
        # A run that is given one shows it in no log.
        assert runtime_texts.holds_credential(name), form


@pytest.mark.parametrize("stem", LOOK_ALIKES)
def test_names_that_look_like_it(stem: str) -> None:
    for form, name in spellings(stem):
        if form == "behind":
            continue
        assert not is_credential_parameter(name, "orders_2026"), form


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("stem", STEMS)
def test_a_pipeline(stem: str, place: str, project: Path, ssbtc: Ssbtc) -> None:
    names = [*spellings(stem)]
    # Two of the six in each place, so that every one has its turn.
    turn = STEMS.index(stem) + [*PLACES].index(place)
    for form, name in (names[turn % 6], names[(turn + 3) % 6]):
        if place == "param" and not name.isidentifier():
            continue
        Path("p.ssbt").write_text(PLACES[place].replace("NAME", name))
        result = ssbtc("compile", "p.ssbt")
        assert "SSBT1301" in result.out, form
        assert VALUE not in result.out + result.err
        assert not [path for path in Path().rglob("*") if path.is_file() and _shows(path)]


def _shows(path: Path) -> bool:
    return path.suffix != ".ssbt" and VALUE.encode() in path.read_bytes()


@pytest.mark.parametrize("place", CONFIGURED)
@pytest.mark.parametrize("stem", STEMS)
def test_a_configuration(stem: str, place: str, project: Path, ssbtc: Ssbtc) -> None:
    Path("ssbt.conf").write_text("environments = [prod]\n")
    Path("conf").mkdir()
    for form in (("snake", "camel", "before")[STEMS.index(stem) % 3],):
        name = FORMS[form](stem.split())
        Path("p.ssbt").write_text(
            'secret my\npipeline p { spark { "spark.hadoop.fs.s3a.secret.key" = my } }\n'
            f"param {name}: string\n"
            f'source s from text {{ path = "${{{name}}}" }}\n{SINK}'
        )
        Path("conf/prod.conf").write_text(CONFIGURED[place].replace("NAME", name) + "\n")
        result = ssbtc("config", "show", "--env", "prod", "p.ssbt")
        assert "SSBT1301" in result.out, (form, result.out)
        assert VALUE not in result.out + result.err


@pytest.mark.parametrize(
    "value", ["", "{{secrets/prod/db}}", "vault:kv/db", "arn:aws:secretsmanager:x"]
)
def test_a_reference_is_none(value: str) -> None:
    assert not is_credential_parameter("db_password", value)


REFERENCES = (
    *("/run/secrets/db", "/run/secrets/${env}/db", "/etc/ssl/private/key.pem", "/key.pem"),
    *("/mnt/vault/DB_PASSWORD", "/Users/me/db1", "file:/x", "/var/run/secrets/DbPassword/"),
)
# Base64 has `/` among its signs, also as the first one.
NO_REFERENCES = (
    *(f"/{VALUE}", f"/{VALUE}Lm8Pq3Vt6Yb1=", "/q7+/aB==", "/hunter2", f"/aB3/{VALUE}"),
    *(f"//{VALUE}", f"/{VALUE}/", f"/abc/{VALUE}/x", "/a/b+c"),
)


@pytest.mark.parametrize("value", REFERENCES)
def test_a_path_is_none(value: str) -> None:
    assert not is_credential_parameter("db_password", value)


@pytest.mark.parametrize("value", NO_REFERENCES)
def test_what_only_begins_as_a_path_is_one(value: str) -> None:
    assert is_credential_parameter("db_password", value)


@pytest.mark.parametrize("value", ["changeme", "123456", "hunter2", "correct horse"])
def test_a_placeholder_is_one(value: str) -> None:
    """`changeme` is what many a database was opened with."""
    assert is_credential_parameter("db_password", value)


@pytest.mark.parametrize("value", ["account_id", "customer-key", "session_key"])
def test_a_key_of_rows_is_none(value: str) -> None:
    assert not is_credential_parameter("account_key", value)
    assert is_credential_parameter("account_key", VALUE)


def test_an_editor_hides_it(project: Path) -> None:
    text = PLACES["param"].replace("NAME", "db_password")
    Path("p.ssbt").write_text(text)
    analysis = Workspace().analyze((project / "p.ssbt").as_posix())
    hover = find_hover(analysis, analysis.path, text.index("db_password"))
    assert hover is not None
    assert "db_password: string" in hover.text
    assert VALUE not in hover.text


def test_the_runtime_has_the_same_lists() -> None:
    assert runtime_texts.TEXTS == texts.TEXTS
    assert runtime_texts.WORDS == words.WORDS
    assert runtime_texts.METADATA_WORDS == words.METADATA_WORDS


# Put together here, so that no scanner takes this file for a leak.
ISSUED = {
    "Amazon": "AK" + "IAABCDEFGHIJKLMNOP",
    "Amazon for a session": "AS" + "IAABCDEFGHIJKLMNOP",
    "GitHub": "gh" + "p_" + "a1B2c3D4" * 5,
    "GitHub, newer": "github" + "_pat_" + "a1B2c3D4" * 5,
    "GitLab": "gl" + "pat-" + "a1B2c3D4" * 3,
    "Slack": "xo" + "xb-123456789012-abcdefABCDEF",
    "Slack's webhook": "https://hooks.slack.com/services" + "/T0000/B0000/a1B2c3D4e5",
    "Google": "AI" + "za" + "a1B2c3D" * 5,
    "Vault": "hv" + "s." + "a1B2c3D4" * 3,
    "Databricks": "da" + "pi" + "a1b2c3d4" * 4,
    "Stripe": "sk_" + "live_" + "a1B2c3D4" * 3,
    "JWT": "ey" + "JhbGciOiJI." + "eyJzdWIiOiIx." + "c2lnbmF0dXJl",
    "PEM": "-----BEGIN RSA " + "PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY-----",
    "PKCS 8": "-----BEGIN " + "PRIVATE KEY-----\\nMIIE",
}
WITHIN = {
    "presigned": f"https://b.s3.amazonaws.com/x?X-Amz-Date=1&X-Amz-Signature={VALUE}",
    "presigned by Google": f"https://storage.googleapis.com/x?X-Goog-Signature={VALUE}",
    "SAS": f"https://x.blob.core.windows.net/x?sv=1&sig={VALUE}",
    "Azure": f"DefaultEndpointsProtocol=https;AccountName=x;AccountKey={VALUE};",
    "Event Hubs": f"Endpoint=sb://x/;SharedAccessKeyName=k;SharedAccessKey={VALUE}",
    "libpq": f"host=h user=u password={VALUE}",
    "SQL Server": f"Password={VALUE};Server=h",
    "Oracle": f"jdbc:oracle:thin:scott/{VALUE}@h:1",
    "JAAS": f"org.X required username='u' password=\\\"{VALUE}\\\";",
    "Bearer": f"Bearer {VALUE}{VALUE}",
    "Basic": "Basic dXNlcjpw" + "YXNzd29yZA==",
    # A password has any sign in it, those of addresses as well.
    "slash in a user": f"s3a://KEY:{VALUE}/{VALUE}@bucket/x",
    "at in a user": f"http://u:{VALUE}@{VALUE}@h/x",
    "both in a user": f"http://u:{VALUE}@{VALUE}/{VALUE}@h",
    "both for Oracle": f"jdbc:oracle:thin:scott/{VALUE}/{VALUE}@h:1",
    "braces": f"jdbc:sqlserver://h;password={{{VALUE};{VALUE}}};x=y",
    "libpq in quotes": f"host=h password='{VALUE} {VALUE}' user=u",
    "JAAS in single quotes": f"org.X required username='u' password='{VALUE}';",
    "OAuth in JAAS": f"org.X required clientId='u' clientSecret='{VALUE}';",
    "JSON": f'{{\\"user\\": \\"u\\", \\"password\\": \\"{VALUE}\\"}}',
    "JSON in a JSON": f'{{\\"dbPassword\\":\\"{VALUE}\'{VALUE}\\"}}',
    "Python": f"{{'auth_token': '{VALUE}'}}",
    "header of a name": f"Authorization: Bearer {VALUE}",
    "one of several headers": f"Accept: */*, Authorization: Basic {VALUE}",
    "header in JSON": f'{{\\"Authorization\\": \\"Bearer {VALUE}\\"}}',
    "option of a command": f"job --password={VALUE}",
    "option with a value behind it": f"job --db-password {VALUE}",
    "setting of a command": f"spark-submit --conf spark.x.secret={VALUE}",
}
KEYS = (
    *("pass", "user_pass", "pw", "sslpassword", "trustStorePassword", "keyStoreSecret"),
    *("accessToken", "secretAccessKey", "secret-access-key", "awsSecretKey", "clientSecret"),
    *("sas", "apikey", "x-api-key", "storage_account_key", "AccessKey", "authtoken", "pwd"),
)
# Where a text has such a key.
LISTS = (
    *("http://h/x?a=1&KEY=VALUE", "jdbc:x://h;a=b;KEY=VALUE;c=d", "jdbc:x://h/d?KEY=VALUE&c=d"),
    *("a=b KEY=VALUE", "job --KEY=VALUE", "-Dx.KEY=VALUE", "{'KEY': 'VALUE'}", "a=b KEY='VALUE'"),
)
# The same signs, and no credential.
PLAIN = (
    *("http://host:8081/x?mail=a@b", "http://h:8081,h2:8081/a@b", "http://h:${port}/a@b"),
    *("s3a://bucket/a:b@c", "select * from t where password = 'x'", "file:///a/b:c@d"),
    "select * from a join b on a.token=b.token and a.password=b.password",
    *("jdbc:sqlserver://h;trustServerCertificate=true;encrypt=true", "http://h/?bypass=1&page=2"),
    *("http://h/?token_kind=x", "job --token-file=/x", "job --password-file x", "x;use_token=true"),
    *("{'password_file': '/x'}", "{'token': ''}", "{'tokens': 'a'}", "/in/password=1/x.csv"),
    *("authorization: required before use", "authorization: basic", "host=h password='' user=u"),
    *("abfss://box@shop.dfs.core.windows.net/x:y@z", "at 12:30 mail a@b", "compass=x surpass=y"),
)


@pytest.mark.parametrize("key", KEYS)
def test_keys_within_texts(key: str) -> None:
    for form in LISTS:
        text = form.replace("KEY", key).replace("VALUE", VALUE)
        assert texts.has_credential(text), text
        assert VALUE not in texts.without_credentials(text)
        assert VALUE in runtime_texts.credentials_in(text)


@pytest.mark.parametrize("text", PLAIN)
def test_texts_without_one(text: str) -> None:
    assert not texts.has_credential(text), texts.without_credentials(text)


@pytest.mark.parametrize("text", ["http://u:q7@Zk@h", "http://u:q7@Zk@h/x", "http://u:q7@Zk@h/x@y"])
def test_a_run_hides_all_of_a_password(text: str) -> None:
    assert "q7@Zk" in runtime_texts.credentials_in(text)
    assert "Zk" not in runtime_texts.without_credentials(text)


def test_texts_are_searched_in_linear_time() -> None:
    hostile = (
        "://a:",
        "?password",
        "a.",
        " -a",
        "password=",
        "password='",
        '"password": "',
        "x=y ",
    )
    for each in (*hostile, "jdbc:oracle:thin:a/", "authorization: basic ", "{", "a@b:", "-D", "'"):
        started = perf_counter()
        texts.without_credentials(each * (200_000 // len(each)))
        assert perf_counter() - started < 5, each


TEXT_PLACES = {
    "path": 'pipeline p { }\nsource s from text { path = "TEXT" }\n' + SINK,
    "checkpoint": 'pipeline p { checkpoint = "TEXT" }\n' + REST + SINK,
    "spark": f'pipeline p {{ spark {{ "spark.x.y" = "TEXT" }} }}\n{REST}{SINK}',
    "raw": f'pipeline p {{ }}\n{REST}sink s to parquet {{ path = "o", raw {{ "x" = "TEXT" }} }}\n',
    "param": f'pipeline p {{ }}\nparam x: string = "TEXT"\n{REST}{SINK}',
}


@pytest.mark.parametrize("place", TEXT_PLACES)
@pytest.mark.parametrize("kind", [*ISSUED, *WITHIN])
def test_a_text_that_is_one_whatever_its_name(
    kind: str, place: str, project: Path, ssbtc: Ssbtc
) -> None:
    text = {**ISSUED, **WITHIN}[kind]
    Path("p.ssbt").write_text(TEXT_PLACES[place].replace("TEXT", text))
    result = ssbtc("check", "p.ssbt")
    assert "SSBT1301" in result.out
    assert VALUE not in result.out
    assert texts.without_credentials(text) != text
    assert runtime_texts.without_credentials(text) == texts.without_credentials(text)


@pytest.mark.parametrize("kind", ISSUED)
@pytest.mark.parametrize(
    "step", ["|> where value = TEXT", "|> extend TEXT as a", "|> aggregate count(TEXT) as n"]
)
def test_an_expression(kind: str, step: str, project: Path, ssbtc: Ssbtc) -> None:
    text = f"'{ISSUED[kind]}'"
    Path("p.ssbt").write_text(
        f"pipeline p {{ }}\n{REST}let x = from s {step.replace('TEXT', text)}\n{SINK_X}"
    )
    result = ssbtc("compile", "p.ssbt")
    assert "SSBT1301" in result.out
    assert ISSUED[kind] not in result.out


CIPHERS = {
    "aes_encrypt(value, '0000111122223333')": True,
    "aes_encrypt(value, 'abcdefabcdef' || 'abcd')": True,
    "aes_decrypt(unbase64(value), '0000111122223333', 'GCM')": True,
    "try_aes_decrypt(unbase64(value), unhex('30303030313131313232323233333333'))": True,
    "aes_encrypt(value, value)": False,
    "aes_encrypt('Spark', '0000111122223333')": False,
}


@pytest.mark.parametrize("call", CIPHERS)
@pytest.mark.parametrize(
    "step", ["|> extend {} as e", '|> sql "select {} as e from {{input}}" returns E']
)
def test_keys_of_ciphers(call: str, step: str, project: Path, ssbtc: Ssbtc) -> None:
    steps = step.format(call)
    Path("p.ssbt").write_text(
        f"pipeline p {{ }}\nschema E {{ e: binary }}\n{REST}let x = from s {steps}\n{SINK_X}"
    )
    result = ssbtc("check", "p.ssbt")
    assert ("SSBT1301" in result.out) == CIPHERS[call], result.out
    assert CIPHERS[call] is False or re.search("'0000|3030|abcdef", result.out) is None
