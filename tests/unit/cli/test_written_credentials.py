"""Credentials that are written down: refused everywhere, and shown nowhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ssbt.compiler.lsp.hover import find_hover
from ssbt.compiler.lsp.workspace import Workspace
from tests.unit.cli.conftest import Ssbtc

PASSWORD = "6f2b1c-of-somebody"
URL = f"http://user:{PASSWORD}@host/x"
HEAD = "pipeline p { }\n"
REST = 'source s from text { path = "in" }\nsink s to noop { }\n'


def spark(settings: str) -> str:
    return f"pipeline p {{ spark {{ {settings} }} }}\n{REST}"


WRITTEN = {
    "spark": spark(f'"spark.hadoop.fs.s3a.secret.key" = "{PASSWORD}"'),
    "spark url": spark(f'"spark.x" = "{URL}"'),
    "spark word": spark(f'"spark.authenticate.secret" = `{PASSWORD}`'),
    "checkpoint": f'pipeline p {{ checkpoint = "s3a://KEY:{PASSWORD}@b" }}\n{REST}',
    "path": HEAD
    + f'source s from text {{ path = "s3a://K:{PASSWORD}@b" }}\nsink s to noop {{ }}\n',
    "several": HEAD
    + f'source s from text {{ path = ["in", "s3a://K:{PASSWORD}@b"] }}\nsink s to noop {{ }}\n',
    "sink": HEAD
    + 'source s from text { path = "in" }\n'
    + f'sink s to parquet {{ path = "s3a://K:{PASSWORD}@b" }}\n',
    "raw": HEAD
    + 'source s from text { path = "in" }\n'
    + f'sink s to parquet {{ path = "o", raw {{ "my.password" = "{PASSWORD}" }} }}\n',
    "raw url": HEAD
    + 'source s from text { path = "in" }\n'
    + f'sink s to parquet {{ path = "o", raw {{ "my.place" = "{URL}" }} }}\n',
    "connection": HEAD + f'connection r: schema_registry {{ url = "{URL}" }}\n{REST}',
    "connection raw": HEAD
    + 'connection k: kafka { bootstrap_servers = "h:1", '
    + f'raw {{ "kafka.x.password" = "{PASSWORD}" }} }}\n{REST}',
    "param": HEAD + f'param place: string = "{URL}"\n{REST}',
    "params": HEAD + f"param places: array<string> = array('{URL}')\n{REST}",
}
FORMATS = ("text", "concise", "json", "github", "sarif")


@pytest.mark.parametrize("output_format", FORMATS)
@pytest.mark.parametrize("place", WRITTEN)
def test_a_pipeline(place: str, output_format: str, project: Path, ssbtc: Ssbtc) -> None:
    Path("p.ssbt").write_text(WRITTEN[place])
    result = ssbtc("check", "p.ssbt", "--output-format", output_format)
    assert result.code == 1
    if place != "spark word":
        assert "SSBT1301" in result.out
    assert PASSWORD not in result.out + result.err


@pytest.mark.parametrize("command", ["compile", "docs", "lineage", "packages", "diff", "verify"])
def test_other_commands(command: str, project: Path, ssbtc: Ssbtc) -> None:
    for place, text in WRITTEN.items():
        Path("p.ssbt").write_text(text)
        arguments = ("p.ssbt", "p.ssbt") if command == "diff" else ("p.ssbt",)
        result = ssbtc(command, *arguments)
        assert PASSWORD not in result.out + result.err, place


CONFIGURED = {
    "spark": f'spark {{ "spark.hadoop.fs.s3a.secret.key" = "{PASSWORD}" }}',
    "spark nested": f"spark.hadoop.fs.s3a.secret.key = {PASSWORD}",
    "spark url": f'spark {{ "spark.x" = "{URL}" }}',
    "params": f'params.place = "{URL}"',
    "connections": f'connections.k.bootstrap_servers = "x://u:{PASSWORD}@h:1"',
}


@pytest.mark.parametrize("place", CONFIGURED)
def test_a_configuration(place: str, project: Path, ssbtc: Ssbtc) -> None:
    configured(CONFIGURED[place])
    for command in (("check", "--env", "prod"), ("config", "show", "--env", "prod")):
        result = ssbtc(*command, "p.ssbt")
        assert result.code == 1
        assert "SSBT1301" in result.out
        assert PASSWORD not in result.out + result.err


def configured(text: str) -> None:
    Path("ssbt.conf").write_text("environments = [prod]\n")
    Path("conf").mkdir()
    Path("conf/prod.conf").write_text(text)
    Path("p.ssbt").write_text(
        "secret my_secret\n" + HEAD + 'param place: string = "in"\n'
        'connection k: kafka { bootstrap_servers = "h:1" }\n'
        'source s from text { path = "${place}" }\n'
        'sink s to kafka { connection = k, topic = "t", value = string, value_columns = value }\n'
    )


def test_a_setting_takes_a_secret(project: Path, ssbtc: Ssbtc) -> None:
    settings = '"spark.hadoop.fs.s3a.secret.key" = My_Secret'
    Path("p.ssbt").write_text(f"secret my_secret\npipeline p {{ spark {{ {settings} }} }}\n{REST}")
    assert ssbtc("compile", "p.ssbt").code == 0
    script = Path("build/p.py").read_text()
    assert '"spark.hadoop.fs.s3a.secret.key": Secret("my_secret")' in script
    assert "import" in script
    assert "Secret" in script.split("def ", 1)[0]
    manifest = json.loads(Path("build/p.json").read_text())
    assert manifest["spark"]["settings"]["spark.hadoop.fs.s3a.secret.key"] == {
        "secret": "my_secret"
    }


def test_a_setting_of_an_environment_takes_a_secret(project: Path, ssbtc: Ssbtc) -> None:
    configured('spark { "spark.hadoop.fs.s3a.secret.key" = { secret = my_secret } }')
    result = ssbtc("config", "show", "--env", "prod", "p.ssbt")
    assert "spark.hadoop.fs.s3a.secret.key = secret my_secret" in result.out
    assert "secrets.my_secret = provider env" in result.out
    assert ssbtc("compile", "p.ssbt").code == 0
    document = json.loads(Path("build/conf/prod/p.json").read_text())
    assert document["spark"] == {"spark.hadoop.fs.s3a.secret.key": {"secret": "my_secret"}}


def test_a_raw_option_takes_a_secret(project: Path, ssbtc: Ssbtc) -> None:
    Path("p.ssbt").write_text(
        "secret my_secret\n" + HEAD + 'source s from text { path = "in" }\n'
        'sink s to parquet { path = "o", raw { "my.password" = my_secret, "a.token.ttl" = "5" } }\n'
    )
    assert ssbtc("compile", "p.ssbt").code == 0
    assert '.option("my.password", job.secret("my_secret"))' in Path("build/p.py").read_text()


def test_an_editor_shows_no_credential(project: Path) -> None:
    Path("p.ssbt").write_text(WRITTEN["param"])
    output = Workspace().analyze((project / "p.ssbt").as_posix())
    result = find_hover(output, output.path, WRITTEN["param"].index("place"))
    assert result is not None
    assert PASSWORD not in result.text
    assert not [f for f in output.findings if PASSWORD in f.message + "".join(f.help)]
