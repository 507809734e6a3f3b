"""Pipelines made at random, step by step, of steps that the compiler accepts."""

from __future__ import annotations

from collections.abc import Mapping

from ssbt.compiler.diagnostics.model import Severity
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.ir.steps import Step
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.declarations import TypingSettings
from ssbt.compiler.resolve.query_context import QueryContext
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.steps.queries import resolve_step
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.parsing import parse_fragment
from ssbt.compiler.types.coercion import as_nullable
from ssbt.compiler.types.datatypes import StructType
from ssbt.compiler.types.expression_types import Typed
from ssbt.compiler.types.functions import FunctionKind
from tests.agreement.answers import lookup_of, relation_of
from tests.agreement.asking import known_type
from tests.agreement.generated import KINDS, Maker, functions
from tests.agreement.scripts import SCHEMAS
from tests.agreement.values import LITERALS

JOINS = ("", "left ", "right ", "full ", "semi ", "anti ")
# Numbered by tests; every name is one that no table has.
FRESH = "x{}"


def tables() -> dict[str, Relation]:
    """The sources, whose columns can all be null."""
    result = {}
    for name, ddl in SCHEMAS.items():
        struct = as_nullable(known_type(f"struct<{ddl}>"))
        assert isinstance(struct, StructType)
        columns = {field.name: Typed(field.type, True) for field in struct.fields}
        result[name] = relation_of(columns)
    del result["inferred"]
    return result


