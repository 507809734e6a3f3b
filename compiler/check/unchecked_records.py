"""Records that expressions decode and encode, past the checks of their source and sink."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.settings import FormatUse
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.ir.column_expressions import find_expression
from ssbt.compiler.ir.column_values import CHOOSING_CALLS, chosen_values, value_origins
from ssbt.compiler.ir.expressions import Expression
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.ir.plans import expressions, iterate_operators, plans
from ssbt.compiler.ir.records import KEY, key_columns, value_columns
from ssbt.compiler.ir.terms import LITERAL, NAME, CallForm, Term, walk_terms

_BYTES = """\
source orders from kafka {
  bootstrap_servers = "localhost:9092"
  subscribe         = "orders"
  value             = string
}
"""

UNCHECKED_RECORD = Code(
    "SSBT0566",
    "A record that an expression decodes or encodes",
    """\
A source checks each record that it decodes: a malformed record goes where `on_error` says, with its
topic, partition and offset, and a value that Spark would change counts as malformed. A function
does none of that. `from_json`, `from_csv` and `from_xml` turn what they cannot read into null;
`from_avro` and `from_protobuf` stop the job without saying where. `from_avro` also wraps decimals
with too many digits, accepts texts that are not UTF-8, and reads every record with the one schema
that it is given, whatever the id in front of it. What `to_avro` and `to_protobuf` write is not
compared with the sink's schema or registry.

Declare the format in the source or sink, as in `value = json`. If a topic has several kinds of
records, allow this with a comment. `map('mode', 'FAILFAST')` makes `from_json`, `from_csv` and
`from_xml` stop at what they cannot read.
""",
    wrong=example(
        schema="",
        source=_BYTES,
        steps="|> select from_json(value, 'id bigint, status string') as row",
    ),
    right=example(
        source=_BYTES.replace("string", "json\n  schema            = Order"),
        steps="|> select id, status",
    ),
    severity=Severity.WARNING,
)

# What reads a record from its bytes or text, and the formats of records that do it in a source.
_READERS = {
    "from_json": "json",
    "from_csv": "csv",
    "from_xml": "",
    "from_avro": "avro",
    "from_protobuf": "protobuf",
}
_WRITERS = {"to_avro": "avro", "to_protobuf": "protobuf"}
# Of these, text that cannot be read becomes null, unless they are told to stop.
_LENIENT = ("from_json", "from_csv", "from_xml")
# What is still the record: as text, or without the frame in front of it.
_PASSED = {
    **CHOOSING_CALLS,
    **dict.fromkeys(("cast", "try_cast", "string", "binary", "decode", "encode"), 0),
    **dict.fromkeys(("substring", "substr", "right", "trim", "ltrim", "rtrim", "btrim"), 0),
    **dict.fromkeys(("validate_utf8", "try_validate_utf8", "make_valid_utf8"), 0),
}


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """A finding for each expression that decodes a record's value or key, or makes one."""
    if not any(isinstance(each, Source) and each.records for each in pipeline.datasets) and not any(
        sink.settings.at(OptionPlacement.VALUE) for sink in pipeline.sinks
    ):
        return
    roots = plans(pipeline)
    reported = set[tuple[str, int]]()
    flows = [(sink, roots[sink.dataset]) for sink in pipeline.sinks if sink.dataset in roots]
    findings = [
        *(each for _, operator in iterate_operators(flows) for each in _check_reading(operator)),
        *(each for sink, root in flows for each in _check_writing(sink, root)),
    ]
    for each in findings:
        key = each.primary.span.path, each.primary.span.start
        if key not in reported:
            reported.add(key)
            yield each


def _check_reading(operator: Operator) -> Iterator[Diagnostic]:
    if isinstance(operator.step, Source):
        return
    for expression in expressions(operator.step):
        for call in walk_terms(expression.term) if expression.term is not None else ():
            name = _function(call)
            if name not in _READERS or not call.operands or _stops(name, call):
                continue
            for source, part in _find_records(operator, call.operands[0]):
                yield _build_reading(name, source, part, expression)


def _function(term: Term) -> str:
    return term.value.name if isinstance(term.value, CallForm) else ""


def _stops(name: str, call: Term) -> bool:
    """Whether a call stops at what it cannot read."""
    literals = (
        str(each.value).upper()
        for operand in call.operands[1:]
        for each in walk_terms(operand)
        if each.operator == LITERAL
    )
    return name in _LENIENT and any("FAILFAST" in each for each in literals)


def _find_records(operator: Operator, term: Term) -> Iterator[tuple[Source, str]]:
    """The sources whose records a term is the value or the key of, with which of both."""
    for each in chosen_values(term, _PASSED):
        name = _column_name(operator, each)
        root = next((r for r in (*operator.inputs, operator) if r.output.find_columns(name)), None)
        for origin in value_origins(root, name, _PASSED) if name and root is not None else ():
            part = _record_part(*origin) if isinstance(origin, tuple) else ""
            if part and isinstance(origin, tuple):
                yield origin[0], part


def _column_name(operator: Operator, part: Term | str) -> str:
    """The column that a name leads to; nothing for a field of one, and for what is no name."""
    if isinstance(part, str):
        return part
    names = part.value if part.operator == NAME else None
    if not isinstance(names, tuple) or len(names) != 2:
        return ""
    is_field = any(each.output.find_columns(str(names[0])) for each in operator.inputs)
    return "" if is_field else str(names[1])


def _record_part(source: Source, column: str) -> str:
    """What a column is as it came, `value` or `key`; records of dead letters were checked."""
    records = source.records
    if records is None or source.part:
        return ""
    if column == "_value":
        return "value" if column in records.metadata else ""
    part, use = {"value": ("value", records.value), KEY: ("key", records.key)}.get(
        column, ("", None)
    )
    decoding = use.format.decoding if use is not None else None
    return part if decoding is not None and not decoding.needs_schema else ""


def _build_reading(name: str, source: Source, part: str, expression: Expression) -> Diagnostic:
    outcome = (
        "what it cannot read becomes null"
        if name in _LENIENT
        else "values that it changes pass, and what it cannot read stops the job without its offset"
    )
    message = (
        f"`{name}` decodes the {part} of records of `{source.name}` past the checks of the source:"
        f" {outcome}"
    )
    form = _READERS[name]
    help_ = (
        f"say it in the source: `{part} = {form}`, which judges each record"
        if form
        else "let it stop: `map('mode', 'FAILFAST')`"
    )
    return Diagnostic(UNCHECKED_RECORD, message, Label(expression.span), (), (help_,))


def _check_writing(sink: Sink, root: Operator) -> Iterator[Diagnostic]:
    """A finding for each value and key of records that an expression encodes."""
    parts = (
        (OptionPlacement.VALUE, "value", value_columns),
        (OptionPlacement.RECORD_KEY, "key", key_columns),
    )
    for placement, part, list_columns in parts:
        use = sink.settings.format_at(placement)
        if not isinstance(use, FormatUse) or not use.format.accepted_types or root.output.is_open:
            continue
        for column in list_columns(sink.settings, root.output):
            expression = find_expression(root, column.name.casefold())
            term = expression.term if expression is not None else None
            for call in walk_terms(term) if term is not None else ():
                form = _WRITERS.get(_function(call))
                if form and expression is not None:
                    message = (
                        f"`{_function(call)}` makes the {part} of `{sink.name}` past the checks of"
                        " the sink: nothing compares it with a schema or a registry"
                    )
                    help_ = (f"say it in the sink: `{part} = {form}`",)
                    yield Diagnostic(UNCHECKED_RECORD, message, Label(expression.span), (), help_)
