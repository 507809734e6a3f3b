"""A query while it is being resolved: what flows at this step, and what has been used so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ssbt.compiler.diagnostics.codes import expressions as expression_codes
from ssbt.compiler.ir import expressions as ir
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.ir.steps import Input
from ssbt.compiler.ir.traits import NO_TRAITS
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.expressions.expression_context import NOT_KNOWN, ExpressionContext
from ssbt.compiler.resolve.expressions.expression_ir import build_expression
from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.resolve.expressions.foreign_operators import condition_hint
from ssbt.compiler.resolve.expressions.node_typer import NodeTyper
from ssbt.compiler.resolve.expressions.time_windows import TimeWindows
from ssbt.compiler.resolve.expressions.walking import is_same_expression
from ssbt.compiler.resolve.ranges.facts import Facts
from ssbt.compiler.resolve.report import UNORDERED_HELP, Report
from ssbt.compiler.types.collation_strength import is_indeterminate
from ssbt.compiler.types.datatypes import BooleanType, DataType, NullType, StructType
from ssbt.compiler.types.predicates import is_orderable

if TYPE_CHECKING:
    from ssbt.compiler.resolve.declarations import TypingSettings
    from ssbt.compiler.resolve.modules import ModulePurpose
    from ssbt.compiler.resolve.traps.expression_view import ExpressionView
    from ssbt.compiler.source import Span
    from ssbt.compiler.syntax.ast import expressions as e
    from ssbt.compiler.syntax.ast import steps as s
    from ssbt.compiler.syntax.ast.nodes import Name

# The relation after a dataset's name or a transform's call, and the input that names it.
FindInput = Callable[["s.DatasetUse", "QueryContext"], tuple[Input, Relation] | None]
# The result of a transform over relations.
UseTransform = Callable[["s.UseTransform", Relation, "QueryContext"], tuple[Input, Relation] | None]
FindSchema = Callable[["Name"], tuple[str, StructType] | None]
AddModule = Callable[["Span", str, str, "ModulePurpose"], str | None]


class ProgramLookup(Struct, frozen=True):
    """How a query reaches the rest of the program."""

    find_input: FindInput
    use_transform: UseTransform
    find_schema: FindSchema
    add_module: AddModule
    find_dataset: Callable[[Name, QueryContext], tuple[str, Relation] | None]


class QueryContext(Struct):
    """The state between two steps.

    `scope` are the relations that `from` may name inside a transform, else None. `streaming` is
    true from the first input on that is a stream: no step makes a batch of it again.
    `hidden_keys` are the aliases, in lower case, of which Spark's `alias.*` brings keys of a
    `join … using` back that are no columns any more. `inputs` are the datasets that came in, by
    alias, `starred_aliases` the aliases of which an expression takes all columns, `windows` what
    the step at hand groups by time. `outer_sides` are the aliases, in lower case, whose columns an
    outer join makes null in rows without a partner, each with the kind of the join. `facts` are
    what the filters so far say of all rows, `latest_view` is the view of the expression typed last.
    """

    relation: Relation
    parameters: Mapping[str, tuple[str, DataType]]
    settings: TypingSettings
    report: Report
    lookup: ProgramLookup
    scope: Mapping[str, tuple[str, Relation]] | None = None
    used_datasets: list[str] = field(default_factory=list)
    used_aliases: set[str] = field(default_factory=set)
    used_parameters: list[str] = field(default_factory=list)
    streaming: bool = False
    hidden_keys: set[str] = field(default_factory=set)
    inputs: dict[str, Relation] = field(default_factory=dict)
    starred_aliases: set[str] = field(default_factory=set)
    windows: TimeWindows = field(default_factory=TimeWindows)
    outer_sides: dict[str, str] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)
    latest_view: ExpressionView | None = None

    def new_typer(self, relation: Relation | None = None) -> ExpressionTyper:
        """A fresh look at an expression over the relation that flows here."""
        context = ExpressionContext(
            relation or self.relation,
            self.parameters,
            self.report,
            self.settings.target,
            self.settings.ansi,
            self.settings.legacy_formats,
            self.settings.secrets,
            self.settings.masking,
            frozenset(self.hidden_keys),
            self.scope is not None,
            self.settings.time_zone,
        )
        return NodeTyper(context)

    def resolve_expression(self, node: e.Expression, typer: ExpressionTyper) -> ir.Expression:
        """The IR of an expression, and what it uses noted."""
        finding_count = len(self.report.findings)
        value = typer.infer_type(node)
        values = written = None
        traits = NO_TRAITS
        if len(self.report.findings) == finding_count:
            from ssbt.compiler.resolve.ranges.finder import ranges_of
            from ssbt.compiler.resolve.traps.rules import build_view, find_traps
            from ssbt.compiler.resolve.traps.text_orders import find_written
            from ssbt.compiler.resolve.traps.traits import find_traits

            view = build_view(node, typer)
            self.report.findings += find_traps(view)
            values = ranges_of(view).find_range(node)
            written = find_written(node, view)
            traits = find_traits(node, view)
            self.latest_view = view
        self.record_uses(typer)
        if is_indeterminate([value]):
            message = "this text is made of columns of different collations, and has none"
            help_ = "say which one counts: `(…) collate NAME`"
            self.report.add(expression_codes.TYPE_MISMATCH, node.span, message, help=help_)
        return build_expression(node, typer, value, values, written, traits)

    def record_uses(self, typer: ExpressionTyper) -> None:
        """Remember the aliases and parameters that an expression uses."""
        self.used_aliases |= typer.used_aliases
        self.starred_aliases |= typer.starred_aliases
        self.windows.add(typer.time_windows)
        for name in typer.used_parameters:
            self.use_parameter(name)

    def use_parameter(self, name: str) -> None:
        """Remember that the query needs a parameter."""
        if name not in self.used_parameters:
            self.used_parameters.append(name)

    def add_input(self, relation: Relation, alias: str | None = None) -> None:
        """Note what flows in, and under which alias its columns do."""
        self.streaming = self.streaming or relation.streaming
        if alias is not None:
            self.inputs[alias.casefold()] = relation

    def use_dataset(self, name: str) -> None:
        """Remember that the query takes a dataset."""
        if name not in self.used_datasets:
            self.used_datasets.append(name)

    def resolve_value(self, node: e.Expression, relation: Relation | None = None) -> ir.Expression:
        """An expression without aggregates or window functions."""
        return self.resolve_expression(node, self.new_typer(relation))

    def resolve_condition(
        self, node: e.Expression, relation: Relation | None = None
    ) -> ir.Expression:
        """An expression that must be BOOLEAN."""
        value = self.resolve_value(node, relation)
        if isinstance(value.type, NullType):
            reason = "a condition is BOOLEAN, and this is a bare null"
            hint = ("no row passes where it is `false`",)
            self.report.add(expression_codes.NOT_A_CONDITION, node.span, reason, help=hint)
        elif not isinstance(value.type, BooleanType) and value.type != NOT_KNOWN.type:
            from ssbt.compiler.resolve.traps.joined_conditions import is_joined_at

            message = f"a condition is BOOLEAN, and this is {value.type.sql}"
            help_, fix = condition_hint(node) or ((), ())
            code = expression_codes.NOT_A_CONDITION
            # As a warning, the same mistake would say that the text can be meant.
            self.report.findings = [
                each for each in self.report.findings if not is_joined_at(each, node.span)
            ]
            self.report.add(code, node.span, message, help=help_, fix=fix)
        return value

    def is_same_column(self, left: e.ColumnName, right: e.ColumnName) -> bool:
        """Whether two names mean one column, or one field of it."""
        first, second = (
            scopes.resolve_column(name, self.relation, Report()) for name in (left, right)
        )
        if first is None or second is None or first.column is None:
            return is_same_expression(left, right)
        paths = [[part.casefold() for part in resolved.path] for resolved in (first, second)]
        return first.column is second.column and paths[0] == paths[1]

    def require_orderable(self, value: ir.Expression | Column, span: Span, usage: str) -> None:
        """Report a value that Spark can neither sort nor compare."""
        self.require(is_orderable, value, span, usage)

    def require(
        self,
        fits: Callable[[DataType], bool],
        value: ir.Expression | Column,
        span: Span,
        usage: str,
    ) -> None:
        """Report a value whose type cannot be used for something."""
        if not fits(value.type):
            message = f"{value.type.sql} cannot be used {usage}"
            self.report.add(expression_codes.TYPE_MISMATCH, span, message, help=UNORDERED_HELP)


def column_of(value: ir.Expression, name: str, span: Span) -> Column:
    """The column that an expression becomes under a name of its own."""
    return Column(
        name,
        value.type,
        value.nullable,
        None,
        value.provenance,
        declared=span,
        values=value.values,
        written=value.written,
        traits=value.traits,
    )
