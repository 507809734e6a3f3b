"""`ssbtc config`, and the environments of a project in `check` and `compile`."""

from __future__ import annotations

import json
from pathlib import Path
import shutil

import pytest

from tests.unit.cli.conftest import Ssbtc

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "environments"


@pytest.fixture(autouse=True)
def files(project: Path) -> Path:
    """The example, in the working folder; its pipeline lies in a folder of its own."""
    shutil.copytree(EXAMPLE / "conf", project / "conf")
    shutil.copy(EXAMPLE / "ssbt.conf", project)
    (project / "jobs").mkdir()
    shutil.copy(EXAMPLE / "pipeline.ssbt", project / "jobs" / "taxes.ssbt")
    return project


def test_show(ssbtc: Ssbtc) -> None:
    result = ssbtc("config", "show", "--env", "dev")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        'params.results = "build/environments"',
        'params.countries = ["DE"]',
        'params.rate = "0.19"',
        'spark.sql.shuffle.partitions = "4"',
        'connections.shop.kafka.bootstrap.servers = "localhost:9092"',
        "connections.shop.kafka.sasl.jaas.config = secret login",
        "secrets.login = provider env",
    ]


def test_origins(ssbtc: Ssbtc) -> None:
    run_result = ssbtc("config", "show", "--env", "prod", "--origin", "jobs/taxes.ssbt")
    places = {line.split(" = ")[0]: line.split("# ")[-1] for line in run_result.out.splitlines()}
    assert places["params.rate"] == "conf/defaults.conf:4"
    assert places["connections.shop.kafka.sasl.jaas.config"] == "conf/prod.conf:11"
    assert places["secrets.prod_login"] == "conf/prod.conf:18"
    result = json.loads(ssbtc("config", "show", "--env", "dev", "--output-format", "json").out)
    assert result[-1] == {"name": "secrets.login", "value": "provider env", "origin": "default"}
    assert result[-2]["origin"] == "jobs/taxes.ssbt:25"


def test_diff(ssbtc: Ssbtc) -> None:
    result = ssbtc("config", "diff", "dev", "prod")
    assert result.code == 0
    assert "params.results\n  dev: " in result.out
    assert "params.rate" not in result.out
    assert ssbtc("config", "diff", "dev", "dev").out == ""


def test_mistakes_are_told_instead(ssbtc: Ssbtc, project: Path) -> None:
    (project / "conf" / "dev.conf").write_text("params.rates = 1")
    result = ssbtc("config", "show", "--env", "dev")
    assert result.code == 1
    assert "error[SSBT1214]: there is no parameter `rates`\n --> conf/dev.conf:1:8" in result.out
    assert ssbtc("config", "show", "--env", "test").code == 1
    shutil.copy("jobs/taxes.ssbt", "jobs/more.ssbt")
    assert "name one pipeline" in ssbtc("config", "show", "--env", "prod").err


def test_check_looks_at_environments(ssbtc: Ssbtc, project: Path) -> None:
    assert ssbtc("check").code == 0
    (project / "conf" / "dev.conf").write_text("params.rates = 1")
    assert ssbtc("check", "--env", "prod").code == 0
    for arguments in ((), ("--all-envs",), ("--env", "dev"), ("--env", "prod", "--env", "dev")):
        assert "SSBT1214" in ssbtc("check", *arguments).out
    assert ssbtc("check", "--env", "dev", "--all-envs").code == 2


def test_compile_writes_each_environment(ssbtc: Ssbtc, project: Path) -> None:
    assert ssbtc("compile").code == 0
    for name in ("dev", "prod"):
        written = (project / "build" / "conf" / name / "taxes.json").read_text()
        assert written == (EXAMPLE / "compiled" / "conf" / name / "taxes.json").read_text()
    assert ssbtc("compile", "--check").code == 0
    (project / "conf" / "shared" / "cluster.conf").write_text('_cluster = "other"')
    assert "conf/prod/taxes.json" in ssbtc("compile", "--check").out
    assert ssbtc("compile").code == 0
    assert "other:9092" in (project / "build" / "conf" / "prod" / "taxes.json").read_text()
