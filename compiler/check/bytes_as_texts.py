"""Texts that are made of bytes, in sinks that write characters."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.specification import OptionPlacement, RoleSpecification
from ssbt.compiler.diagnostics.examples import SINK, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.ir.column_expressions import find_expression
from ssbt.compiler.ir.expressions import Expression
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.plans import plans
from ssbt.compiler.ir.records import value_columns
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.ir.terms import CALL, CallForm, Term
from ssbt.compiler.types.datatypes import BINARY, STRING

_SOURCE = 'source orders from parquet {\n  path   = "in"\n  schema = Order\n}\n'
_SCHEMA = "schema Order {\n  id:      bigint not null\n  content: binary\n}\n"


def _example(text: str) -> str:
    steps = f"|> select id, {text} as content"
    sink = SINK.replace("parquet", "json")
    return example(schema=_SCHEMA, source=_SOURCE, steps=steps, sink=sink)


BYTES_AS_TEXT = Code(
    "SSBT0542",
    "Bytes that a sink writes as characters",
    """\
`cast(content as string)` takes bytes as they are, even if they are not UTF-8. JSON and CSV consist
of characters, so Spark silently writes `\N{REPLACEMENT CHARACTER}` for each invalid byte.
`try_validate_utf8(…)` turns such a text into null, `validate_utf8(…)` stops the job, and
`make_valid_utf8(…)` says that you want the replacement; `base64(content)` keeps any bytes. Before
Spark 4.0, compare `encode(decode(content, 'UTF-8'), 'UTF-8')` with the bytes.
""",
    wrong=_example("cast(content as string)"),
    right=_example("try_validate_utf8(cast(content as string))"),
    severity=Severity.WARNING,
)

# What keeps the bytes of its operands, which are texts.
_BYTE_KEEPING_FUNCTIONS = frozenset(
    (
        *("concat", "concat_ws", "coalesce", "nvl", "nvl2", "ifnull", "if", "nullif", "trim"),
        *("ltrim", "rtrim", "btrim", "substring", "substr", "left", "right", "lower", "upper"),
        *("lcase", "ucase", "lpad", "rpad", "replace", "string", "first", "last", "min", "max"),
        *("any_value", "first_value", "last_value", "max_by", "min_by", "initcap", "repeat"),
    )
)
_BYTE_KEEPING_OPERATORS = ("||", "case", "cast", "try_cast")


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """A finding for each text of bytes that a sink of JSON or CSV gets."""
    roots = plans(pipeline)
    reported = set[tuple[int, str]]()
    for sink in pipeline.sinks:
        root, name = roots.get(sink.dataset), _character_format(sink)
        if root is None or not name:
            continue
        for column in _written_columns(sink, root):
            expression = (
                _find_bytes_expression(root, column.name.casefold())
                if column.type == STRING
                else None
            )
            if (
                expression is not None
                and (expression.span.start, expression.span.path) not in reported
            ):
                reported.add((expression.span.start, expression.span.path))
                message = (
                    f"`{column.name}` is made of bytes; where they are no UTF-8, the {name} of"
                    f" `{sink.name}` gets `\N{REPLACEMENT CHARACTER}`"
                )
                help_ = (
                    "null instead: `try_validate_utf8(…)`; a stop: `validate_utf8(…)`; the bytes:"
                    " `base64(…)` of them",
                )
                yield Diagnostic(BYTES_AS_TEXT, message, Label(expression.span), (), help_)


def _written_columns(sink: Sink, root: Operator) -> tuple[Column, ...]:
    is_record = sink.settings.format_at(OptionPlacement.VALUE) is not None
    return value_columns(sink.settings, root.output) if is_record else root.output.columns


def _character_format(sink: Sink) -> str:
    """The title of a format in which texts are characters; none for others, which keep bytes."""
    use = sink.settings.format_at(OptionPlacement.VALUE)
    form, role = (use.format, use.format.sink) if use else (sink.connector, sink.connector.sink)
    return form.title if role is not None and _is_character_format(role) else ""


def _is_character_format(role: RoleSpecification) -> bool:
    """Whether it is JSON or CSV, by options that only these have."""
    return any(role.option(name) is not None for name in ("ignore_null_fields", "quote_all"))


def _find_bytes_expression(operator: Operator, name: str) -> Expression | None:
    """The expression in which bytes become the text of a column, or None."""
    expression = find_expression(operator, name)
    is_of_bytes = (
        expression is not None and expression.term is not None and _has_bytes(expression.term)
    )
    return expression if is_of_bytes else None


def _has_bytes(term: Term) -> bool:
    """Whether a text may hold bytes as they were cast."""
    waiting = [term]
    while waiting:
        current = waiting.pop()
        name = current.value.name if isinstance(current.value, CallForm) else current.operator
        if name in ("cast", "try_cast", "string") and current.operands[0].type == BINARY:
            return True
        if name in (
            _BYTE_KEEPING_FUNCTIONS if current.operator == CALL else _BYTE_KEEPING_OPERATORS
        ):
            waiting += current.operands
    return False
