"""The columns that a sink's options name, and the columns that its format can hold."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.rejected_columns import is_rejected
from ssbt.compiler.check.table_formats import find_storing_connector
from ssbt.compiler.connectors.settings import ColumnName
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.diagnostics.codes.names import UNKNOWN_COLUMN
from ssbt.compiler.diagnostics.examples import SINK, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.ir.merges import stored_columns
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source, collect_outputs
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import ArrayType, BinaryType, MapType, StructType, VariantType
from ssbt.compiler.types.quoting import quote_name
from ssbt.compiler.types.words import OTHER_KEYS, type_words

NOTHING_LEFT = Code(
    "SSBT0522",
    "A sink without a column of its own",
    """\
The columns of `partition_by` become folders and are not in the files. At least one other column
must remain for the files themselves.
""",
    wrong=example(
        steps="|> select status, id",
        sink=SINK.replace("mode = overwrite", "partition_by = [status, id]"),
    ),
    right=example(
        steps="|> select status, id",
        sink=SINK.replace("mode = overwrite", "partition_by = [status]"),
    ),
    way_out="leave one column out of `partition_by`, or add one in a step before",
)

UNFIT_COLUMN = Code(
    "SSBT0523",
    "A column that the format cannot hold",
    """\
Not every format can hold every type: CSV, for one, has no arrays. Spark notices when it writes or
reads. Choose another format, or turn the column into text, for example with `to_json`.
""",
    wrong=example(
        steps="|> select id, array(status) as states",
        sink=SINK.replace("parquet", "csv"),
    ),
    right=example(
        steps="|> select id, to_json(array(status)) as states",
        sink=SINK.replace("parquet", "csv"),
    ),
)

WRONG_COLUMNS = Code(
    "SSBT0524",
    "A sink that takes different columns",
    """\
The format has fixed columns: text, for one, takes a single STRING in addition to the columns of
`partition_by`.
""",
    wrong=example(sink='sink paid to text {\n  path = "out/paid"\n}\n'),
    right=example(
        steps="|> select status as value", sink='sink paid to text {\n  path = "out/paid"\n}\n'
    ),
)

UNFIT_PARTITION = Code(
    "SSBT0535",
    "A partition column that cannot name a folder",
    """\
The values of `partition_by` become folder names. Spark cannot make names of arrays, maps, structs
and variants, and stops when the job runs; bytes that are not text stop it, too. Partition by a text
or a number made from the column.
""",
    wrong=example(
        steps="|> select id, array(status) as states",
        sink=SINK.replace("mode = overwrite", "partition_by = states"),
    ),
    right=example(
        steps="|> select id, array_join(array(status), '-') as states",
        sink=SINK.replace("mode = overwrite", "partition_by = states"),
    ),
)

_NO_FOLDER = (ArrayType, MapType, StructType, VariantType, BinaryType)

_PLACES = (
    OptionPlacement.PARTITION_BY,
    OptionPlacement.BUCKET_BY,
    OptionPlacement.SORT_BY,
    OptionPlacement.KEY,
    OptionPlacement.VALUE_COLUMNS,
    OptionPlacement.RECORD_KEY_COLUMNS,
    OptionPlacement.HEADERS,
    OptionPlacement.EVENT_ID,
    OptionPlacement.TEMPLATE,
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for each sink, and for the schema of each source."""
    relations = collect_outputs(pipeline)
    for sink in pipeline.sinks:
        relation = relations.get(sink.dataset)
        if relation is not None:
            yield from _check_sink(sink, relation, pipeline.target)
    for dataset in pipeline.datasets:
        if isinstance(dataset, Source) and dataset.connector.source is not None:
            rejects = dataset.connector.source.rejected_types(pipeline.target)
            for column in dataset.output.columns:
                yield from _check_source_column(dataset, column, rejects)


