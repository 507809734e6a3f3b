"""Transforms: each resolved by itself, and once more over the datasets of each of its uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.codes import syntax as syntax_codes
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.ir.steps import Query
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.around import Around
from ssbt.compiler.resolve.flow import Flow
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.schemas.declared import SchemaColumn
from ssbt.compiler.resolve.steps.queries import resolved_query
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.names import name_text
from ssbt.compiler.syntax.vocabulary import FORMS, NO_STEPS, OTHER_STEPS, STEPS
from ssbt.compiler.types.casts import can_up_cast, expression_type
from ssbt.compiler.types.datatypes import UnknownType

_OPEN = Relation((), True)
_DEEPEST = 50
Scope = Mapping[str, tuple[str, Relation]]


class Transforms:
    """The transforms of a program; `made` has those that are resolved, by lower-case name."""

    def __init__(self, around: Around, flow: Callable[[Report, Scope | None], Flow]) -> None:
        self._around, self._flow = around, flow
        self._instances: dict[tuple[str, tuple[Relation, ...]], Query] = {}
        self._under_way: list[str] = []
        self._told_cycles: set[str] = set()
        self.made: dict[str, ir.Transform] = {}

    def resolve_all(self) -> None:
        """Resolve each by itself, so that its mistakes are told even where it is not used."""
        for key, transform in self._around.declared.transforms.items():
            self.made[key] = self._resolved(transform)

    def known(self, name: e.Name, report: Report) -> d.Transform | None:
        """The transform of a name; None, with a finding, where there is none."""
        declared = self._around.declared
        node = declared.transforms.get(name.text.casefold())
        if node is None and name.text.casefold() not in declared.broken:
            known = (each.name.text for each in declared.transforms.values())
            message = f"there is no transform `{name.text}`"
            if name.text.casefold() in declared.datasets:
                message = f"`{name.text}` is a dataset, and takes no parentheses"
                help_ = "a dataset flows in with `from`, or comes in with a `join` or `union`"
                report.add(codes.UNKNOWN_TRANSFORM, name.span, message, help=help_)
                return None
            step = OTHER_STEPS.get(name.text.lower(), name.text.lower())
            if step in (*STEPS, "union all"):
                help_ = f"the step is written `{FORMS.get(step, f'|> {step} …')}`"
                report.add(codes.UNKNOWN_TRANSFORM, name.span, message, help=help_)
                return None
            if name.text.lower() in NO_STEPS:
                help_ = NO_STEPS[name.text.lower()]
                report.add(codes.UNKNOWN_TRANSFORM, name.span, message, help=help_)
                return None
            report.unknown(
                codes.UNKNOWN_TRANSFORM, name.span, message, name.text, known, "transforms"
            )
        return node

    def _resolved(self, node: d.Transform) -> ir.Transform:
        """A transform by itself, over the schemas of its parameters."""
        scope: dict[str, tuple[str, Relation]] = {}
        parameters = []
        for parameter in node.parameters:
            schema = self._around.schema_names.found(parameter.schema.text, parameter.schema.span)
            relation = _OPEN
            if schema is not None:
                columns = schema.when_read()
                # It may be used with streams: that is what its script must be able to do.
                relation = scopes.as_dataset(parameter.name.text, Relation(columns, False, True))
            if parameter.name.text.casefold() in scope:
                message = f"`{parameter.name.text}` is declared twice"
                self._around.report.add(codes.DUPLICATE_DECLARATION, parameter.name.span, message)
            scope[parameter.name.text.casefold()] = (parameter.name.text, relation)
            parameters.append((parameter.name.text, parameter.schema.text))
        self._under_way.append(node.name.text.casefold())
        query = resolved_query(node.query, self._flow(self._around.report, scope))
        self._under_way.pop()
        description = self._around.describe(node.span)
        return ir.Transform(node.name.text, tuple(parameters), query, description, node.span)

    def instance(
        self,
        node: d.Transform,
        relations: Sequence[Relation],
        places: Sequence[Span],
        span: Span,
        flow: Flow,
    ) -> Query | None:
        """A transform over these datasets; None, with a finding, where it cannot take them."""
        if not self._can_be_used(node, span) or not _takes(node, len(relations), span, flow):
            return None
        for parameter, relation, place in zip(node.parameters, relations, places, strict=True):
            self._check_argument(node, parameter, relation, place, flow)
        key = node.name.text.casefold()
        instance = (key, tuple(relations))
        if instance not in self._instances:
            scope = {
                parameter.name.text.casefold(): (parameter.name.text, relation)
                for parameter, relation in zip(node.parameters, relations, strict=True)
            }
            self._under_way.append(key)
            # Its own mistakes have been told where it is declared.
            query = resolved_query(node.query, self._flow(Report(), scope))
            self._under_way.pop()
            output = scopes.requalified(query.output, None)
            self._instances[instance] = replace(query, output=output)
        return self._instances[instance]

    def _can_be_used(self, node: d.Transform, span: Span) -> bool:
        """Whether it uses neither itself nor too many others inside each other."""
        key = node.name.text.casefold()
        if key in self._under_way:
            self._cycle(key, span)
            return False
        if len(self._under_way) > _DEEPEST:
            message = f"transforms use each other more than {_DEEPEST} levels deep"
            self._around.report.add(syntax_codes.NESTED_TOO_DEEPLY, node.name.span, message)
            return False
        return True

    def _cycle(self, key: str, span: Span) -> None:
        """Report transforms that use each other, once for all of them."""
        chain = self._under_way[self._under_way.index(key) :]
        if self._told_cycles & set(chain):
            return
        self._told_cycles |= set(chain)
        names = [self._around.declared.transforms[each].name for each in chain]
        text = " → ".join([*(name.text for name in names), names[0].text])
        also = tuple(Label(name.span, "declared here") for name in names)
        message = f"the transform `{names[0].text}` uses itself: {text}"
        self._around.report.add(codes.CYCLE, span, message, also=also)

    def _check_argument(
        self,
        node: d.Transform,
        parameter: d.TransformParameter,
        relation: Relation,
        place: Span,
        flow: Flow,
    ) -> None:
        """The columns of the parameter's schema must be there, with types that fit."""
        quiet = self._around.declared.schemas.get(parameter.schema.text.casefold())
        if quiet is None:
            return
        schema = self._around.schema_names.found(parameter.schema.text, parameter.schema.span)
        missing: list[SchemaColumn] = []
        for each in schema.columns if schema is not None else ():
            matches = [c for c in relation.columns if scopes.same(c.name, each.field.name)]
            wanted = expression_type(each.field.type)
            also = (Label(each.span, f"`{node.name.text}` needs this column"),)
            if not matches:
                missing.append(each)
            elif not (
                isinstance(matches[0].type, UnknownType) or can_up_cast(matches[0].type, wanted)
            ):
                found = matches[0].type.sql
                message = f"column `{each.field.name}` is {found}, and {wanted.sql} is needed"
                name, type_ = name_text(each.field.name), wanted.sql.lower()
                help_ = f"cast it before: `|> set {name} = cast({name} as {type_})`"
                flow.report.add(codes.BAD_TRANSFORM_USE, place, message, also=also, help=help_)
        if missing and not relation.is_open:
            names = ", ".join(f"`{each.field.name}`" for each in missing)
            message = f"`{node.name.text}` needs {names}, which does not flow into it"
            if len(missing) > 1:
                message = f"`{node.name.text}` needs {names}, which do not flow into it"
            also = (Label(parameter.span, "needed for this"),)
            flow.report.add(codes.BAD_TRANSFORM_USE, place, message, also=also)


def _takes(node: d.Transform, count: int, span: Span, flow: Flow) -> bool:
    """Whether so many datasets are what it takes; reports other numbers."""
    wanted = len(node.parameters)
    if count == wanted:
        return True
    datasets = f"{wanted} dataset{'s' if wanted != 1 else ''}"
    message = f"`{node.name.text}` takes {datasets}, and {count} flow into it"
    also = (Label(node.name.span, "declared here"),)
    flow.report.add(codes.BAD_TRANSFORM_USE, span, message, also=also)
    return False
