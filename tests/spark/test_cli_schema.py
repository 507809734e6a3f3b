"""`ssbtc schema pull` and `check` with a real registry."""

from __future__ import annotations

import json
from pathlib import Path
import subprocess
import sys
import time
from uuid import uuid4

import pytest

from tests.registries import Registry, free_port

# A registry needs Java, as Spark does.
pytestmark = pytest.mark.spark

PIPELINE = """\
pipeline paid {{
}}

param registry_url: string = "{url}"

secret password

connection main: schema_registry {{
  url      = "${{registry_url}}"
  username = "etl"
  password = password
}}

schema Order from registry {{
  subject = "{subject}"
}}

source orders from json {{
  path   = "data/orders"
  schema = Order
}}

sink orders to noop {{
}}
"""

MONEY = 'syntax = "proto3"; package shop; message Money { int64 cents = 1; }'
PARCEL = """
syntax = "proto3";
import "shop/money.proto";
message Parcel { shop.Money price = 1; }
"""
USES = """
source payments from kafka {
  bootstrap_servers = "localhost:9092"
  subscribe         = "payments"
  value             = avro { registry = main }
  schema            = Order
}
sink payments to noop { }
source parcels from kafka {
  bootstrap_servers = "localhost:9092"
  subscribe         = "parcels"
  value             = protobuf { registry = main }
  schema            = Parcel
}
sink parcels to noop { }
"""


def record(*fields: object) -> dict[str, object]:
    return {"type": "record", "name": "Order", "fields": list(fields)}


ID = {"name": "id", "type": "long"}
STATUS = {"name": "status", "type": ["null", "string"], "default": None}


@pytest.fixture
def subject(registry: Registry, tmp_path: Path) -> str:
    name = f"orders-{uuid4().hex[:8]}-value"
    registry.register(name, record(ID, {"name": "status", "type": "string"}))
    (tmp_path / "paid.ssbt").write_text(PIPELINE.format(url=registry.url, subject=name))
    return name


def ssbtc(folder: Path, *arguments: str, password: str = "x") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from ssbt.compiler.cli.main import main; main()", *arguments],
        cwd=folder,
        env={"PATH": "", "SSBT_SECRET_PASSWORD": password} if password else {"PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_pull_then_check(registry: Registry, subject: str, tmp_path: Path):
    assert "SSBT1104" in ssbtc(tmp_path, "check").stdout
    done = ssbtc(tmp_path, "schema", "pull")
    assert (done.returncode, done.stderr) == (0, f"schemas/{subject}.json: version 1\n")
    assert ssbtc(tmp_path, "schema", "pull").stderr.endswith("version 1, as before\n")
    assert ssbtc(tmp_path, "check").returncode == 0
    same = ssbtc(tmp_path, "schema", "check")
    assert (same.returncode, same.stderr) == (0, "1 schema is as the registry has them\n")

    registry.register(
        subject, record(ID, {"name": "status", "type": "string"}, STATUS | {"name": "x"})
    )
    newer = ssbtc(tmp_path, "schema", "check")
    assert newer.returncode == 0
    assert "warning[SSBT1111]" in newer.stdout

    registry.accept_all(subject)
    registry.register(subject, record(ID | {"type": "string"}))
    broken = ssbtc(tmp_path, "schema", "check", "--output-format", "json")
    assert broken.returncode == 1
    (finding,) = json.loads(broken.stdout)["diagnostics"]
    assert finding["code"] == "SSBT1112"
    assert finding["help"] == [
        "`id` is string now, and was long",
        "`status` is gone, and has no default",
    ]

    assert ssbtc(tmp_path, "schema", "pull").stderr.endswith("version 3\n")
    pulled = json.loads((tmp_path / "schemas" / f"{subject}.json").read_text())
    assert (pulled["version"], pulled["type"]) == (3, "AVRO")
    assert pulled["schema"]["fields"] == [ID | {"type": "string"}]


def test_a_schema_that_was_edited_or_is_gone(registry: Registry, subject: str, tmp_path: Path):
    ssbtc(tmp_path, "schema", "pull")
    path = tmp_path / "schemas" / f"{subject}.json"
    pulled = json.loads(path.read_text())
    path.write_text(json.dumps(pulled | {"schema": record(ID)}))
    edited = ssbtc(tmp_path, "schema", "check")
    assert edited.returncode == 1
    assert "error[SSBT1113]: the registry has another schema as version 1" in edited.stdout
    path.write_text(json.dumps(pulled | {"version": 7}))
    assert "the registry has no version 7" in ssbtc(tmp_path, "schema", "check").stdout
    path.write_text("{}")
    assert ssbtc(tmp_path, "schema", "check").returncode == 2


def test_what_cannot_be_asked(subject: str, tmp_path: Path):
    no_secret = ssbtc(tmp_path, "schema", "pull", password="")
    assert no_secret.returncode == 2
    assert "the secret `password` has no value" in no_secret.stderr
    started = time.monotonic()
    down = ssbtc(tmp_path, "schema", "pull", "--url", f"http://127.0.0.1:{free_port()}")
    assert down.returncode == 2
    assert "does not answer" in down.stderr
    assert "tried 5 times" in down.stderr
    assert time.monotonic() - started < 60
    assert not (tmp_path / "schemas").exists()
    text = (tmp_path / "paid.ssbt").read_text()
    (tmp_path / "paid.ssbt").write_text(text.replace(subject, "nobody-value"))
    missing = ssbtc(tmp_path, "schema", "pull")
    assert missing.returncode == 2
    assert "the registry does not have `nobody-value`" in missing.stderr


def test_an_environment_says_where_and_who(registry: Registry, subject: str, tmp_path: Path):
    """The address by a parameter, another user, and a password from a file: nothing by default."""
    text = (tmp_path / "paid.ssbt").read_text()
    (tmp_path / "paid.ssbt").write_text(text.replace(registry.url, "http://127.0.0.1:1"))
    (tmp_path / "ssbt.conf").write_text("environments = [prod, bad]\n")
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "prod.conf").write_text(f"""
params.registry_url = "{registry.url}"
connections.main {{ username = prod, password = {{ secret = prod_word }} }}
secrets.default {{ provider = file, folder = "{tmp_path}" }}
""")
    (tmp_path / "conf" / "bad.conf").write_text("secrets.default { provider = fil }\n")
    no_file = ssbtc(tmp_path, "schema", "pull", "--env", "prod")
    assert no_file.returncode == 2
    assert "the secret `prod_word` (provider file)" in no_file.stderr
    (tmp_path / "prod_word").write_text("hush")
    assert ssbtc(tmp_path, "schema", "pull", "--env", "prod", password="").returncode == 0
    same = ssbtc(tmp_path, "schema", "check", "--env", "prod", password="")
    assert (same.returncode, same.stderr) == (0, "1 schema is as the registry has them\n")
    for name, message in (
        ("bad", "there is no provider of secrets `fil`"),
        ("else", "there is no environment `else`"),
    ):
        done = ssbtc(tmp_path, "schema", "pull", "--env", name)
        assert done.returncode == 2
        assert message in done.stderr


