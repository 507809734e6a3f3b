"""What the columns of a query in Spark SQL are made from, as sqlglot parses it.

It is imported only where a pipeline has a `sql` step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from string import Formatter
from typing import Any

from msgspec import Struct

from ssbt.compiler.ir.expressions import Origin
from ssbt.compiler.ir.relations import Relation

Origins = tuple[Origin, ...]


class QueryLineage(Struct, frozen=True):
    """The origins of each column, by its name in lower case, and of what decides about rows."""

    columns: Mapping[str, Origins]
    rows: tuple[tuple[str, Origins], ...]


def query_lineage(text: str, relations: Mapping[str, Relation]) -> QueryLineage | None:
    """The lineage of a query over `{name}`s; None where it cannot be told for sure."""
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
        return None if root is None else _Reader(relations).lineage(root)
    except (SqlglotError, _UnknownError, ValueError, RecursionError):
        return None


def _with_names(text: str) -> str:
    """The query with names of tables for what stands in braces."""
    return "".join(
        literal + (f"`{field}`" if field is not None else "")
        for literal, field, _, _ in Formatter().parse(text)
    )


class _UnknownError(Exception):
    """A column whose source is not to be found."""


class _Reader:
    """Reads scopes; `exp` is sqlglot's module of expressions, imported late."""

    def __init__(self, relations: Mapping[str, Relation]) -> None:
        from sqlglot import exp

        self._exp = exp
        self._known: dict[tuple[int, int], Origins] = {}
        self._relations = {name.casefold(): relation for name, relation in relations.items()}

    def lineage(self, root: Any) -> QueryLineage:
        names = [each.alias_or_name.casefold() for each in root.expression.selects]
        columns = {name: self._output(root, place) for place, name in enumerate(names)}
        rows = {(kind, each) for scope in root.traverse() for kind, each in self._rows(scope)}
        kinds = sorted({kind for kind, _ in rows})
        listed = ((kind, tuple(sorted(o for k, o in rows if k == kind))) for kind in kinds)
        return QueryLineage(columns, tuple(listed))

    def _output(self, scope: Any, place: int) -> Origins:
        """What the column at a place in a scope's result is made from."""
        key = id(scope), place
        if key not in self._known:
            self._known[key] = self._found(scope, place)
        return self._known[key]

    def _found(self, scope: Any, place: int) -> Origins:
        if isinstance(scope.expression, self._exp.SetOperation):
            if scope.expression.args.get("by_name"):
                raise _UnknownError
            sides = (self._output(each, place) for each in scope.set_operation_scopes)
            return tuple(dict.fromkeys(origin for side in sides for origin in side))
        return self._within(scope, scope.expression.selects[place])

    def _within(self, scope: Any, expression: Any) -> Origins:
        """The origins of all columns in an expression of a scope."""
        if expression.find(self._exp.Query):
            # Its columns may be those of this scope or of its own.
            raise _UnknownError
        found: dict[Origin, None] = {}
        for column in expression.find_all(self._exp.Column):
            found |= dict.fromkeys(self._origins(scope, column))
        return tuple(found)

    def _origins(self, scope: Any, column: Any) -> Origins:
        source = scope.sources.get(column.table)
        if not column.table:
            # What sorts may be called as a column of the result is.
            source = scope
        if isinstance(source, self._exp.Table):
            relation = self._relations.get(source.name.casefold())
            matches = relation.named(column.name) if relation is not None else []
            if len(matches) != 1:
                raise _UnknownError
            return matches[0].origins
        if source is None:
            raise _UnknownError
        names = [each.alias_or_name for each in source.expression.selects]
        if column.name not in names:
            raise _UnknownError
        return self._output(source, names.index(column.name))

    def _rows(self, scope: Any) -> Iterator[tuple[str, Origin]]:
        """What decides about the rows of one scope, by the kinds of lineage."""
        expression = scope.expression
        for kind, clauses in self._clauses(expression):
            for clause in clauses:
                for origin in self._within(scope, clause):
                    yield kind, origin
        sides = range(len(expression.selects))
        if isinstance(expression, self._exp.SetOperation) and (
            expression.args.get("distinct") or not isinstance(expression, self._exp.Union)
        ):
            kind = "grouping" if isinstance(expression, self._exp.Union) else "filter"
            yield from ((kind, o) for place in sides for o in self._output(scope, place))
        elif expression.args.get("distinct"):
            yield from (("grouping", o) for place in sides for o in self._output(scope, place))

    def _clauses(self, expression: Any) -> Iterator[tuple[str, Iterable[Any]]]:
        words = {"where": "filter", "having": "filter", "qualify": "filter", "group": "grouping"}
        for word, kind in {**words, "order": "ordering", "sort": "ordering"}.items():
            clause = expression.args.get(word)
            if clause is not None:
                yield kind, (clause,)
        joins = expression.args.get("joins") or ()
        yield "join key", [each.args["on"] for each in joins if each.args.get("on") is not None]
