"""Spark's settings in the block `spark` of a pipeline: their names and the values they take."""

from __future__ import annotations

from collections.abc import Iterator
import re

from ssbt.compiler.credentials.names import is_credential
from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.completion_items import CompletionItem
from ssbt.compiler.lsp.cursor import Cursor, cursor
from ssbt.compiler.source import Source
from ssbt.compiler.sparkconf.settings import Setting, known_settings, refusal
from ssbt.compiler.syntax.tokens import tokens

_NAME = re.compile(r'"(?P<name>[\w.]*)\Z')
_VALUE = re.compile(r'"(?P<name>[\w.]+)"\s*=\s*(?P<quote>"?)\w*\Z')
_TAKES = {
    "boolean": "`true` or `false`",
    "int": "a whole number",
    "long": "a whole number",
    "number": "a number",
    "duration": "a duration such as `10 seconds`",
    "size": "a size such as `64 mb`",
    "text": "text",
}


def setting_name_items(
    of: Analysis, source: Source, offset: int
) -> tuple[int, list[CompletionItem]] | None:
    """The names for a string that begins an entry, and where it begins; None anywhere else."""
    line_start = max(source.text.rfind("\n", 0, offset), source.text.rfind("\r", 0, offset)) + 1
    match = _NAME.search(source.text, line_start, offset)
    if match is None:
        return None
    place = cursor(source, match.start())
    if place is None or not is_in_spark_block(place):
        return None
    if not (place.starts_line or place.head.rstrip().endswith(("{", ","))):
        return None
    items = [_name_item(each) for each in _settings(of.target)]
    return match.start("name"), items


def setting_items(of: Analysis, place: Cursor) -> Iterator[CompletionItem]:
    """The items of a place in the block that is in no string: names in quotes, or values."""
    if not is_in_spark_block(place):
        return
    value = _VALUE.search(place.head)
    if value is not None:
        setting = known_settings().get(value["name"])
        if setting is not None:
            yield from _values(setting)
    elif place.starts_line or place.head.rstrip().endswith(("{", ",")):
        for each in _settings(of.target):
            item = _name_item(each)
            quoted = f'"{item.label}"'
            yield CompletionItem(
                quoted, "option", item.detail, item.documentation, f"{quoted} = $0"
            )


def is_in_spark_block(place: Cursor) -> bool:
    """Whether the innermost block around a place is `spark` in `pipeline`."""
    if place.head[: len("pipeline")].lower() != "pipeline":
        return False
    opened: list[str] = []
    previous = ""
    for token in tokens(place.head):
        if token.kind == "open":
            opened.append(previous)
        elif token.kind == "close" and opened:
            opened.pop()
        if token.kind not in ("newline", "comment"):
            previous = place.head[token.start : token.end].lower()
    return len(opened) == 2 and opened[-1] == "spark"


def setting_page(setting: Setting) -> str:
    """What a setting takes, and which lines of Spark have it."""
    if setting.choices:
        takes = ", ".join(f"`{each}`" for each in setting.choices)
    elif is_credential(setting.name, ""):
        takes = "the name of a `secret`"
    else:
        takes = _TAKES.get(setting.kind, setting.kind)
    parts = [f"`{setting.name}` takes {takes}."]
    if setting.least:
        parts.append(f"At least {setting.least}.")
    if setting.since:
        parts.append(f"Since Spark {setting.since}.")
    if setting.last:
        parts.append(f"Spark {setting.last} was the last to have it.")
    return " ".join(parts)


def _settings(spark: str) -> Iterator[Setting]:
    """Those that Spark of a line has and a pipeline may give."""
    for setting in known_settings().values():
        refused = refusal(setting.name, "", spark)
        if refused is None or not (refused.is_name or refused.message.endswith("own text")):
            yield setting


def _name_item(setting: Setting) -> CompletionItem:
    return CompletionItem(setting.name, "option", setting.kind, setting_page(setting))


def _values(setting: Setting) -> Iterator[CompletionItem]:
    if setting.kind == "boolean":
        yield CompletionItem("true", "choice")
        yield CompletionItem("false", "choice")
    for choice in setting.choices:
        yield CompletionItem(f'"{choice}"', "choice")
