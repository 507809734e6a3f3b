"""A credential that is written down is in no report about it, in whichever format."""

from __future__ import annotations

import pytest

from ssbt.compiler.diagnostics.formats import OutputFormat, render_report
from ssbt.compiler.driver import check_pipeline, configure_pipeline

CANARY, NUMBER = "c4n4ryvalue", "4711471147"
PIPELINE = """\
pipeline sample {
}

secret token

connection shop: kafka {
  bootstrap_servers = "localhost:9092", sasl_jaas_config = VALUE, security_protocol = ssl
}

source events from kafka {
  connection = shop
  subscribe  = "events"
  value      = string
}

sink events to noop { }
"""
WRITTEN = [
    f'"{CANARY}"',
    f'"{CANARY} ü 🚀\\n{CANARY}"',
    f'"""\n{CANARY}\n  {CANARY}\n"""',
    f'["{CANARY}", {CANARY}]',
    f'{{ "{CANARY}" = "{CANARY}" }}',
    f'"${{token}}{CANARY}"',
    NUMBER,
]
CONFIGURED = [
    f'connections.shop.sasl_jaas_config = "{CANARY}"',
    f"connections.shop.sasl_jaas_config = {CANARY} and {CANARY}",
    f"_p = {CANARY}\nconnections.shop {{ password = ${{_p}} }}",
    f"connections.shop {{ sasl_jaas_config = [{CANARY}] }}",
    f"connections.shop {{ sasl_jaas_config = {{ user = {CANARY}\n password = {CANARY} }} }}",
    f"secrets.token {{ provider = env, password = {CANARY} }}",
    f'connections.shop {{ sasl_jaas_config = """{CANARY}\n{CANARY}""" }}',
]


def leaks(files: dict[str, str]) -> list[str]:
    """The formats and messages in which the canary is; there must be a finding about it."""

    def read(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(2, "No such file or directory", path)
        return files[path].encode()

    result = configure_pipeline(check_pipeline("main.ssbt", read), "main.ssbt", read).check_result
    assert "SSBT1301" in [finding.code.number for finding in result.findings]
    reports = {
        each.value: render_report(each, result.findings, result.sources, version="0", width=200)
        for each in OutputFormat
    }
    # What an editor is told is in the findings themselves.
    reports["editor"] = repr(result.findings)
    return [name for name, text in reports.items() if CANARY in text or NUMBER in text]


@pytest.mark.parametrize("value", WRITTEN)
def test_in_a_pipeline(value: str) -> None:
    assert leaks({"main.ssbt": PIPELINE.replace("VALUE", value)}) == []


@pytest.mark.parametrize("value", CONFIGURED)
def test_in_a_configuration(value: str) -> None:
    pipeline = PIPELINE.replace("VALUE", "token")
    files = {"main.ssbt": pipeline, "ssbt.conf": "environments = [dev]", "conf/dev.conf": value}
    assert leaks(files) == []
