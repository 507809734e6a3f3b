"""A credential in a line that is shown for another reason: it is in no report and no editor.

The kind: any finding at all (a misspelt name, a duplicate, an unknown section, what cannot be
parsed) about a line in which somebody has written a credential down. 32 lines of pipelines and 41
of configurations, each with values of several forms, in every format and in an editor.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ssbt.compiler.cli.diffs import unified_diff
from ssbt.compiler.connectors.loading import connector_names, find_connector
from ssbt.compiler.credentials.names import is_credential
from ssbt.compiler.diagnostics.codes.declarations import BAD_DEFAULT
from ssbt.compiler.diagnostics.formats import OutputFormat, render_report
from ssbt.compiler.diagnostics.masking import mask_report
from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label
from ssbt.compiler.diagnostics.written_credentials import (
    declared_secrets,
    find_named_credentials,
    hide_value,
)
from ssbt.compiler.driver import check_pipeline, configure_pipeline
from ssbt.compiler.lsp.editor import Editor
from ssbt.compiler.source import Source, Span
from ssbt.compiler.sparkconf.settings import known_settings

VALUES = ("q7Zk2w9X", "hunter24", "q7Zk/w9+Xr4Lm8==")
REST = """
secret login
connection k: kafka { bootstrap_servers = "h:1" }
source events from kafka { connection = k, subscribe = "events", value = string }
sink events to noop { }
"""
NAMES = ("pasword", "passwort", "sasl_jaas_confg", "tokn", "ssl_key_pasword", "acces_key")
IN_PIPELINES = (
    'connection z: kafka { bootstrap_servers = "h:1", NAME = "VALUE" }',
    'connection z: kafka { bootstrap_servers = "h:1"\n  NAME = ["VALUE", 1] }',
    'connection z: kafka { nosuch = 1, password = "VALUE" }',
    'connection z: kafka { password = "a", password = "VALUE" }',
    'connection z: jdbc { url = "jdbc:x:y", password = login, password = "VALUE" }',
    'connection z: kafka { raw { "kafka.ssl.key.password" = "VALUE" "x" } }',
    'connection z: kafka { password "VALUE" }',
    'connection z: kafka { bootstrap_servers "h:1" password = "VALUE" }',
    'connection z: kafka { password = "VALUE }',
    "connection z: kafka { password = 'VALUE' } }",
    'connection z: kafka { password: "VALUE" }',
    'connection z: kafkaa { password = "VALUE" }',
    'connection z: kafka { password == "VALUE" }',
    'connection z: kafka { password = """\nVALUE""" x }',
    'sink events as x to parquet { path = "o", password = "VALUE" }',
    'sink events as x to jdbc { connection = k, password = "VALUE" }',
    'source x from text { pathh = "o", api_key = "VALUE" }',
    'secret token = "VALUE"',
    'secret token "VALUE"',
    "secret other = VALUE",
    'param db_password: strin = "VALUE"',
    'param db_pasword: string = "VALUE" ]',
    "param m: map<string, string> = map('api_key', 'VALUE'",
    'pipeline q { spark { "spark.hadoop.fs.s3a.secret.key" = "VALUE", x } }',
    'connection z: kafka { url = "http://u:VALUE@h" }',
    'connection z: kafka { # password = "VALUE"\n  nosuch = 1 }',
    'nosuch "http://u:VALUE@h" nosuch',
    'nosuch {"password": "VALUE"} nosuch',
)
BARE = (
    'connection z: jdbc { url = "jdbc:postgresql://h/d", password = VALUE }',
    "connection z: kafka { pasword = VALUE }",
    "connection z: kafka { password = VALUE }}",
    "connection z: kafka { password = VALUE, password = VALUE }",
)
CONFIGURED = (
    *("secrets.login = VALUE", 'secrets.login = "VALUE"', "secrets { login = VALUE }"),
    *("secrets.login { value = VALUE }", "secrets.login { provider = env, vale = VALUE }"),
    *("secrets.nosuch = VALUE", "secrets.nosuch.password = VALUE", "secretz.login = VALUE"),
    *("secrets = [VALUE]", "secret { login = VALUE }", "secrets { login : VALUE"),
    "secrets.login { provider = vault, pasword = VALUE }",
    'connections.k { raw { "kafka.ssl.key.password" = VALUE } }',
    'connections.k { "kafka.ssl.key.password" = VALUE }',
    'connections.k."kafka.ssl.key.password" = VALUE',
    *("connections.k { pasword = VALUE }", "connections.nosuch { password = VALUE }"),
    *("connections.k.password = VALUE\n}", "connections.k { password = [VALUE, a] }"),
    *("connections.k { nosuch { token = VALUE } }", 'connections.k.nosuch = "http://u:VALUE@h"'),
    *("connections.k = { password = VALUE", "connections = { password = VALUE }"),
    *("conections.k.password = VALUE", "connection { k { password = VALUE } }"),
    *("params.db_pasword = VALUE", 'params.nosuch = "http://u:VALUE@h"', "params.token = VALUE }"),
    *("params { a { api-key = VALUE } }", "params.nosuch = { token = VALUE }"),
    *("param.db_password = VALUE", "db_password = VALUE", "password = VALUE", "password : VALUE,"),
    *("spark { hadoop.fs.s3a { secret.key = VALUE, x", "sparc.hadoop.fs.s3a.secret.key = VALUE"),
    *('spark."spark.x.pasword" = VALUE', 'spark { "spark.ssl.keyPassword" = VALUE ]'),
    *(
        "a = 1 # password = VALUE\n}",
        'params.password = "VALUE',
        "params.x = ${?y} token = VALUE ${",
    ),
)
FORMATS = tuple(OutputFormat)


def reports(files: dict[str, str]) -> dict[str, str]:
    """What is reported for a project, and whether something is."""

    def read(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(2, "No such file or directory", path)
        return files[path].encode()

    result = configure_pipeline(check_pipeline("main.ssbt", read), "main.ssbt", read).check_result
    assert result.findings
    return {
        each.value: render_report(each, result.findings, result.sources, version="0", width=300)
        for each in FORMATS
    }


def leaking(files: dict[str, str], value: str) -> list[str]:
    return [name for name, text in reports(files).items() if value in text]


@pytest.mark.parametrize("line", IN_PIPELINES)
def test_in_a_pipeline(line: str) -> None:
    for name in NAMES if "NAME" in line else ("",):
        for value in VALUES:
            text = "pipeline p { }\n" + line.replace("NAME", name).replace("VALUE", value) + REST
            assert leaking({"main.ssbt": text}, value) == [], text


@pytest.mark.parametrize("line", BARE)
def test_without_quotes(line: str) -> None:
    for value in VALUES[:2]:
        text = "pipeline p { }\n" + line.replace("VALUE", value) + REST
        assert leaking({"main.ssbt": text}, value) == [], text


@pytest.mark.parametrize("line", CONFIGURED)
def test_in_a_configuration(line: str) -> None:
    pipeline = "pipeline p { }\nparam token: string\n" + REST
    is_bare = '"VALUE' not in line and ":VALUE" not in line
    for value in VALUES:
        written = line.replace("VALUE", f'"{value}"' if is_bare and "=" in value else value)
        for files in (
            {"ssbt.conf": "environments = [dev]", "conf/dev.conf": written},
            {"ssbt.conf": "environments = [dev]\n" + written},
        ):
            text = {"main.ssbt": pipeline, **files}
            assert leaking(text, value) == [], written


@pytest.mark.parametrize("line", [*IN_PIPELINES, *BARE])
def test_an_editor(line: str, tmp_path: Path) -> None:
    path = tmp_path / "p.ssbt"
    text = "pipeline p { }\n" + line.replace("NAME", "pasword").replace("VALUE", VALUES[0]) + REST
    path.write_text(text)
    reported = Editor().diagnostics(path.as_posix())
    assert VALUES[0] not in repr(reported)


@pytest.mark.parametrize("line", [each for each in IN_PIPELINES if '"""' not in each])
def test_what_would_change(line: str) -> None:
    """`fmt --diff` shows lines that no finding is about."""
    value = VALUES[0]
    text = line.replace("NAME", "pasword").replace("VALUE", value) + REST
    changed = unified_diff("a.ssbt", text.encode(), text.replace(" = ", "  =  ").encode())
    assert value not in changed


