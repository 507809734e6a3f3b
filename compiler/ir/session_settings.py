"""The settings of the session that the connectors of a pipeline need."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.specification import SessionSetting
from ssbt.compiler.ir.pipeline import Let, Pipeline


def needed_settings(pipeline: Pipeline) -> Iterator[tuple[SessionSetting, str]]:
    """The settings that connectors need, each once, with the name of one that does."""
    ends = (each for each in (*pipeline.datasets, *pipeline.sinks) if not isinstance(each, Let))
    connectors = {each.connector.name: each.connector for each in ends}
    seen: set[tuple[str, str]] = set()
    for name, connector in sorted(connectors.items()):
        for setting in connector.session:
            if (setting.name, setting.value) not in seen:
                seen.add((setting.name, setting.value))
                yield setting, name
