"""Rows that are written into a table of Hudi: whether it can take them, and as what columns.

Hudi itself ignores partitions that are not those of the table, gives a column another type for all
rows, and adds a key that is there once more, all without a word.
"""

from collections.abc import Iterator, Mapping, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructType

from ssbt.runtime.files.stores import Files
from ssbt.runtime.fitting.columns import nullable_type
from ssbt.runtime.fitting.rows import find_column_problems, refuse_rows
from ssbt.runtime.schemas import SchemaMismatchError
from ssbt.runtime.tables.places import column

_META, _FOLDER = "_hoodie_", ".hoodie"
_KEYS, _PARTITIONS = "hoodie.table.recordkey.fields", "hoodie.table.partition.fields"
_STYLE = "hoodie.datasource.write.hive_style_partitioning"
_ENCODING = "hoodie.datasource.write.partitionpath.urlencode"
# The folder that both name is the one of null.
_READ_AS_NULL = ("", "__HIVE_DEFAULT_PARTITION__")


def fit_hudi_table(
    rows: DataFrame, path: str, sink: str, partition_by: Sequence[str] = ()
) -> DataFrame:
    """The rows with the columns of the table, in their order and of their types.

    A table that is there must have no record keys, these partitions and the columns of the rows:
    otherwise raises `SchemaMismatchError` with every difference. A text of `partition_by` that Hudi
    would read as null stops the job.
    """
    own = [name for name in rows.columns if name.casefold().startswith(_META)]
    if own:
        raise SchemaMismatchError(
            f"`{sink}` cannot write {', '.join(own)}: `{_META}…` are names of Hudi's own"
        )
    columns = _find_columns(rows, path, sink, partition_by)
    actual = {each.name.casefold(): each for each in rows.schema}
    partitions = {name.casefold() for name in partition_by}
    values = []
    for field in columns:
        own_field = actual[field.name.casefold()]
        value = column(own_field.name)
        if field.name.casefold() in partitions and own_field.dataType == StringType():
            text = f"a row of the sink `{sink}` has a `{field.name}` that Hudi would read as null: "
            refusal = F.raise_error(F.concat(F.lit(text), F.to_json(F.struct(value))))
            value = F.when(value.isin(*_READ_AS_NULL), refusal.cast("string")).otherwise(value)
        values.append(value.cast(nullable_type(field.dataType)).alias(field.name))
    return rows.select(*values)


def _find_columns(rows: DataFrame, path: str, sink: str, partition_by: Sequence[str]) -> StructType:
    """The columns of the table, or those of the rows where there is none yet."""
    properties = _read_properties(Files(rows.sparkSession), path)
    if properties is None:
        return rows.schema
    read = rows.sparkSession.read.format("hudi").load(path).schema
    columns = StructType([field for field in read if not field.name.startswith(_META)])
    if not columns:
        # A first write that failed leaves the properties alone.
        return rows.schema
    problems = [
        *_find_layout_problems(properties, partition_by),
        *find_column_problems(rows.schema, columns),
    ]
    refuse_rows(path, sink, problems)
    return columns


def _read_properties(files: Files, path: str) -> Mapping[str, str] | None:
    """The properties that the table keeps; None where there is no table."""
    folder = f"{path.rstrip('/')}/{_FOLDER}"
    # While a writer replaces the file, its backup has them.
    names = set(files.names(folder))
    for name in ("hoodie.properties", "hoodie.properties.backup"):
        if name in names:
            text = files.content(f"{folder}/{name}").decode()
            lines = [line.partition("=") for line in text.splitlines() if line[:1] != "#"]
            return {key.strip(): value.strip() for key, _, value in lines}
    return None


def _find_layout_problems(
    properties: Mapping[str, str], partition_by: Sequence[str]
) -> Iterator[str]:
    if keys := properties.get(_KEYS):
        yield f"it has the record keys {keys}: rows whose keys it has would be there twice"
    actual = [name.partition(":")[0] for name in properties.get(_PARTITIONS, "").split(",") if name]
    if [name.casefold() for name in actual] != [name.casefold() for name in partition_by]:
        yield f"it is partitioned by {_list(actual)}, not by {_list(partition_by)}"
    elif actual:
        for name in (_STYLE, _ENCODING):
            if properties.get(name) != "true":
                yield f"it has the property `{name}` = `{properties.get(name)}`, not `true`"


def _list(names: Sequence[str]) -> str:
    return ", ".join(names) or "nothing"