def test_values_of_a_configuration() -> None:
    for name in (
        "spark.x.pasword",
        "params.db_tokn",
        "connections.k.raw.api-key",
        "spark.x.secret",
    ):
        assert hide_value(name, f'"{VALUES[0]}"') == "***"
    for name, text in (
        *(("secrets.login", "provider env"), ("connections.k.password", "secret login")),
        *(("params.db_password", '"/run/secrets/x"'), ("params.data", '"/data"')),
        *(("params.token_count", "5"), ("spark.sql.shuffle.partitions", '"200"')),
    ):
        assert hide_value(name, text) == text


def test_a_fix_is_never_of_stars() -> None:
    """A tool would write them into the file."""
    text = 'connection z: kafka { password = "q7Zk2w9X" }\n'
    place, value = Span("a.ssbt", 22, 30), Span("a.ssbt", 33, 43)
    fix = (Edit(place, "q7Zk2w9X"), Edit(value, '"x"'))
    finding = Diagnostic(BAD_DEFAULT, "no `q7Zk2w9X`", Label(place), (), ("write q7Zk2w9X",), fix)
    ((masked,), sources) = mask_report([finding], {"a.ssbt": Source("a.ssbt", text)})
    assert (masked.message, masked.help, masked.fix) == ("no `***`", ("write ***",), ())
    assert sources["a.ssbt"].text == 'connection z: kafka { password = "********" }\n'