class PipelineMaker(Maker):
    """A query of one seed over these datasets; `counts` are steps accepted and refused."""

    def __init__(self, seed: int, datasets: Mapping[str, Relation]) -> None:
        super().__init__(seed, breaking=2)
        self.datasets = datasets
        self.relation = Relation(())
        self.fresh = 0
        self.refused = 0
        self.accepted = 0

    def query(self) -> str | None:
        """A query that the compiler accepts; None where its columns would not be unique."""
        base = self.random.choice(list(self.datasets))
        self.relation = scopes.requalify(self.datasets[base], base)
        steps: list[str] = []
        for _ in range(self.random.randrange(1, 6)):
            step = self.step()
            after = self._after(step)
            if after is None:
                self.refused += 1
                continue
            self.accepted += 1
            self.relation = after
            steps.append(step)
        names = [column.name.casefold() for column in self.relation.columns]
        if not steps or len(names) != len(set(names)) or self.relation.is_open:
            return None
        return "\n  |> ".join([f"from {base}", *steps])

    def _after(self, text: str) -> Relation | None:
        """What flows out of a step, if the compiler accepts it."""
        step, codes = self._resolved(text)
        return step.output if step is not None and not codes else None

    def codes(self, text: str) -> list[str]:
        """The codes of what is wrong with a step."""
        return self._resolved(text)[1]

    def _resolved(self, text: str) -> tuple[Step | None, list[str]]:
        source = Source("step.ssbt", text)
        actual = parse_fragment(source, "step", 0, len(text))
        report = Report()
        step = None
        if actual.node is not None:
            finders = lookup_of(self.datasets)
            flow = QueryContext(self.relation, {}, TypingSettings("4.1"), report, finders)
            step = resolve_step(actual.node, flow)
        findings = (*actual.findings, *report.findings)
        return step, [f.code.number for f in findings if f.severity is Severity.ERROR]

    # ---- expressions over what flows

    def leaf(self, kind: str) -> str:
        expected = as_nullable(known_type(kind))
        columns = [c for c in self.relation.columns if as_nullable(c.type) == expected]
        if columns and not self.breaks(10):
            return self.name(self.random.choice(columns).name)
        return self.random.choice(LITERALS.get(kind, ("null",)))

    def any(self, depth: int) -> str:
        if depth == 0:
            return self.column() if self.breaks(60) else self.leaf(self.random.choice(KINDS))
        makers = (self.operator, self.call, self.choice, self.cast, self.of_column)
        return self.random.choice(makers)(depth)

    def of_column(self, depth: int) -> str:
        """A column, or one with another value in place of its nulls."""
        del depth
        column = self.column()
        return self.random.choice((column, f"coalesce({column}, {column})", f"{column} is null"))

    def name(self, name: str) -> str:
        """A column's name, qualified where that is needed or at random."""
        columns = [c for c in self.relation.columns if c.name == name]
        column = self.random.choice(columns)
        if column.qualifier and (len(columns) > 1 or self.breaks(15)):
            return f"{column.qualifier}.{name}"
        return name

    def column(self) -> str:
        """Any column."""
        if not self.relation.columns:
            return "nothing"
        return self.name(self.random.choice(self.relation.columns).name)

    def new(self) -> str:
        """A name that no column has."""
        self.fresh += 1
        return FRESH.format(self.fresh)

    # ---- steps

    def step(self) -> str:
        """One step, which may be wrong."""
        makers = (
            *(self.select, self.select, self.extend, self.assign, self.where, self.rename),
            *(self.join, self.join, self.set_operation, self.group, self.group, self.pivot),
            *(self.unpivot, self.explode, self.rows),
        )
        return self.random.choice(makers)()

    def item(self) -> str:
        """An expression with a name."""
        value = self.window() if self.breaks(15) else super().any(self.random.randrange(3))
        return f"{value} as {self.new()}"

    def select(self) -> str:
        """`select` in its forms."""
        maker = self.random
        items = [maker.choice((self.column, self.item))() for _ in range(maker.randrange(1, 5))]
        forms = (
            f"select {', '.join(items)}",
            f"select distinct {', '.join(items)}",
            f"select *, {self.item()}",
            f"select * except ({self.column()})",
            f"select {self.column()}, explode({self.column()}) as {self.new()}",
            f"drop {self.column()}",
        )
        return maker.choice(forms)

    def extend(self) -> str:
        """`extend` with one item or two, of which the second may use the first."""
        first = self.item()
        if self.breaks(40):
            return f"extend {first}, {FRESH.format(self.fresh)} is null as {self.new()}"
        return f"extend {first}, {self.item()}"

    def assign(self) -> str:
        """`set`."""
        return f"set {self.column()} = {self.any(1)}"

    def where(self) -> str:
        """`where`."""
        return f"where {self.condition(1)}"

    def rename(self) -> str:
        """`rename` and `as`."""
        forms = (f"rename {self.column()} as {self.new()}", f"as a{self.random.randrange(3)}")
        return self.random.choice(forms)

    def join(self) -> str:
        """A join by condition or by name."""
        maker = self.random
        other = maker.choice(list(self.datasets))
        alias = f"j{maker.randrange(5)}"
        theirs = maker.choice(self.datasets[other].columns).name
        mine = self.column()
        kind = maker.choice(JOINS)
        forms = (
            f"{kind}join {other} as {alias} on {mine} = {alias}.{theirs}",
            f"{kind}join {other} as {alias} on {mine} <=> {alias}.{theirs} and {self.condition(0)}",
            f"{kind}join {other} using ({maker.choice(('id', 'year', theirs))})",
            f"cross join {other} as {alias}",
        )
        return maker.choice(forms)

    def set_operation(self) -> str:
        """`union` and its like, of what has been chosen so that it fits, most of the time."""
        maker = self.random
        word = maker.choice(("union", "union all", "intersect", "except", "except all"))
        return f"{word} {maker.choice(list(self.datasets))}"

    def group(self) -> str:
        """`aggregate` in its forms."""
        maker = self.random
        keys = [self.column() for _ in range(maker.randrange(3))]
        values = [f"{self.of_aggregate()} as {self.new()}" for _ in range(maker.randrange(1, 4))]
        listed = ", ".join(keys)
        groupings = ["", f" group by {listed}"] if keys else [""]
        if keys:
            groupings += [f" group by {each} ({listed})" for each in ("rollup", "cube")]
            groupings += [f" group by grouping sets (({listed}), ())"]
            groupings += [f" group by {listed}, {self.any(1)} as {self.new()}"]
        return f"aggregate {', '.join(values)}{maker.choice(groupings)}"

    def of_aggregate(self) -> str:
        """An aggregate over the columns."""
        maker = self.random
        function = maker.choice(functions(FunctionKind.AGGREGATE))
        column = self.column()
        forms = (
            self.called(function, 1),
            f"sum({column})",
            f"count({column})",
            f"max({column})",
            f"coalesce(min({column}), {column})",
            f"collect_list({column})",
            f"count(distinct {column}) + 1",
        )
        return maker.choice(forms)

    def pivot(self) -> str:
        """`pivot`."""
        values = self.random.choice(("'a', 'b' as c", "1, 2 as two", "true, false"))
        keys = f" group by {self.column()}" if self.breaks(50) else ""
        aggregate = f"{self.of_aggregate()} as {self.new()}"
        return f"pivot {aggregate} for {self.column()} in ({values}){keys}"

    def unpivot(self) -> str:
        """`unpivot`."""
        nulls = "include nulls " if self.breaks(50) else ""
        columns = dict.fromkeys(self.column() for _ in range(self.random.randrange(1, 4)))
        return f"unpivot {nulls}{self.new()} for {self.new()} in ({', '.join(columns)})"

    def explode(self) -> str:
        """`explode`."""
        outer = "outer " if self.breaks(50) else ""
        position = f" with position as {self.new()}" if self.breaks(50) else ""
        names = self.random.choice((self.new(), f"({self.new()}, {self.new()})"))
        return f"explode {outer}{self.column()} as {names}{position}"

    def rows(self) -> str:
        """The steps that keep the columns."""
        forms = (
            "distinct",
            f"deduplicate by {self.column()}",
            f"order by {self.any(1)} desc, {self.column()}",
            "limit 5",
            "offset 2",
            "sample 10 percent",
        )
        return self.random.choice(forms)


class StructMaker(PipelineMaker):
    """Queries that put structs together and take fields out of them, more than at random."""

    def __init__(self, seed: int, datasets: Mapping[str, Relation]) -> None:
        super().__init__(seed, {name: datasets[name] for name in ("orders", "customers")})

    def column(self) -> str:
        """A column, or a field in it; those with fields more often than others."""
        columns = self.relation.columns
        if not columns:
            return "nothing"
        structs = [each for each in columns if scopes.fields_of(each.type)]
        column = self.random.choice(columns if self.breaks(30) or not structs else structs)
        text, type_ = self.name(column.name), column.type
        while fields := scopes.fields_of(type_):
            if self.breaks(30):
                break
            field = self.random.choice(fields)
            text, type_ = f"{text}.{field.name}", field.type
        return text

    def item(self) -> str:
        """A column, a struct of columns, or an expression, with a name."""
        if self.breaks(20):
            return super().item()
        one, other = self.column(), self.column()
        forms = (
            one,
            f"named_struct('a', {one}, 'b', {other})",
            f"struct({one} as c, {self.any(1)} as d)",
            f"array(named_struct('e', {one}, 'f', {other}))",
            f"coalesce({one}, {one})",
            f"case when {self.condition(1)} then {one} end",
        )
        return f"{self.random.choice(forms)} as {self.new()}"
