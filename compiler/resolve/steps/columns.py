"""The steps that choose, compute and replace columns."""

from __future__ import annotations

from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes import expressions as expression_codes
from ssbt.compiler.diagnostics.codes import names as name_codes
from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.model import Edit, Label
from ssbt.compiler.ir import expressions as ix
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.expressions.time_windows import TIME_WINDOWS
from ssbt.compiler.resolve.expressions.typing import Typing
from ssbt.compiler.resolve.flow import Flow, column_of
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.steps.naming import as_it_is, is_repeated, whole_column
from ssbt.compiler.resolve.traps.undone_joins import check_outer_sides
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.formatting.expressions import sql_text
from ssbt.compiler.syntax.names import name_text, own_name
from ssbt.compiler.types.datatypes import UNKNOWN, StructType
from ssbt.compiler.types.functions import find
from ssbt.compiler.types.predicates import distinguishable

AS_NAME = "give it one: `as name`"
_OF_TIME = (*TIME_WINDOWS, "window_time")


def where(node: s.Where, flow: Flow) -> ir.Step:
    check_outer_sides(node, flow)
    return ir.Filter(node.span, flow.relation, flow.condition(node.condition))


def select(node: s.Select, flow: Flow) -> ir.Step:
    columns: list[Column] = []
    named: list[ix.Named] = []
    is_open = False
    generators: list[Span] = []
    before = len(flow.report.findings)
    for item in node.items:
        if isinstance(item.value, e.Star):
            got, kept, more = _star(item.value, flow)
            columns += got
            named += kept
            is_open = is_open or more
            continue
        typing = flow.typing()
        typing.windows = True
        typing.generator = item.value
        found = flow.finished(item.value, typing)
        several = typing.found_generator is not None
        check_one_generator(typing, generators, flow)
        columns += _named_columns(item, found, flow, several)
        named.append(ix.Named(found, tuple(name.text for name in item.names)))
    _explain_siblings(node, before, flow)
    output = Relation(tuple(columns), is_open)
    if node.distinct:
        for column in columns:
            what = f"in `distinct` (column `{column.name}`)"
            flow.require(distinguishable, column, node.span, what)
    return ir.Project(node.span, output, tuple(named), node.distinct)


def _explain_siblings(node: s.Select, before: int, flow: Flow) -> None:
    """Say of columns that are not there and that another item of the same `select` makes."""
    made = {name.text.casefold(): name.text for item in node.items for name in item.names}
    for place, found in enumerate(flow.report.findings[before:], start=before):
        for name in made.values() if found.code is name_codes.UNKNOWN_COLUMN else ():
            if found.message == f"there is no column `{name}` here":
                help_ = "the items of `select` do not see each other: make it in a step before, "
                help_ += f"`|> extend … as {name}`"
                flow.report.findings[place] = replace(found, help=(help_,), fix=())


def _star(node: e.Star, flow: Flow) -> tuple[list[Column], list[ix.Named], bool]:
    """The columns that a star brings, how it is written, and whether there may be more."""
    typing = flow.typing()
    found = typing.expand(node)
    flow.note(typing)
    if found.names is not None:
        named = [as_it_is(column, node.span, flow) for column in found.columns]
        return list(found.columns), named, found.is_open
    text = "".join(part for part in sql_text(node) if isinstance(part, str))
    star = ix.Expression(node.span, (text,), UNKNOWN, True, text)
    return list(found.columns), [ix.Named(star)], found.is_open


def _named_columns(
    item: s.Item, found: ix.Expression, flow: Flow, is_generator: bool
) -> list[Column]:
    """The columns that an item of `select` becomes."""
    if is_generator and item.names:
        return generated_columns(item, found, flow)
    if len(item.names) > 1:
        message = "an expression becomes one column"
        flow.report.add(codes.WRONG_NAMES, item.names[1].span, message)
    if item.names:
        name = item.names[0]
        return [timed(column_of(found, name.text, name.span), item.value, flow)]
    plain = own_column(item.value, found, flow)
    if plain is not None:
        return [plain]
    report_no_name(item, flow)
    return []


