"""Whole pipelines: compiled, the script loaded, its functions called over empty data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ssbt.compiler.driver import check_pipeline, emit_files
from ssbt.compiler.ir.pipeline import Let
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.types import casts
from ssbt.compiler.types.coercion import as_nullable
from tests.agreement.answers import is_known
from tests.agreement.asking import SparkProbe, columns_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# What the sources hold, nullable as files make it.
SCHEMAS = {
    "orders": "id BIGINT, customer_id INT, amount DECIMAL(12,2), status STRING, placed_on DATE,"
    " placed_at TIMESTAMP, tags ARRAY<STRING>, attrs MAP<STRING, INT>,"
    " address STRUCT<city: STRING, zip: STRUCT<code: INT NOT NULL>>,"
    " items ARRAY<STRUCT<sku: STRING, qty: INT>>, weight DOUBLE, ok BOOLEAN",
    "customers": "id BIGINT, name STRING, country STRING",
    "sales": "year INT, q1 INT, q2 BIGINT, q3 SMALLINT",
    "inferred": "a INT, b DOUBLE",
}
HEAD = """
pipeline agreement {
  description = "Steps"
  spark { "spark.sql.timeType.enabled" = true }
}
param low: decimal(12,2) = 0.01
param many: int = 3
param word: string = 'x'
schema Order {
  id: bigint not null
  customer_id: int
  amount: decimal(12,2)
  status: string
  placed_on: date
  placed_at: timestamp
  tags: array<string>
  attrs: map<string, int>
  address: struct<city: string, zip: struct<code: int not null>>
  items: array<struct<sku: string, qty: int>>
  weight: double
  ok: boolean
}
schema Customer { id: bigint, name: string, country: string }
schema Sales { year: int, q1: int, q2: bigint, q3: smallint }
source orders from parquet { path = "orders", schema = Order }
source customers from parquet { path = "customers", schema = Customer }
source sales from parquet { path = "sales", schema = Sales }
source inferred from parquet { path = "inferred" }
"""


def sink(name: str) -> str:
    """A sink for a let."""
    return f"sink {name} to noop {{ }}\n"


def loaded(text: str, folder: Path) -> tuple[ModuleType, tuple[Let, ...]]:
    """The compiled script as a module, and the lets of its pipeline."""
    result = check_pipeline("agreement.ssbt", lambda path: text.encode())
    messages = [
        f"{actual.code.number} {actual.message} at {text[actual.primary.span.start :][:60]!r}"
        for actual in result.findings
        if actual.severity.value == "error"
    ]
    assert messages == []
    assert result.pipeline is not None
    for file in emit_files(result):
        Path(folder / file.path).write_bytes(file.content)
    path = folder / "agreement.py"
    module = ModuleType("agreement")
    module.__dict__["__file__"] = str(path)
    sys.modules["agreement"] = module
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module.__dict__)
    return module, tuple(each for each in result.pipeline.datasets if isinstance(each, Let))


def problems(probe: SparkProbe, module: ModuleType, lets: Sequence[Let]) -> dict[str, object]:
    """By let, what the compiler says otherwise than Spark, or Spark's error."""
    with probe.active():
        return _problems(probe.session, module, lets)


def _problems(spark: SparkSession, module: ModuleType, lets: Sequence[Let]) -> dict[str, object]:
    output: dict[str, DataFrame] = {
        name: spark.createDataFrame([], ddl) for name, ddl in SCHEMAS.items()
    }
    params = module.Params() if hasattr(module, "Params") else None
    result: dict[str, object] = {}
    for let in lets:
        function = getattr(module, let.name)
        names = function.__code__.co_varnames[: function.__code__.co_argcount]
        try:
            frame = function(*(params if name == "params" else output[name] for name in names))
            different = differences(let.query.output.columns, frame)
            if different and not let.query.output.is_open:
                result[let.name] = different
        except Exception as error:
            result[let.name] = str(error)[:400]
            continue
        output[let.name] = frame
    return result


def differences(columns: Sequence[Column], frame: Any) -> list[str]:
    """What the compiler says otherwise than Spark."""
    theirs = dict(zip(frame.columns, columns_of(frame._jdf), strict=True))
    if [column.name for column in columns] != frame.columns:
        return [f"names {[column.name for column in columns]} and {frame.columns}"]
    result = []
    for column in columns:
        other = theirs[column.name]
        ours = casts.expression_type(column.type)
        if not is_known(ours) or not is_known(other.type):
            continue
        if as_nullable(ours) != as_nullable(other.type):
            result.append(f"{column.name}: ours {column.type.sql}, Spark's {other.type.sql}")
        elif not casts.can_cast(other.type, ours, ansi=True):
            result.append(f"{column.name}: Spark says there can be nulls inside {other.type.sql}")
        elif other.nullable and not column.nullable:
            result.append(f"{column.name}: Spark says it can be null")
    return result
