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
from ssbt.compiler.syntax.ast.expressions import ColumnName, Name
from ssbt.compiler.types.datatypes import (
    UNKNOWN,
    DataType,
    MapType,
    StructField,
    StructType,
    VariantType,
)
from ssbt.compiler.types.datatypes import ArrayType as Array
from ssbt.compiler.types.functions import find
from ssbt.compiler.types.typed import Typed

_BARE_FUNCTIONS = (
    *("current_date", "current_time", "current_timestamp"),
    *("current_user", "session_user", "user"),
)


class Found(Struct, frozen=True):
    """What a name stands for: a column, or a field inside one.

    `column` is None where the name may be a column of an open relation. `path` are the fields
    below the column, `provenance` is what the value is made from.
    """

    column: Column | None
    type: DataType
    nullable: bool
    path: tuple[str, ...]
    qualified: bool
    provenance: Provenance = Provenance()


def same(one: str, other: str) -> bool:
    """Whether two names are the same to Spark."""
    return one.casefold() == other.casefold()


def found(name: ColumnName, relation: Relation, report: Report) -> Found | None:
    """What a name stands for; None, with a finding, where it is nothing or not clear what."""
    for part in name.parts:
        if "${" in part.text:
            message = f"Spark would replace `{part.text}` by a setting"
            report.add(expression_codes.SUBSTITUTED_TEXT, part.span, message)
            return None
    matches, rest, qualified = _matches(name.parts, relation)
    if len(matches) > 1:
        _ambiguous(name, matches, report)
        return None
    if not matches:
        if relation.is_open:
            return Found(None, UNKNOWN, True, (), False)
        _unknown(name, relation, report)
        return None
    column = matches[0]
    whole = _field(column, rest, report, qualified)
    if report.seen is not None:
        report.seen.add_name(name, len(rest), column)
        if rest and whole is not None:
            report.seen.values[rest[-1].span] = Typed(whole.type, whole.nullable)
    return whole


def is_bare_function(name: ColumnName, relation: Relation) -> bool:
    """Whether a name is a function that Spark takes without parentheses, and no column."""
    first = name.parts[0].text
    return (
        len(name.parts) == 1
        and first.casefold() in _BARE_FUNCTIONS
        and not relation.is_open
        and not any(same(column.name, first) for column in relation.columns)
    )


def _matches(
    parts: Sequence[Name], relation: Relation
) -> tuple[list[Column], Sequence[Name], bool]:
    """The columns that the first parts name, the parts behind, and whether one qualifies.

    Spark tries `qualifier.column` first, and then `column.field`.
    """
    if len(parts) > 1:
        qualified = [
            column
            for column in relation.named(parts[1].text)
            if column.qualifier is not None and same(column.qualifier, parts[0].text)
        ]
        if qualified:
            return qualified, parts[2:], True
    return relation.named(parts[0].text), parts[1:], False


def _function_of(above: str, part: Name) -> str | None:
    """`day.month` and `text.length`, which are calls here."""
    names = {"tostring": "string", "len": "length", "isnull": "isnull", "date": "to_date"}
    name = names.get(part.text.casefold(), part.text.casefold())
    return f"functions are no fields: `{name}({above})`" if find(name) is not None else None


def _field(column: Column, rest: Sequence[Name], report: Report, qualified: bool) -> Found | None:
    """The field of a column that the last parts of a name lead to."""
    type_, nullable = column.type, column.nullable
    above, made = column.name, column.provenance
    for part in rest:
        inner = field_type(type_, part.text)
        if inner is None:
            message = f"`{above}` is {type_.sql} and has no field `{part.text}`"
            known = [field.name for field in fields_of(type_)]
            way = _function_of(above, part)
            if way is not None and not known:
                report.add(codes.UNKNOWN_COLUMN, part.span, message, help=way)
                return None
            report.unknown(codes.UNKNOWN_COLUMN, part.span, message, part.text, known, "fields")
            return None
        made = field_provenance(made, type_, part.text)
        type_, nullable = inner[0], nullable or inner[1]
        above = f"{above}.{part.text}"
    return Found(column, type_, nullable, tuple(part.text for part in rest), qualified, made)


def fields_of(type_: DataType) -> Sequence[StructField]:
    """The fields of a struct, or of the structs in an array."""
    struct = _struct(type_)
    return struct.fields if struct is not None else ()