def check_one_generator(typing: Typing, seen: list[Span], flow: Flow) -> None:
    """Report the second generator of a step: every row of one would meet every row of the other."""
    if typing.found_generator is None:
        return
    if seen:
        message = "a step has one generator at most, and this is the second"
        also = (Label(seen[0], "the first one"),)
        help_ = "put it into a step of its own"
        span = typing.found_generator
        flow.report.add(expression_codes.MISPLACED_GENERATOR, span, message, also=also, help=help_)
    seen.append(typing.found_generator)


def generated_columns(item: s.Item, found: ix.Expression, flow: Flow) -> list[Column]:
    """The columns that a generator makes; the catalogue gives them as the fields of a struct."""
    fields = found.type.fields if isinstance(found.type, StructType) else ()
    if fields and len(fields) != len(item.names):
        message = f"this makes {len(fields)} columns, and {len(item.names)} names are given"
        flow.report.add(codes.WRONG_NAMES, item.names[0].span, message)
        fields = ()
    made = [found.provenance.field(field.name) for field in fields]
    known = [(field.type, field.nullable) for field in fields] or [(UNKNOWN, True)] * len(
        item.names
    )
    made = made or [found.provenance.opaque] * len(item.names)
    return [
        Column(name.text, type_, nullable, None, source, declared=name.span)
        for name, (type_, nullable), source in zip(item.names, known, made, strict=False)
    ]


def own_column(node: e.Expression, found: ix.Expression, flow: Flow) -> Column | None:
    """The column that an expression is, if it is nothing but one, under its own name."""
    if not isinstance(node, e.ColumnName) or scopes.is_bare_function(node, flow.relation):
        return None
    last = node.parts[-1]
    column = column_of(found, last.text, last.span)
    matches = flow.relation.named(last.text)
    if len(node.parts) > 1:
        first = node.parts[0].text
        matches = [c for c in matches if c.qualifier and scopes.same(c.qualifier, first)]
    if len(matches) == 1 and len(node.parts) <= 2:
        kept = matches[0]
        return replace(kept, name=kept.name, declared=kept.declared or last.span)
    return column


def timed(column: Column, node: e.Expression, flow: Flow) -> Column:
    """The column with the event time of the one that it renames, or makes windows of."""
    if isinstance(node, e.Call):
        is_window = node.name.text.casefold() in TIME_WINDOWS
        return replace(column, event_time=_bears_event_time(node, flow), time_window=is_window)
    if not isinstance(node, e.ColumnName):
        return column
    plain = own_column(node, ix.Expression(node.span, (), column.type, True), flow)
    if plain is None:
        return column
    return replace(column, event_time=plain.event_time, time_window=plain.time_window)


def _bears_event_time(node: e.Expression, flow: Flow) -> bool:
    """Whether it is a column that bears a watermark, a window over one, or the time of that."""
    while isinstance(node, e.Call):
        if node.name.text.casefold() not in _OF_TIME or not node.arguments:
            return False
        node = node.arguments[0].value
    if not isinstance(node, e.ColumnName):
        return False
    found = scopes.found(node, flow.relation, Report())
    if found is None or found.column is None or found.path:
        return False
    return found.column.event_time


def report_no_name(item: s.Item, flow: Flow, help_: str = AS_NAME) -> None:
    """Report a computed column without a name."""
    fix: tuple[Edit, ...] = ()
    match item.value:
        case e.Call(name=called) if find(called.text) is None:
            # It is reported already, and the name may come with what is meant.
            return
        case e.Tuple():
            help_ = "columns stand without parentheses around them"
        case e.Binary(operator="=", left=e.ColumnName(parts=(name,)), right=right):
            help_ = f"a new column is written `… as {name.text}`"
            path, end = item.value.span.path, item.value.span.end
            before = Span(path, item.value.span.start, right.span.start)
            fix = Edit(before, ""), Edit(Span(path, end, end), f" as {own_name(name.text)}")
        case e.StringLiteral(span=span, value=value) if flow.relation.named(value):
            help_ = f"a column is written without quotes: `{own_name(value)}`"
            fix = (Edit(span, own_name(value)),)
    flow.report.add(codes.NO_NAME, item.value.span, "this column has no name", help=help_, fix=fix)


