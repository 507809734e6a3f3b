"""Spark's settings in the block `spark` of a pipeline: their names and the values they take."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.credentials.names import is_credential
from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.completion_items import CompletionItem
from ssbt.compiler.lsp.cursor import Cursor, build_cursor
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Source
from ssbt.compiler.sparkconf.settings import Setting, find_setting_problem, known_settings
from ssbt.compiler.syntax.tokens import tokenize

_NAME = lazy_pattern(r'"(?P<name>[\w.]*)\Z')
_VALUE = lazy_pattern(r'"(?P<name>[\w.]+)"\s*=\s*(?P<quote>"?)\w*\Z')
_VALUE_WORDS = {
    "boolean": "`true` or `false`",
    "int": "a whole number",
    "long": "a whole number",
    "number": "a number",
    "duration": "a duration such as `10 seconds`",
    "size": "a size such as `64 mb`",
    "text": "text",
}


def setting_name_items(
    analysis: Analysis, source: Source, offset: int
) -> tuple[int, list[CompletionItem]] | None:
    """The names for a string that begins an entry, and where it begins; None anywhere else."""
    line_start = max(source.text.rfind("\n", 0, offset), source.text.rfind("\r", 0, offset)) + 1
    match = _NAME.search(source.text, line_start, offset)
    if match is None:
        return None
    cursor = build_cursor(source, match.start())
    if cursor is None or not is_in_spark_block(cursor):
        return None
    if not (cursor.starts_line or cursor.head.rstrip().endswith(("{", ","))):
        return None
    items = [_name_item(each) for each in _allowed_settings(analysis.target)]
    return match.start("name"), items


def setting_items(analysis: Analysis, cursor: Cursor) -> Iterator[CompletionItem]:
    """The items of a place in the block that is in no string: names in quotes, or values."""
    if not is_in_spark_block(cursor):
        return
    value = _VALUE.search(cursor.head)
    if value is not None:
        setting = known_settings().get(value["name"])
        if setting is not None:
            yield from _value_items(setting)
    elif cursor.starts_line or cursor.head.rstrip().endswith(("{", ",")):
        for each in _allowed_settings(analysis.target):
            item = _name_item(each)
            label = f'"{item.label}"'
            yield CompletionItem(label, "option", item.detail, item.documentation, f"{label} = $0")


def is_in_spark_block(cursor: Cursor) -> bool:
    """Whether the innermost block around a place is `spark` in `pipeline`."""
    if cursor.head[: len("pipeline")].lower() != "pipeline":
        return False
    open_blocks: list[str] = []
    previous = ""
    for token in tokenize(cursor.head):
        if token.kind == "open":
            open_blocks.append(previous)
        elif token.kind == "close" and open_blocks:
            open_blocks.pop()
        if token.kind not in ("newline", "comment"):
            previous = cursor.head[token.start : token.end].lower()
    return len(open_blocks) == 2 and open_blocks[-1] == "spark"


def setting_page(setting: Setting) -> str:
    """What a setting takes, and which lines of Spark have it."""
    if setting.choices:
        accepted_values = ", ".join(f"`{each}`" for each in setting.choices)
    elif is_credential(setting.name, ""):
        accepted_values = "the name of a `secret`"
    else:
        accepted_values = _VALUE_WORDS.get(setting.kind, setting.kind)
    parts = [f"`{setting.name}` takes {accepted_values}."]
    if setting.least:
        parts.append(f"At least {setting.least}.")
    if setting.since:
        parts.append(f"Since Spark {setting.since}.")
    if setting.last:
        parts.append(f"Spark {setting.last} was the last to have it.")
    return " ".join(parts)


def _allowed_settings(spark: str) -> Iterator[Setting]:
    """Those that Spark of a line has and a pipeline may give."""
    for setting in known_settings().values():
        problem = find_setting_problem(setting.name, "", spark)
        if problem is None or not (problem.is_name or problem.message.endswith("own text")):
            yield setting


def _name_item(setting: Setting) -> CompletionItem:
    return CompletionItem(setting.name, "option", setting.kind, setting_page(setting))


def _value_items(setting: Setting) -> Iterator[CompletionItem]:
    if setting.kind == "boolean":
        yield CompletionItem("true", "choice")
        yield CompletionItem("false", "choice")
    for choice in setting.choices:
        yield CompletionItem(f'"{choice}"', "choice")
