"""Unsigned numbers of Protobuf, which Spark has no types for."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.diagnostics.examples import SINK, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.ir.pipeline import Pipeline, Source

_SOURCE = """\
source orders from kafka {
  bootstrap_servers = "localhost:9092"
  subscribe         = "orders"
  value             = protobuf
  schema            = Order
}
"""


def _example(type_: str) -> str:
    fields = f"{type_} id = 1; int64 amount = 2; string status = 3;"
    schema = (
        'schema Order from protobuf {\n  schema = """\n    syntax = "proto3";\n'
        f'    message Order {{ {fields} }}\n  """\n}}\n'
    )
    return example(schema=schema, source=_SOURCE, steps="|> where status = 'PAID'", sink=SINK)


UNSIGNED_NUMBERS = Code(
    "SSBT0557",
    "Unsigned numbers in Protobuf",
    """\
Spark has no unsigned numbers. As in spark-protobuf, a `uint32` becomes an INT with the same bits
and a `uint64` a BIGINT: above 2,147,483,647, or 9,223,372,036,854,775,807, they are negative.
Compute the number in a step: `cast(n as bigint) & 4294967295` for a `uint32`, and for a `uint64`
`if(n < 0, cast(n as decimal(20,0)) + 18446744073709551616, n)`. If no number is that large, say so
with `# allow SSBT0557: reason` above the line of `value`.
""",
    wrong=_example("uint64"),
    right=_example("int64"),
    severity=Severity.WARNING,
)

_OF_INT = "cast(n as bigint) & 4294967295"
_OF_LONG = "if(n < 0, cast(n as decimal(20,0)) + 18446744073709551616, n)"


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each source of such numbers, in its values or keys."""
    schemas = {each.name.casefold(): each for each in pipeline.schemas}
    for source in pipeline.datasets:
        if not isinstance(source, Source) or source.records is None or source.part:
            continue
        parts = (
            (OptionPlacement.VALUE, source.schema),
            (OptionPlacement.RECORD_KEY, source.records.key_schema),
        )
        for placement, name in parts:
            setting, use = source.settings.at(placement), source.settings.format_at(placement)
            schema = schemas.get((name or "").casefold())
            external = schema.external_schema if schema is not None else None
            if setting is None or setting.span is None or use is None or external is None:
                continue
            if use.format.language != "protobuf" or external.language != "protobuf":
                continue
            yield from _check_schema(external.text, external.message, Label(setting.span))


def _check_schema(text: str, message: str, label: Label) -> Iterator[Diagnostic]:
    import base64

    from ssbt.compiler.formats.protobuf import parse_descriptor_set, unsigned_fields

    fields = [*unsigned_fields(parse_descriptor_set(base64.b64decode(text)), message)]
    if fields:
        names = ", ".join(f"`{path}`" for path, _ in fields[:3])
        more = f" and {len(fields) - 3} more" if len(fields) > 3 else ""
        text = f"large numbers in {names}{more} are read as negative ones"
        ways = [_OF_LONG] if any(is_long for _, is_long in fields) else []
        ways += [_OF_INT] if not all(is_long for _, is_long in fields) else []
        help_ = tuple(f"make the number in a step: `{way}`" for way in ways)
        yield Diagnostic(UNSIGNED_NUMBERS, text, label, (), help_)