def _struct(type_: DataType) -> StructType | None:
    """The struct that a name behind a dot is looked up in."""
    if isinstance(type_, Array):
        type_ = type_.element
    return type_ if isinstance(type_, StructType) else None


def field_type(type_: DataType, name: str) -> tuple[DataType, bool] | None:
    """Type and nullability of `value.name`; None where there is no such field."""
    if type_ == UNKNOWN or isinstance(type_, VariantType):
        return UNKNOWN, True
    if isinstance(type_, MapType):
        return type_.value, True
    struct = _struct(type_)
    matches = struct.named(name) if struct is not None else ()
    if len(matches) != 1:
        return None
    field = matches[0]
    if isinstance(type_, Array):
        contains_null = type_.contains_null or field.nullable
        return Array(field.type, contains_null), False
    return field.type, field.nullable


def field_provenance(value: Provenance, type_: DataType, name: str) -> Provenance:
    """What `value.name` is made from; the values of a map go by the name of the map."""
    struct = _struct(type_)
    fields = struct.named(name) if struct is not None else ()
    return value.field(fields[0].name) if fields else value


def _ambiguous(name: ColumnName, matches: list[Column], report: Report) -> None:
    text = ".".join(part.text for part in name.parts)
    ways = [f"{m.qualifier}.{m.name}" for m in matches if m.qualifier is not None]
    also = tuple(Label(m.declared, "one of them") for m in matches if m.declared is not None)
    message = f"`{text}` could be any of {len(matches)} columns"
    distinct = len({way.casefold() for way in ways}) == len(matches)
    help_ = f"say which: {' or '.join(f'`{way}`' for way in ways)}" if distinct else ""
    seen = {label.span: label for label in also}
    report.add(
        codes.AMBIGUOUS_COLUMN,
        name.span,
        message,
        also=tuple(seen.values()),
        help=help_ or "rename or drop one of them in the step before",
    )


def _unknown(name: ColumnName, relation: Relation, report: Report) -> None:
    text = ".".join(part.text for part in name.parts)
    kind = "columns"
    qualifiers = {c.qualifier.casefold() for c in relation.columns if c.qualifier}
    first = name.parts[0].text
    if len(name.parts) > 1 and first.casefold() in qualifiers:
        known = [c.name for c in relation.columns if c.qualifier and same(c.qualifier, first)]
        wanted = name.parts[1].text
        message = f"`{first}` has no column `{wanted}` here"
    elif len(name.parts) > 1:
        known = sorted({c.qualifier for c in relation.columns if c.qualifier})
        wanted, kind = first, "datasets"
        message = f"there is no dataset and no column `{first}` here"
        plain = [c for c in relation.columns if same(c.name, name.parts[1].text)]
        if plain:
            help_ = f"the column is called `{plain[0].name}` here"
            qualifier = Span(name.span.path, name.span.start, name.parts[1].span.start)
            fix = (Edit(qualifier, ""),)
            report.add(codes.UNKNOWN_COLUMN, name.span, message, help=help_, fix=fix)
            return
    else:
        known = list(dict.fromkeys(c.name for c in relation.columns))
        wanted = text
        message = f"there is no column `{text}` here"
    part = name.parts[0 if kind == "datasets" or len(name.parts) == 1 else 1]
    code, place = codes.UNKNOWN_COLUMN, part.span
    report.unknown(code, name.span, message, wanted, known, kind, place=place)


def as_dataset(name: str, relation: Relation) -> Relation:
    """The columns of a dataset as those see it who use it."""
    columns = tuple(
        replace(column, qualifier=None, provenance=copy_of(name, column.name))
        for column in relation.columns
    )
    return replace(relation, columns=columns)


def requalified(relation: Relation, qualifier: str | None) -> Relation:
    """The same columns, all under one alias, as they flow through a query."""
    columns = tuple(
        replace(column, qualifier=qualifier, tags=NO_TAGS, field_tags=())
        for column in relation.columns
    )
    return replace(relation, columns=columns)


def duplicates(relation: Relation) -> list[tuple[Column, Column]]:
    """Pairs of columns with one name."""
    seen: dict[str, Column] = {}
    pairs = []
    for column in relation.columns:
        key = column.name.casefold()
        if key in seen:
            pairs.append((seen[key], column))
        else:
            seen[key] = column
    return pairs


def place_of(column: Column, otherwise: Span) -> Span:
    """Where a column was named, or another place."""
    return column.declared or otherwise
