"""The example that a finding gives for an option is one that the option takes."""

from __future__ import annotations

import pytest

from ssbt.compiler.connectors.examples import spell_example
from ssbt.compiler.connectors.loading import connector_names, find_connector
from ssbt.compiler.connectors.specification import Mode, Role
from ssbt.compiler.diagnostics.codes.connectors import UNFIT_VALUE, UNKNOWN_CHOICE, WRONG_TYPE
from ssbt.compiler.driver import check_pipeline

SOURCES = [name for name in connector_names() if (c := find_connector(name)) and c.source]
SINKS = [name for name in connector_names() if (c := find_connector(name)) and c.sink]


def refused(connector: str, role: Role) -> list[str]:
    """What is said of the examples of one connector, each in a block of its own."""
    existing = find_connector(connector)
    specification = existing.role(role) if existing else None
    assert specification is not None
    blocks = []
    for number, option in enumerate(specification.options):
        stream = "" if Mode.BATCH in option.modes & specification.modes else "stream "
        block = f"{{ {spell_example(option)} }}"
        if role is Role.SOURCE:
            blocks.append(f"{stream}source s{number} from {connector} {block}\n")
        else:
            origin = f"{stream}source r{number} from {'rate' if stream else 'parquet'} {{ }}\n"
            blocks.append(f"{origin}sink r{number} to {connector} {block}\n")
    text = "".join(blocks).encode()
    result = check_pipeline("input.ssbt", lambda _: text)
    wrong = (UNFIT_VALUE, UNKNOWN_CHOICE, WRONG_TYPE)
    return [actual.message for actual in result.findings if actual.code in wrong]


@pytest.mark.parametrize("connector", SOURCES)
def test_examples_of_sources(connector: str):
    assert refused(connector, Role.SOURCE) == []


@pytest.mark.parametrize("connector", SINKS)
def test_examples_of_sinks(connector: str):
    assert refused(connector, Role.SINK) == []
