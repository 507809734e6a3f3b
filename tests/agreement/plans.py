"""Spark's analysed plans: the sources' columns, and the fields in them, behind what they yield.

It goes by the expressions of Catalyst, and shares nothing with the compiler but names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_ORIGIN = re.compile(r'"origin":"([^"]+)"')
_ELEMENTS = ("GetArrayItem", "GetMapValue", "ElementAt")
# The classes whose value is their first child's, or an element of it.
_FIRST = (
    "First",
    "Last",
    "CollectList",
    "AnyValue",
    "MaxBy",
    "MinBy",
    "Explode",
    "AggregateExpression",
)
_LAMBDAS = ("ArrayTransform", "ArrayExists", "ArrayForAll", "ArrayFilter")
_KINDS = {
    "Filter": "filter",
    "EventTimeWatermark": "filter",
    "Join": "join key",
    "Sort": "ordering",
}


class Read(NamedTuple):
    """An attribute of a plan, or a column of a source, and the field of it that is read.

    Where it is not `exact`, some field is read, and which is not known.
    """

    of: Any
    path: tuple[str, ...] = ()
    exact: bool = True


def tagged(spark: SparkSession, name: str, ddl: str) -> DataFrame:
    """An empty source, each column with where it is from as metadata, which Spark hands on."""
    from pyspark.sql import functions as F

    empty = spark.createDataFrame([], ddl)
    quoted = [column.replace("`", "``") for column in empty.columns]
    columns = [
        F.col(f"`{each}`").alias(column, metadata={"origin": f"{name}.{column}"})
        for column, each in zip(empty.columns, quoted, strict=True)
    ]
    return empty.select(*columns)


class Plan:
    """What the columns and the rows of an analysed plan are made from."""

    def __init__(self, frame: DataFrame) -> None:
        self._made_from: dict[int, list[tuple[Any, tuple[str, ...]]]] = {}
        self._origins: dict[int, str] = {}
        self._lambdas: dict[int, Any] = {}
        self._rows: list[tuple[str, Any]] = []
        self._root: Any = frame._jdf.queryExecution().analyzed()
        waiting = [self._root]
        while waiting:
            node = waiting.pop()
            self._read(node)
            waiting += items(node.children())

    def sources(self) -> dict[str, set[Read]]:
        """What is read of the sources for each column of the result."""
        return {
            str(attribute.name()): self._behind([Read(number(attribute))])
            for attribute in items(self._root.output())
        }

    def rows(self) -> set[tuple[str, str]]:
        """The kinds by which sources' columns decide about rows, each with the column."""
        return {
            (kind, read.of)
            for kind, expression in self._rows
            for read in self._behind(self._reads(expression, (), True))
        }

    def _behind(self, reads: Iterable[Read]) -> set[Read]:
        """What is read of sources for what is read of attributes."""
        waiting, seen, result = list(reads), set[Read](), set[Read]()
        while waiting:
            read = waiting.pop()
            if read in seen:
                continue
            seen.add(read)
            if read.of in self._origins:
                result.add(read._replace(of=self._origins[read.of]))
            for expression, inner in self._made_from.get(read.of, ()):
                waiting += self._reads(expression, (*inner, *read.path), read.exact)
        return result

    def _read(self, node: Any) -> None:
        kind = name_of(node)
        output = items(node.output())
        for attribute in output:
            origin = _ORIGIN.search(attribute.metadata().json())
            if origin and not items(node.children()):
                self._origins[number(attribute)] = origin[1]
        self._read_rows(node, kind, output)
        if kind in ("Union", "Intersect"):
            for child in items(node.children()):
                self._add_pairs(output, items(child.output()))
        elif kind == "Except":
            self._add_pairs(output, items(node.left().output()))
        elif kind == "Generate":
            self._read_generator(node)
        elif kind == "Expand":
            for projection in items(node.projections()):
                self._add_pairs(output, items(projection))
        waiting = items(node.expressions())
        while waiting:
            expression = waiting.pop()
            if name_of(expression) == "Alias":
                self._add(expression, expression.child())
                origin = _ORIGIN.search(expression.metadata().json())
                if origin:
                    self._origins[number(expression)] = origin[1]
            waiting += items(expression.children())

    def _read_rows(self, node: Any, kind: str, output: list[Any]) -> None:
        if kind in ("Filter", "Join", "Sort"):
            self._rows += [(_KINDS[kind], each) for each in items(node.expressions())]
        elif kind == "EventTimeWatermark":
            self._rows.append((_KINDS[kind], node.eventTime()))
        elif kind == "Generate":
            self._rows.append(("filter", node.generator()))
        elif kind == "Aggregate":
            self._rows += [("grouping", each) for each in items(node.groupingExpressions())]
        elif kind in ("Deduplicate", "DeduplicateWithinWatermark"):
            self._rows += [("grouping", each) for each in items(node.keys())]
        elif kind == "Distinct":
            self._rows += [("grouping", each) for each in output]
        elif kind in ("Intersect", "Except"):
            children = items(node.children())
            self._rows += [("filter", each) for child in children for each in items(child.output())]

    def _read_generator(self, node: Any) -> None:
        generator = node.generator()
        output = items(node.generatorOutput())
        kind = name_of(generator)
        children = items(generator.children())
        fields = [str(field.name()) for field in items(generator.elementSchema())]
        for attribute, name in zip(output, fields, strict=False):
            if kind == "Inline":
                self._add(attribute, children[0], (name,))
            else:
                # The last of an exploded collection is what is in it.
                self._add(attribute, generator)

    def _add_pairs(self, result: list[Any], value: list[Any]) -> None:
        for one, other in zip(result, value, strict=True):
            if not is_attribute(other) or number(one) != number(other):
                self._add(one, other)

    def _add(self, attribute: Any, expression: Any, path: tuple[str, ...] = ()) -> None:
        self._made_from.setdefault(number(attribute), []).append((expression, path))

    def _reads(self, expression: Any, path: tuple[str, ...], exact: bool) -> Iterator[Read]:
        """The attributes, and the fields of them, that a field of an expression is made from."""
        kind = name_of(expression)
        children = items(expression.children())
        if kind == "AttributeReference":
            yield Read(number(expression), path, exact)
        elif kind == "NamedLambdaVariable":
            collection = self._lambdas.get(number(expression))
            if collection is not None:
                yield from self._reads(collection, path, exact)
        elif kind == "GetStructField":
            fields = items(children[0].dataType().fields())
            name = str(fields[expression.ordinal()].name())
            yield from self._reads(children[0], (name, *path), exact)
        elif kind == "GetArrayStructFields":
            yield from self._reads(children[0], (str(expression.field().name()), *path), exact)
        elif kind == "CreateNamedStruct" and path:
            for key, value in zip(children[::2], children[1::2], strict=True):
                if str(key.value().toString()).casefold() == path[0].casefold():
                    yield from self._reads(value, path[1:], exact)
        elif kind in ("Coalesce", "CreateArray"):
            for child in children:
                yield from self._reads(child, path, exact)
        elif kind in ("If", "CaseWhen"):
            conditions = 1 if kind == "If" else len(children) // 2 * 2
            for place, child in enumerate(children):
                decides = place < conditions and (kind == "If" or place % 2 == 0)
                yield from self._reads(child, () if decides else path, exact)
        elif kind in _ELEMENTS or kind in _FIRST:
            yield from self._reads(children[0], path, exact)
            for child in children[1:]:
                yield from self._reads(child, (), exact)
        elif kind in _LAMBDAS:
            yield from self._lambda_reads(expression, kind, path, exact)
        else:
            for child in children:
                yield from self._reads(child, (), exact and not path)

    def _lambda_reads(
        self, expression: Any, kind: str, path: tuple[str, ...], exact: bool
    ) -> Iterator[Read]:
        """What a lambda reads of the elements of its collection, and of the collection as such."""
        collection, function = items(expression.children())[:2]
        variables = items(function.arguments())
        self._lambdas[number(variables[0])] = collection
        if kind == "ArrayFilter":
            yield from self._reads(collection, path, exact)
        else:
            yield from self._reads(collection, (), False)
        yield from self._reads(
            items(function.children())[0], path if kind == "ArrayTransform" else (), exact
        )


def name_of(thing: Any) -> str:
    """The name of a class of Scala."""
    return str(thing.getClass().getSimpleName()).rstrip("$")


def is_attribute(expression: Any) -> bool:
    """Whether an expression is nothing but a column of a plan."""
    return name_of(expression) == "AttributeReference"


def items(sequence: Any) -> list[Any]:
    """A sequence of Scala as a list; that of an array as it is."""
    if hasattr(sequence, "__len__"):
        return list(sequence)
    return [sequence.apply(index) for index in range(sequence.size())]


def number(expression: Any) -> int:
    """What Spark knows a column by."""
    return int(expression.exprId().id())