def extend(node: s.Extend, flow: Flow) -> ir.Step:
    """New columns at the right; each may use those before it."""
    groups: list[list[ix.Named]] = []
    relation = flow.relation
    fresh: set[str] = set()
    generators: list[Span] = []
    for item in node.items:
        if isinstance(item.value, e.Star):
            message = "`*` is all columns, and `extend` keeps those anyway"
            flow.report.add(expression_codes.MISPLACED_STAR, item.span, message, help="remove it")
            continue
        if not item.names:
            report_no_name(item, flow)
            continue
        typing = flow.typing(relation)
        typing.windows = True
        typing.generator = item.value
        found = flow.finished(item.value, typing)
        check_one_generator(typing, generators, flow)
        if len(item.names) > 1:
            message = "an expression becomes one column; for a generator use the step `explode`"
            flow.report.add(codes.WRONG_NAMES, item.names[1].span, message)
            continue
        name = item.names[0]
        if not _is_new(name, relation, flow):
            continue
        if not groups or _mentions(item.value, fresh):
            groups.append([])
            fresh = set()
            flow.windows.begin(typing.time_windows)
        groups[-1].append(ix.Named(found, (name.text,)))
        fresh.add(name.text.casefold())
        column = timed(column_of(found, name.text, name.span), item.value, flow)
        if typing.found_generator is not None:
            column = generated_columns(item, found, flow)[0]
        relation = relation.with_column(column)
    return ir.WithColumns(node.span, relation, tuple(tuple(group) for group in groups))


def _is_new(name: e.Name, relation: Relation, flow: Flow) -> bool:
    if not relation.named(name.text):
        return True
    column = relation.named(name.text)[0]
    also = (Label(column.declared, "it is here"),) if column.declared else ()
    flow.report.add(
        codes.COLUMN_EXISTS,
        name.span,
        f"there is a column `{column.name}` already",
        also=also,
        help=f"replace its values with `|> set {name_text(column.name)} = …`",
    )
    return False


def _mentions(node: e.Expression, names: set[str]) -> bool:
    """Whether a column of these names occurs anywhere in the expression."""
    from ssbt.compiler.resolve.expressions.walking import column_names

    return any(part.text.casefold() in names for name in column_names(node) for part in name.parts)


def set_columns(node: s.SetColumns, flow: Flow) -> ir.Step:
    """Columns replaced where they stand; each assignment sees those before it, as in Spark."""
    groups: list[list[ix.Named]] = []
    relation = flow.relation
    fresh: set[str] = set()
    assigned: dict[str, Span] = {}
    for assignment in node.assignments:
        name = assignment.column
        typing = flow.typing(relation)
        typing.windows = True
        found = flow.finished(assignment.value, typing)
        target = whole_column(name, relation, flow)
        if target is None:
            continue
        if is_repeated(assigned, target.name, name.span, flow):
            continue
        if not groups or _mentions(assignment.value, fresh):
            groups.append([])
            fresh = set()
            flow.windows.begin(typing.time_windows)
        groups[-1].append(ix.Named(found, (target.name,)))
        fresh.add(target.name.casefold())
        new = column_of(found, target.name, name.span)
        is_known = any(column is target for column in relation.named(target.name))
        relation = relation.with_replaced(target, new) if is_known else relation.with_column(new)
    return ir.WithColumns(node.span, relation, tuple(tuple(group) for group in groups))
