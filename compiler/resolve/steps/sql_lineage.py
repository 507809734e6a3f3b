"""What the columns of a query in Spark SQL are made from, as sqlglot parses it.

It is imported only where a pipeline has a `sql` step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

from msgspec import Struct

from ssbt.compiler.ir.provenance import Origin, Provenance, merge, mixture
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.expressions.provenance import fit_provenance, struct_provenance
from ssbt.compiler.types.datatypes import (
    UNKNOWN,
    ArrayType,
    DataType,
    MapType,
    StructField,
    StructType,
)

Origins = tuple[Origin, ...]


class QueryLineage(Struct, frozen=True):
    """What each column is made from, by its name in lower case, and what decides about rows."""

    columns: Mapping[str, Provenance]
    rows: tuple[tuple[str, Origins], ...]


class _ValueLineage(Struct, frozen=True):
    """What a value is made from, and its type as far as fields may be taken out of it."""

    provenance: Provenance
    type: DataType = UNKNOWN


def find_query_lineage(
    text: str, relations: Mapping[str, Relation], masking: Set[str] = frozenset()
) -> QueryLineage | None:
    """The lineage of a query over `{name}`s; None where it cannot be told for sure.

    The results of `masking` functions, in lower case, tell nothing about their arguments.
    """
    if any(relation.is_open for relation in relations.values()):
        return None
    from sqlglot import exp, parse_one
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import build_scope

    schema: dict[str, object] = {
        name: {column.name: column.type.sql for column in relation.columns}
        for name, relation in relations.items()
    }
    try:
        tree = parse_one(_with_names(text), dialect="spark")
        if tree.find(exp.UDTF, exp.Lateral, exp.Pivot, exp.Explode, exp.Command):
            return None
        if any(each.args.get("recursive") for each in tree.find_all(exp.With)):
            return None
        root = build_scope(qualify(tree, schema=schema, dialect="spark"))
        return None if root is None else _LineageReader(relations, masking).read_lineage(root)
    except (SqlglotError, _UnknownColumnError, ValueError, RecursionError):
        return None


def _with_names(text: str) -> str:
    """The query with names of tables for what is in braces."""
    # Its module compiles a pattern when it is imported.
    from string import Formatter

    return "".join(
        literal + (f"`{field}`" if field is not None else "")
        for literal, field, _, _ in Formatter().parse(text)
    )


class _UnknownColumnError(Exception):
    """A column whose source is not to be found."""


class _LineageReader:
    """Reads scopes; `exp` is sqlglot's module of expressions, imported late."""

    def __init__(self, relations: Mapping[str, Relation], masking: Set[str]) -> None:
        from sqlglot import exp

        self._exp = exp
        self._masking = masking
        self._outputs: dict[tuple[int, int], _ValueLineage] = {}
        self._relations = {name.casefold(): relation for name, relation in relations.items()}

    def read_lineage(self, root: Any) -> QueryLineage:
        names = [each.alias_or_name.casefold() for each in root.expression.selects]
        columns = {name: self._read_output(root, index) for index, name in enumerate(names)}
        rows = {
            (kind, each)
            for scope in root.traverse()
            for kind, each in self._iterate_row_origins(scope)
        }
        kinds = sorted({kind for kind, _ in rows})
        listed = ((kind, tuple(sorted(o for k, o in rows if k == kind))) for kind in kinds)
        provenances = {name: value.provenance for name, value in columns.items()}
        return QueryLineage(provenances, tuple(listed))

    def _read_output(self, scope: Any, index: int) -> _ValueLineage:
        """The column at a place in a scope's result."""
        key = id(scope), index
        if key not in self._outputs:
            self._outputs[key] = self._resolve_output(scope, index)
        return self._outputs[key]

    def _resolve_output(self, scope: Any, index: int) -> _ValueLineage:
        if isinstance(scope.expression, self._exp.SetOperation):
            if scope.expression.args.get("by_name"):
                raise _UnknownColumnError
            sides = [self._read_output(each, index) for each in scope.set_operation_scopes]
            type_ = sides[0].type
            return _ValueLineage(
                merge(fit_provenance(s.provenance, s.type, type_) for s in sides), type_
            )
        return self._read_value(scope, scope.expression.selects[index])

    def _read_value(self, scope: Any, expression: Any) -> _ValueLineage:
        """An expression of a scope: what it is made from, its fields distinguished where known."""
        exp = self._exp
        match expression:
            case exp.Query():
                # Its columns may be those of this scope or of its own.
                raise _UnknownColumnError
            case exp.Alias() | exp.Paren():
                return self._read_value(scope, expression.this)
            case exp.Column():
                return self._read_column(scope, expression)
            case exp.Dot() if isinstance(expression.expression, exp.Identifier):
                base = self._read_value(scope, expression.this)
                name = expression.expression.name
                inner = scopes.field_type(base.type, name)
                provenance = scopes.field_provenance(base.provenance, base.type, name)
                return _ValueLineage(provenance, inner[0] if inner is not None else UNKNOWN)
            case exp.Bracket():
                return self._read_element(scope, expression)
            case exp.Struct() if all(isinstance(e, exp.PropertyEQ) for e in expression.expressions):
                fields = [
                    (e.name, self._read_value(scope, e.expression)) for e in expression.expressions
                ]
                type_ = StructType(tuple(StructField(name, value.type) for name, value in fields))
                return _ValueLineage(
                    struct_provenance((name, value.provenance) for name, value in fields), type_
                )
        parts = [self._read_value(scope, part) for part in expression.iter_expressions()]
        provenance = mixture(part.provenance for part in parts)
        return _ValueLineage(provenance.as_hidden if self._is_mask(expression) else provenance)

    def _is_mask(self, expression: Any) -> bool:
        if isinstance(expression, self._exp.Anonymous):
            return expression.name.casefold() in self._masking
        names = expression.sql_names() if isinstance(expression, self._exp.Func) else ()
        return any(name.casefold() in self._masking for name in names)

    def _read_element(self, scope: Any, expression: Any) -> _ValueLineage:
        """An element of an array or a map."""
        base = self._read_value(scope, expression.this)
        keys = [self._read_value(scope, key) for key in expression.expressions]
        provenance = base.provenance.with_computed(key.provenance for key in keys)
        match base.type:
            case ArrayType(element=inner) | MapType(value=inner):
                return _ValueLineage(provenance, inner)
            case _:
                return _ValueLineage(provenance.as_opaque)

    def _read_column(self, scope: Any, column: Any) -> _ValueLineage:
        source = scope.sources.get(column.table)
        if not column.table:
            # What sorts may be called as a column of the result is.
            source = scope
        if isinstance(source, self._exp.Table):
            relation = self._relations.get(source.name.casefold())
            matches = relation.find_columns(column.name) if relation is not None else []
            if len(matches) != 1:
                raise _UnknownColumnError
            return _ValueLineage(matches[0].provenance, matches[0].type)
        if source is None:
            raise _UnknownColumnError
        names = [each.alias_or_name for each in source.expression.selects]
        if column.name not in names:
            raise _UnknownColumnError
        return self._read_output(source, names.index(column.name))

    def _iterate_row_origins(self, scope: Any) -> Iterator[tuple[str, Origin]]:
        """What decides about the rows of one scope, by the kinds of lineage."""
        expression = scope.expression
        for kind, clauses in self._iterate_clauses(expression):
            for clause in clauses:
                for origin in self._read_value(scope, clause).provenance.origins:
                    yield kind, origin
        indexes = range(len(expression.selects))
        output_origins = (
            o for index in indexes for o in self._read_output(scope, index).provenance.origins
        )
        if isinstance(expression, self._exp.SetOperation) and (
            expression.args.get("distinct") or not isinstance(expression, self._exp.Union)
        ):
            kind = "grouping" if isinstance(expression, self._exp.Union) else "filter"
            yield from ((kind, origin) for origin in output_origins)
        elif expression.args.get("distinct"):
            yield from (("grouping", origin) for origin in output_origins)

    def _iterate_clauses(self, expression: Any) -> Iterator[tuple[str, Iterable[Any]]]:
        clause_kinds = {
            "where": "filter",
            "having": "filter",
            "qualify": "filter",
            "group": "grouping",
        }
        for clause_name, kind in {**clause_kinds, "order": "ordering", "sort": "ordering"}.items():
            clause = expression.args.get(clause_name)
            if clause is not None:
                yield kind, (clause,)
        joins = expression.args.get("joins") or ()
        yield "join key", [each.args["on"] for each in joins if each.args.get("on") is not None]
