"""Columns that a path names itself, where Spark cannot find them."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.partition_folders import BASE_PATH, find_partition_folders
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.diagnostics.examples import SOURCE, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.pipeline import Pipeline, Source

_DAY = SOURCE.replace("data/orders.csv", "PATH")

LOST_FOLDER = Code(
    "SSBT0335",
    "A column from a folder of the path that would be null",
    """\
Spark turns a folder such as `day=2026-01-31` into a column only if it is below the path of the
source. If your path goes into such a folder and the schema declares the column, the script sets
`basePath`, which says where folders begin to count. That works only with one folder above them all.
It does not work

- after a glob that may lead into several folders, as in `data/*/day=*`,
- with several paths that do not share one,
- in a stream, for a folder that its path names without a glob,
- together with `recursive_file_lookup`.

Spark would silently read null in every row. Read from the folder above and filter with `where`;
Spark then opens only the folders that you want. Or `union` several sources. If the files hold the
column themselves, set `base_path` to the path.
""",
    wrong=example(source=_DAY.replace('"PATH"', '["data/shop/placed_on=2026-01-31", "data/web"]')),
    right=example(
        source=_DAY.replace('"PATH"', '["data/placed_on=2026-01-30", "data/placed_on=2026-01-31"]')
    ),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each source with such columns."""
    for source in pipeline.datasets:
        if not isinstance(source, Source) or source.connector.source is None:
            continue
        setting = source.settings.at(OptionPlacement.LOAD)
        if setting is None or not source.connector.source.option(BASE_PATH):
            continue
        names = [column.name for column in source.output.columns]
        streaming = source.output.streaming
        folders = find_partition_folders(source.settings, names, streaming=streaming)
        if folders is None or not folders.problem or source.schema is None:
            continue
        columns = " and ".join(f"`{name}`" for name in folders.columns)
        message = f"{columns} would be null in every row: {folders.problem}"
        help_ = (
            "read from the folder above, and keep the rows that you want with `where`",
            "if the files hold the column themselves, say `base_path` with the path",
        )
        also = tuple(
            Label(column.declared, "a folder of the path")
            for column in source.output.columns
            if column.name in folders.columns and column.declared is not None
        )
        span = setting.span or source.span
        yield Diagnostic(LOST_FOLDER, message, Label(span), also, help_)