HARMLESS_LINES = (
    "connection z: kafka { password = shop_login, sasl_jaas_config = login_of_shop }",
    'connection z: kafka { password = loginn, token_endpoint = "http://x" }',
    "schema S { password: string, token: string not null, secret: int }",
    "let x = from s |> where token = 'x' and password = \"y\" |> extend a as token, b as secret",
    "let x = from s\n  |> set password = 'x',\n     token = 'y'\n",
    'param key_column: string = "customer_id", param token_count: int = 5',
    'param passenger: string = "some one", x { max_tokens = 7, passed = "yes", topic = "token" }',
    "connection z: kafka { ssl_keystore_type = JKS, partition_key = abc }",
)
HARMLESS_CONFIGURATIONS = (
    "connections.k { password = { secret = login }, x.secret = shop_login }",
    "connections.k.password.secret = login",
    "secrets.login { provider = vault, path = kv/shop, field = password, token_file = /run/t }",
    "secrets { default { provider = azure_key_vault, vault = v, secret = shop-password } }",
    "params { token_count = 5, key_column = a, db_password = ${PASSWORD}, secret_name = b }",
    "spark.kafka.clusters.shop.sasl.token.mechanism = SCRAM-SHA-512",
    "environments = [dev, prod]",
)


@pytest.mark.parametrize("line", HARMLESS_LINES)
def test_what_is_no_credential_is_shown(line: str) -> None:
    assert list(find_named_credentials("a.ssbt", line, frozenset(("login",)))) == []


@pytest.mark.parametrize("line", HARMLESS_CONFIGURATIONS)
def test_what_is_no_credential_is_shown_of_a_configuration(line: str) -> None:
    assert list(find_named_credentials("ssbt.conf", line, frozenset(("login",)))) == []


def test_options_that_take_no_secret_are_shown() -> None:
    """All that connectors have, and all settings of Spark that are no text and no credential."""
    hidden = []
    for connector in map(find_connector, connector_names()):
        for role in (connector.source, connector.sink, connector.connection) if connector else ():
            for option in role.options if role else ():
                line = f'sink a to b {{ {option.name} = "a8.b" }}'
                if not option.secret and list(find_named_credentials("a.ssbt", line, frozenset())):
                    hidden.append(option.name)
    for name, setting in known_settings().items():
        line = f'spark {{ "{name}" = "a8.b" }}'
        is_named = setting.kind == "text" or is_credential(name, "a8.b")
        if not is_named and list(find_named_credentials("a.conf", line, frozenset())):
            hidden.append(name)
    assert hidden == []


def test_our_own_files_are_shown() -> None:
    root = Path(__file__).parents[3]
    files = [*root.glob("examples/**/*.ssbt"), *root.glob("examples/**/*.conf")]
    assert files
    for path in files:
        text = path.read_text("utf-8")
        secrets = declared_secrets([text])
        assert list(find_named_credentials(path.name, text, secrets)) == [], path
