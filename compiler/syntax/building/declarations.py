"""Declarations."""

from __future__ import annotations

from typing import Any

from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.building.nodes import Children, children_of_type, find_token
from ssbt.compiler.syntax.building.steps import StepBuilder


class DeclarationBuilder(StepBuilder):
    """Builds the AST of one piece of a file."""

    def file(self, span: Span, children: Children) -> tuple[d.Declaration, ...]:
        return tuple(children)

    def pipeline(self, span: Span, children: Children) -> d.Pipeline:
        _, name, block = children
        return d.Pipeline(span, name, block.entries)

    def import_(self, span: Span, children: Children) -> d.Import:
        return d.Import(span, children[1])

    def param(self, span: Span, children: Children) -> d.Param:
        _, name, type_, default, _, check, block = children
        entries = block.entries if block else ()
        return d.Param(span, name, type_, default, check, entries)

    def secret(self, span: Span, children: Children) -> d.Secret:
        return d.Secret(span, children[1])

    def connection(self, span: Span, children: Children) -> d.Connection:
        _, name, kind, block = children
        return d.Connection(span, name, kind, block.entries)

    def schema(self, span: Span, children: Children) -> d.Schema:
        columns = self.require_separators(children_of_type(children, d.SchemaColumn))
        return d.Schema(span, children[1], columns, None)

    def schema_from(self, span: Span, children: Children) -> d.Schema:
        _, name, _, location, block = children
        end = block.span if block else location.span
        entries = block.entries if block else ()
        return d.Schema(span, name, (), d.SchemaOrigin(location.span.to(end), location, entries))

    schema_from_file = schema_from

    def schema_column(self, span: Span, children: Children) -> d.SchemaColumn:
        name, type_, *clauses = children
        clause_values: dict[str, Any] = {}
        tags: list[Name] = []
        for clause_span, clause, value in clauses:
            if clause == "tag":
                tags.append(value)
            elif clause in clause_values:
                self.report(codes.DUPLICATE_CLAUSE, clause_span, f"a column says `{clause}` once")
            else:
                clause_values[clause] = value
        return d.SchemaColumn(
            span,
            name,
            type_,
            "not null" in clause_values,
            clause_values.get("default"),
            clause_values.get("comment"),
            tuple(tags),
        )

    def clause_not_null(self, span: Span, children: Children) -> tuple[Span, str, Any]:
        return span, "not null", True

    def clause_default(self, span: Span, children: Children) -> tuple[Span, str, Any]:
        return span, "default", children[1]

    def clause_comment(self, span: Span, children: Children) -> tuple[Span, str, Any]:
        return span, "comment", children[1].value

    def clause_tag(self, span: Span, children: Children) -> tuple[Span, str, Any]:
        return span, "tag", children[0]

    def source(self, span: Span, children: Children) -> d.SourceRead:
        stream, _, name, _, connector, block = children
        return d.SourceRead(span, name, stream is not None, connector, block.entries)

    def let(self, span: Span, children: Children) -> d.Let:
        return d.Let(span, children[1], children[2])

    def transform_(self, span: Span, children: Children) -> d.Transform:
        _, name, *parameters, query = children
        return d.Transform(span, name, tuple(parameters), query)

    def transform_parameter(self, span: Span, children: Children) -> d.TransformParameter:
        return d.TransformParameter(span, *children)

    def expect(self, span: Span, children: Children) -> d.Expect:
        rules = self.require_separators(children_of_type(children, d.ExpectRule))
        return d.Expect(span, children[1], rules)

    def expect_rule(self, span: Span, children: Children) -> d.ExpectRule:
        name, condition, _, action = children
        return d.ExpectRule(span, name, condition, action)

    def sink(self, span: Span, children: Children) -> d.SinkWrite:
        _, dataset, part, _, connector, _, name, block = children
        return d.SinkWrite(span, dataset, part, connector, name, block.entries)

    def maintain(self, span: Span, children: Children) -> d.Maintain:
        _, sink, block = children
        return d.Maintain(span, sink, block.entries)

    def test(self, span: Span, children: Children) -> d.Test:
        return d.Test(span, children[1], tuple(children[2:]))

    def _build_rows(self, span: Span, children: Children, after: int | None) -> d.Rows:
        clause = find_token(children, "GIVEN", "THEN")
        dataset, *columns = children_of_type(children, Name)
        return d.Rows(
            span,
            str(clause).lower(),
            after,
            dataset,
            tuple(columns),
            children_of_type(children, d.Row),
            next(iter(children_of_type(children, v.TextValue)), None),
        )

    def clause_rows(self, span: Span, children: Children) -> d.Rows:
        return self._build_rows(span, children, None)

    clause_file = clause_rows

    def clause_after(self, span: Span, children: Children) -> d.Rows:
        return self._build_rows(span, children, self.parse_whole_number(children[2]))

    clause_after_file = clause_after

    def clause_clock(self, span: Span, children: Children) -> d.Clock:
        return d.Clock(span, children[2])

    def clause_fails(self, span: Span, children: Children) -> d.Fails:
        return d.Fails(span, children[-1])

    def row(self, span: Span, children: Children) -> d.Row:
        return d.Row(span, tuple(children))
