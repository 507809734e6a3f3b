"""Names in expressions to columns, as Spark resolves them: without regard to case."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes import expressions as expression_codes
from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.model import Edit, Label
from ssbt.compiler.ir.provenance import Provenance, copy_of
from ssbt.compiler.ir.relations import NO_TAGS, Column, Relation
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast.expressions import ColumnName
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.types.datatypes import (
    UNKNOWN,
    DataType,
    MapType,
    StructField,
    StructType,
    VariantType,
)
from ssbt.compiler.types.datatypes import ArrayType as Array
from ssbt.compiler.types.expression_types import Typed

_BARE_FUNCTIONS = (
    *("current_date", "current_time", "current_timestamp"),
    *("current_user", "session_user", "user"),
)


class ResolvedColumn(Struct, frozen=True):
    """What a name stands for: a column, or a field inside one.

    `column` is None where the name may be a column of an open relation. `path` are the fields
    below the column, `provenance` is what the value is made from.
    """

    column: Column | None
    type: DataType
    nullable: bool
    path: tuple[str, ...]
    is_qualified: bool
    provenance: Provenance = Provenance()


def is_same_name(left: str, right: str) -> bool:
    """Whether two names are the same to Spark."""
    return left.casefold() == right.casefold()


def resolve_column(name: ColumnName, relation: Relation, report: Report) -> ResolvedColumn | None:
    """What a name stands for; None, with a finding, where it is nothing or not clear what."""
    for part in name.parts:
        if "${" in part.text:
            message = f"Spark would replace `{part.text}` by a setting"
            help_ = "a parameter stands by itself, `${NAME}`; texts are joined by `concat(…)`"
            report.add(expression_codes.SUBSTITUTED_TEXT, part.span, message, help=help_)
            return None
    matches, rest, qualified = _find_matches(name.parts, relation)
    if len(matches) > 1:
        _report_ambiguous(name, matches, report)
        return None
    if not matches:
        if relation.is_open:
            return ResolvedColumn(None, UNKNOWN, True, (), False)
        _report_unknown(name, relation, report)
        return None
    column = matches[0]
    resolved = _resolve_field(column, name.parts, rest, report, qualified)
    if report.index is not None:
        report.index.add_name(name, len(rest), column)
        if rest and resolved is not None:
            report.index.values[rest[-1].span] = Typed(resolved.type, resolved.nullable)
    return resolved


def is_bare_function(name: ColumnName, relation: Relation) -> bool:
    """Whether a name is a function that Spark takes without parentheses, and no column."""
    first = name.parts[0].text
    return (
        len(name.parts) == 1
        and first.casefold() in _BARE_FUNCTIONS
        and not relation.is_open
        and not any(is_same_name(column.name, first) for column in relation.columns)
    )


def _find_matches(
    parts: Sequence[Name], relation: Relation
) -> tuple[list[Column], Sequence[Name], bool]:
    """The columns that the first parts name, the parts behind, and whether one qualifies.

    Spark tries `qualifier.column` first, and then `column.field`.
    """
    if len(parts) > 1:
        qualified = [
            column
            for column in relation.find_columns(parts[1].text)
            if column.qualifier is not None and is_same_name(column.qualifier, parts[0].text)
        ]
        if qualified:
            return qualified, parts[2:], True
    return relation.find_columns(parts[0].text), parts[1:], False


def report_function(parts: Sequence[Name], path: str, message: str, report: Report) -> bool:
    """Report `day.month` and `day.dt.month`, which are calls here; whether this is one.

    `parts` are the whole name, of which `path` is known.
    """
    from ssbt.compiler.syntax.foreign.methods import advise_method, convert_method, is_atom

    own_length = path.count(".") + 1
    method, span = parts[-1], Span(parts[0].span.path, parts[0].span.start, parts[-1].span.end)
    accessor = "".join(f".{part.text}" for part in parts[own_length:-1])
    if accessor.casefold() not in ("", ".str", ".dt", ".list", ".arr"):
        return False
    text = convert_method(f"{path}{accessor}", method.text, ())
    help_ = f"functions are no fields: `{text}`" if text else advise_method(path, method.text)
    if help_ is None:
        return False
    fix = (Edit(span, text),) if text and is_atom(text) else ()
    report.add(codes.UNKNOWN_COLUMN, method.span, message, help=help_, fix=fix)
    return True


def _resolve_field(
    column: Column, parts: Sequence[Name], rest: Sequence[Name], report: Report, qualified: bool
) -> ResolvedColumn | None:
    """The field of a column that the last parts of a name lead to."""
    type_, nullable = column.type, column.nullable
    path, provenance = column.name, column.provenance
    for part in rest:
        inner = field_type(type_, part.text)
        if inner is None:
            message = f"`{path}` is {type_.sql} and has no field `{part.text}`"
            field_names = [field.name for field in fields_of(type_)]
            if not field_names and report_function(parts, path, message, report):
                return None
            report.add_unknown_name(
                codes.UNKNOWN_COLUMN, part.span, message, part.text, field_names, "fields"
            )
            return None
        provenance = field_provenance(provenance, type_, part.text)
        type_, nullable = inner[0], nullable or inner[1]
        path = f"{path}.{part.text}"
    return ResolvedColumn(
        column, type_, nullable, tuple(part.text for part in rest), qualified, provenance
    )


def fields_of(type_: DataType) -> Sequence[StructField]:
    """The fields of a struct, or of the structs in an array."""
    struct = _innermost_struct(type_)
    return struct.fields if struct is not None else ()


def _innermost_struct(type_: DataType) -> StructType | None:
    """The struct that a name after a dot is looked up in."""
    if isinstance(type_, Array):
        type_ = type_.element
    return type_ if isinstance(type_, StructType) else None


def field_type(type_: DataType, name: str) -> tuple[DataType, bool] | None:
    """Type and nullability of `value.name`; None where there is no such field."""
    if type_ == UNKNOWN or isinstance(type_, VariantType):
        return UNKNOWN, True
    if isinstance(type_, MapType):
        return type_.value, True
    struct = _innermost_struct(type_)
    matches = struct.find_fields(name) if struct is not None else ()
    if len(matches) != 1:
        return None
    field = matches[0]
    if isinstance(type_, Array):
        contains_null = type_.contains_null or field.nullable
        return Array(field.type, contains_null), False
    return field.type, field.nullable


def field_provenance(value: Provenance, type_: DataType, name: str) -> Provenance:
    """What `value.name` is made from; the values of a map go by the name of the map."""
    struct = _innermost_struct(type_)
    fields = struct.find_fields(name) if struct is not None else ()
    return value.field(fields[0].name) if fields else value


def _report_ambiguous(name: ColumnName, matches: list[Column], report: Report) -> None:
    text = ".".join(part.text for part in name.parts)
    qualified_names = [f"{m.qualifier}.{m.name}" for m in matches if m.qualifier is not None]
    also = tuple(Label(m.declared, "one of them") for m in matches if m.declared is not None)
    message = f"`{text}` could be any of {len(matches)} columns"
    distinct = len({qualified.casefold() for qualified in qualified_names}) == len(matches)
    help_ = (
        f"say which: {' or '.join(f'`{qualified}`' for qualified in qualified_names)}"
        if distinct
        else ""
    )
    labels = {label.span: label for label in also}
    report.add(
        codes.AMBIGUOUS_COLUMN,
        name.span,
        message,
        also=tuple(labels.values()),
        help=help_ or "rename or drop one of them in the step before",
    )


def _report_unknown(name: ColumnName, relation: Relation, report: Report) -> None:
    text = ".".join(part.text for part in name.parts)
    plural = "columns"
    qualifiers = {c.qualifier.casefold() for c in relation.columns if c.qualifier}
    first = name.parts[0].text
    if len(name.parts) > 1 and first.casefold() in qualifiers:
        candidates = [
            c.name for c in relation.columns if c.qualifier and is_same_name(c.qualifier, first)
        ]
        missing_name = name.parts[1].text
        message = f"`{first}` has no column `{missing_name}` here"
    elif len(name.parts) > 1:
        candidates = sorted({c.qualifier for c in relation.columns if c.qualifier})
        missing_name, plural = first, "datasets"
        message = f"there is no dataset and no column `{first}` here"
        unqualified = [c for c in relation.columns if is_same_name(c.name, name.parts[1].text)]
        if unqualified:
            help_ = f"the column is called `{unqualified[0].name}` here"
            qualifier = Span(name.span.path, name.span.start, name.parts[1].span.start)
            fix = (Edit(qualifier, ""),)
            report.add(codes.UNKNOWN_COLUMN, name.span, message, help=help_, fix=fix)
            return
    else:
        candidates = list(dict.fromkeys(c.name for c in relation.columns))
        missing_name = text
        message = f"there is no column `{text}` here"
    part = name.parts[0 if plural == "datasets" or len(name.parts) == 1 else 1]
    code, name_span = codes.UNKNOWN_COLUMN, part.span
    report.add_unknown_name(
        code, name.span, message, missing_name, candidates, plural, name_span=name_span
    )


def as_dataset(name: str, relation: Relation) -> Relation:
    """The columns of a dataset as those see it who use it."""
    columns = tuple(
        replace(column, qualifier=None, provenance=copy_of(name, column.name))
        for column in relation.columns
    )
    return replace(relation, columns=columns)


def requalify(relation: Relation, qualifier: str | None) -> Relation:
    """The same columns, all under one alias, as they flow through a query."""
    columns = tuple(
        replace(column, qualifier=qualifier, tags=NO_TAGS, field_tags=())
        for column in relation.columns
    )
    return replace(relation, columns=columns)


def find_duplicates(relation: Relation) -> list[tuple[Column, Column]]:
    """Pairs of columns with one name."""
    first_columns: dict[str, Column] = {}
    pairs = []
    for column in relation.columns:
        key = column.name.casefold()
        if key in first_columns:
            pairs.append((first_columns[key], column))
        else:
            first_columns[key] = column
    return pairs


def span_of(column: Column, otherwise: Span) -> Span:
    """Where a column was named, or another place."""
    return column.declared or otherwise