def test_schemas_that_refer_to_others(registry: Registry, subject: str, tmp_path: Path):
    space = uuid4().hex[:8]
    countries, money = f"countries-{space}", f"money-{space}"
    registry.register(countries, {"type": "enum", "name": "Country", "symbols": ["DE"]})
    order = record(ID, *({"name": n, "type": "Country"} for n in ("shop", "buyer")))
    registry.accept_all(subject)
    registry.register(subject, order, references={"Country": countries})
    registry.register(money, MONEY, "PROTOBUF")
    parcels = f"parcels-{space}-value"
    registry.register(parcels, PARCEL, "PROTOBUF", {"shop/money.proto": money})
    text = (tmp_path / "paid.ssbt").read_text()
    declared = f'schema Parcel from registry {{ subject = "{parcels}" }}\n'
    (tmp_path / "paid.ssbt").write_text(text + declared + USES)

    assert ssbtc(tmp_path, "schema", "pull").returncode == 0
    pulled = json.loads((tmp_path / "schemas" / f"{parcels}.json").read_text())
    assert [(each["name"], each["subject"]) for each in pulled["references"]] == [
        ("shop/money.proto", money)
    ]
    done = ssbtc(tmp_path, "compile")
    assert done.returncode == 0, done.stdout + done.stderr
    script = (tmp_path / "build" / "paid.py").read_text()
    assert "STRUCT<cents: BIGINT>" in script
    assert "shop STRING NOT NULL, buyer STRING NOT NULL" in script
    assert script.count('"name":"Country"') == 1
    assert ssbtc(tmp_path, "schema", "check").returncode == 0

    registry.accept_all(countries)
    registry.register(countries, {"type": "enum", "name": "Country", "symbols": ["FR"]})
    body = {"name": "Country", "subject": countries, "version": 2}
    newer = {"schema": json.dumps(order), "references": [body]}
    registry.request("POST", f"/subjects/{subject}/versions", newer)
    broken = ssbtc(tmp_path, "schema", "check")
    assert broken.returncode == 1
    assert "`shop` has new symbols: FR" in broken.stdout