def _check_sink(sink: Sink, relation: Relation, target: str) -> Iterator[Diagnostic]:
    for each in sink.settings.settings:
        if each.option.place in _PLACES:
            for name in each.columns:
                yield from _check_column_exists(name, relation, sink)
    partitions = {c.name.casefold() for c in sink.settings.columns_at(OptionPlacement.PARTITION_BY)}
    file_columns = [
        column
        for column in stored_columns(sink.settings, relation)
        if column.name.casefold() not in partitions
    ]
    specification = (storing := find_storing_connector(sink)).sink
    if relation.is_open or specification is None:
        return
    setting = sink.settings.at(OptionPlacement.PARTITION_BY)
    if not file_columns and setting is not None and setting.span is not None:
        message = "every column is a partition column; none is left for the files"
        yield Diagnostic(NOTHING_LEFT, message, Label(setting.span))
    for name in sink.settings.columns_at(OptionPlacement.PARTITION_BY):
        yield from _check_partition_column(name, relation)
    own_rejects = sink.connector.sink.rejected_types(target) if sink.connector.sink else ()
    for column in file_columns:
        if is_rejected(column, own_rejects):
            yield _build_sink_diagnostic(sink, column, sink.connector.name)
        elif is_rejected(column, specification.rejected_types(target)):
            yield _build_sink_diagnostic(sink, column, storing.name)
    required_types = [column.type for column in specification.columns]
    if required_types and [column.type.sql for column in file_columns] != required_types:
        column_list = ", ".join(f"`{column.name}` {column.type.sql}" for column in file_columns)
        message = f"`{storing.name}` takes {', '.join(required_types)}, and gets {column_list}"
        help_ = ("choose the column with a `select` step",)
        yield Diagnostic(WRONG_COLUMNS, message, Label(_declaration_head(sink.span)), (), help_)


def _check_partition_column(name: ColumnName, relation: Relation) -> Iterator[Diagnostic]:
    for column in relation.find_columns(name.name):
        if isinstance(column.type, _NO_FOLDER):
            message = f"`{name.name}` is {column.type.sql}, of which Spark makes no folder"
            help_ = ("partition by a text or a number computed from it",)
            yield Diagnostic(UNFIT_PARTITION, message, Label(name.span), (), help_)


def _check_column_exists(name: ColumnName, relation: Relation, sink: Sink) -> Iterator[Diagnostic]:
    column_names = [column.name for column in relation.columns]
    if relation.is_open or name.name.casefold() in [each.casefold() for each in column_names]:
        return
    suggestion = did_you_mean(name.name, column_names)
    parts = [part.strip() for part in name.name.split(",")]
    if len(parts) > 1 and all(parts):
        listed = f"[{', '.join(map(quote_name, parts))}]"
        message = f"`{name.name}` is one name, and no list"
        help_ = (f"write {listed}",)
        yield Diagnostic(
            UNKNOWN_COLUMN, message, Label(name.span), (), help_, (Edit(name.span, listed),)
        )
        return
    help_ = (
        (f"did you mean `{suggestion}`?",) if suggestion else (f"it has {', '.join(column_names)}",)
    )
    fix = (Edit(name.span, quote_name(suggestion)),) if suggestion else ()
    message = f"`{sink.dataset}` has no column `{name.name}`"
    yield Diagnostic(UNKNOWN_COLUMN, message, Label(name.span), (), help_, fix)


def _check_source_column(
    source: Source, column: Column, rejects: tuple[str, ...]
) -> Iterator[Diagnostic]:
    """A finding at a column that the source declares and its format cannot hold."""
    if is_rejected(column, rejects):
        span = column.declared or _declaration_head(source.span)
        yield _unfit_diagnostic(column, source.connector.name, Label(span))


def _build_sink_diagnostic(sink: Sink, column: Column, connector: str) -> Diagnostic:
    """A finding at the sink, which names the place where its column comes from, too."""
    also = (Label(column.declared, "the column"),) if column.declared is not None else ()
    return _unfit_diagnostic(column, connector, Label(_declaration_head(sink.span)), also)


def _unfit_diagnostic(
    column: Column, connector: str, label: Label, also: tuple[Label, ...] = ()
) -> Diagnostic:
    message = f"`{connector}` cannot hold the column `{column.name}`, which is {column.type.sql}"
    function = "`base64`" if isinstance(column.type, BinaryType) else "`to_json`"
    help_ = (f"turn it into text, for example with {function}, or choose another format",)
    if OTHER_KEYS in type_words(column.type) and not also:
        help_ = ("declare its keys as STRING, and cast them in a step: `transform_keys(…)`",)
    return Diagnostic(UNFIT_COLUMN, message, label, also, help_)


def _declaration_head(span: Span) -> Span:
    """The beginning of a declaration, where its keyword stands."""
    return Span(span.path, span.start, min(span.end, span.start + 4))
