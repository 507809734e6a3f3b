"""What guides claim about clusters, exit codes and packages, as far as it can be checked here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
import json
import os
from pathlib import Path
import re
import shlex
import subprocess

import botocore.session
from botocore.validate import ParamValidator
import pyspark
import pytest
import yaml

from ssbt.compiler.connectors.loading import (
    connector_names,
    find_connector,
    find_record_format,
    format_names,
)

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "docs" / "guides"
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str, page: str = "clusters") -> Iterator[str]:
    for match in FENCED.finditer((GUIDES / f"{page}.md").read_text("utf-8")):
        if match[1] == language:
            yield match[2]


def test_files_parse() -> None:
    assert [type(yaml.safe_load(text)) for text in blocks("yaml")] == [dict, dict]
    for page in ("clusters", "from-pyspark"):
        for text in blocks("python", page):
            ast.parse(text)


def test_the_requests_fit_amazons_description_of_emr() -> None:
    steps, run = (json.loads(text) for text in blocks("json"))
    assert faults("emr", "AddJobFlowSteps", {"JobFlowId": "j-1", "Steps": steps}) == ""
    # The command line makes a token by itself.
    assert faults("emr-serverless", "StartJobRun", run | {"clientToken": "1"}) == ""
    assert faults("emr-serverless", "StartJobRun", run | {"clientToken": "1", "modus": "x"})


def faults(service: str, operation: str, request: dict[str, object]) -> str:
    model = botocore.session.get_session().get_service_model(service)
    shape = model.operation_model(operation).input_shape
    report: str = ParamValidator().validate(request, shape).generate_report()
    return report


def test_guides_name_the_exit_codes_of_the_runtime() -> None:
    assert exit_codes("docs/guides/deploying.md") == exit_codes("docs/runtime.md") != []


def exit_codes(page: str) -> list[str]:
    """The first cells of the rows of numbers."""
    rows = re.findall(r"^\| ([0-9, ]+) \|", (ROOT / page).read_text("utf-8"), re.MULTILINE)
    return [code for row in rows for code in row.split(", ")]


def test_what_needs_packages() -> None:
    """As deploying.md says."""
    connectors = {
        name for name in connector_names() if (each := find_connector(name)) and each.packages
    }
    formats = {
        name for name in format_names() if (each := find_record_format(name)) and each.packages
    }
    assert (connectors, formats) == ({"kafka", "delta", "hudi", "iceberg"}, {"avro"})
    guide = (GUIDES / "deploying.md").read_text("utf-8")
    assert "Files need none; Kafka,\nAvro, Delta Lake, Hudi and Iceberg do." in guide


@pytest.mark.spark
def test_spark_submit_has_the_options(java_home: Path) -> None:
    command = [str(Path(pyspark.__file__).parent / "bin" / "spark-submit"), "--help"]
    env = os.environ | {"JAVA_HOME": str(java_home)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    existing = set(re.findall(r"--[a-z-]+", done.stdout + done.stderr))
    commands = [
        shlex.split(text) for text in blocks("bash") if text.startswith("spark-submit --master")
    ]
    assert len(commands) == 3
    for words in commands:
        script = next(place for place, word in enumerate(words) if word.endswith(".py"))
        options = {word for word in words[:script] if word.startswith("--")}
        assert options - existing == set()
        assert {word for word in words[script:] if word.startswith("--")} <= {
            *("--set", "--conf-file", "--log-format"),
        }
