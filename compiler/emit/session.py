"""The settings of the session that connectors need."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ssbt.compiler.connectors.specification import SessionSetting
from ssbt.compiler.emit.setting_code import EmittedOption
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.ir.session_settings import needed_settings


def own_settings(pipeline: Pipeline) -> Iterator[tuple[str, str]]:
    """What the pipeline sets itself, without the lists to which connectors add something."""
    added_names = {each.name.lower() for each, _ in _settings_to_add(pipeline)}
    yield from ((name, text) for name, text in pipeline.spark if name.lower() not in added_names)


def session_settings(pipeline: Pipeline) -> Iterator[tuple[str, str]]:
    """Names and values of what connectors need; lists with what the pipeline itself has in them."""
    yield from ((each.name, value) for each, value in _settings_to_add(pipeline))


def explained_session_settings(pipeline: Pipeline) -> Iterator[EmittedOption]:
    """The same, each with the reason for it, if there is one."""
    for each, value in _settings_to_add(pipeline):
        yield EmittedOption(each.name, value, each.reason)


def _settings_to_add(pipeline: Pipeline) -> Iterator[tuple[SessionSetting, str]]:
    """What the pipeline lacks, with its values; a conflict is for a check to report."""
    own = {name.lower(): text for name, text in pipeline.spark}
    lists: dict[str, tuple[SessionSetting, str]] = {}
    for setting, _ in needed_settings(pipeline):
        before = lists[setting.name][1] if setting.name in lists else own.get(setting.name.lower())
        if not setting.is_list:
            if before is None:
                lists[setting.name] = setting, setting.value
        elif before is None:
            lists[setting.name] = setting, setting.value
        elif setting.value not in [each.strip() for each in before.split(",")]:
            earlier = lists[setting.name][0].reason if setting.name in lists else ""
            # What was there first may speak of the settings that follow.
            reason = "\n".join(filter(None, (setting.reason, earlier)))
            lists[setting.name] = replace(setting, reason=reason), f"{before},{setting.value}"
    yield from lists.values()
