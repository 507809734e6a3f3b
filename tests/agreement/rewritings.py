"""Pairs of queries at random: the second is the first, rewritten, rearranged or changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

HEAD = """
pipeline agreement { }
schema Row {
  id: bigint not null
  a: int
  b: int
  x: double
  d: decimal(12,2)
  s: string
  t: string
  day: date
  ok: boolean
  tags: array<string>
}
schema Other { id: bigint, name: string, w: int, s: string }
source rows from parquet { path = "rows", schema = Row }
source others from parquet { path = "others", schema = Other }
let rows2 = from rows |> where id > 1
"""
COLUMNS = {
    "id": "bigint",
    "a": "int",
    "b": "int",
    "x": "double",
    "d": "decimal",
    "s": "string",
    "t": "string",
    "day": "date",
    "ok": "boolean",
    "tags": "array",
}
_NUMBERS = ("int", "bigint", "double", "decimal")
_CONSTANTS = {
    "int": ("0", "1", "4", "-3"),
    "bigint": ("1", "2", "5"),
    "double": ("0", "1.5", "2D", "-1"),
    "decimal": ("1", "2.50", "0.01", "7"),
    "string": ("'a'", "'b'", "''", "'B'"),
    "date": ("date '2026-01-31'", "date '2025-12-01'"),
}
_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!=", "<=>": "<=>"}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}


class Pair(NamedTuple):
    """Two queries; `meant` is "same" where the second is known to be the first, written again."""

    old: str
    new: str
    meant: str


class Step(NamedTuple):
    """A step, other ways to write it, and steps that look like it and are others."""

    text: str
    same: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


class Maker:
    """Pairs of one seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.columns = dict(COLUMNS)
        self.fresh = 0

    def pair(self) -> Pair:
        """A query and what became of it."""
        steps = [self.step() for _ in range(self.random.randrange(1, 6))]
        changed = list(steps)
        expected = "same"
        for _ in range(self.random.randrange(1, 4)):
            change = self.random.choice(
                (self.written, self.written, self.swapped, self.replaced, self.removed, self.twice)
            )
            if not change(changed):
                expected = "unknown"
        return Pair(_query(steps), _query(changed), expected)

    # ---- changes of a query; true where it is the same as before

    def written(self, steps: list[Step]) -> bool:
        """A step written in another way."""
        place = self.random.randrange(len(steps))
        same = (*steps[place].same, steps[place].text)
        steps[place] = steps[place]._replace(text=self.random.choice(same))
        return True

    def replaced(self, steps: list[Step]) -> bool:
        """A step that looks alike."""
        place = self.random.randrange(len(steps))
        if not steps[place].others:
            return True
        steps[place] = steps[place]._replace(text=self.random.choice(steps[place].others))
        return False

    def swapped(self, steps: list[Step]) -> bool:
        """Two neighbours, each in the other's place."""
        if len(steps) < 2:
            return True
        place = self.random.randrange(len(steps) - 1)
        steps[place : place + 2] = steps[place + 1], steps[place]
        return False

    def removed(self, steps: list[Step]) -> bool:
        """One step less."""
        if len(steps) > 1:
            del steps[self.random.randrange(len(steps))]
            return False
        return True

    def twice(self, steps: list[Step]) -> bool:
        """A step once more, where it is none that makes a column."""
        place = self.random.randrange(len(steps))
        if steps[place].text.startswith(("extend", "explode", "join", "select")):
            return True
        steps.insert(place, steps[place])
        return False

    # ---- steps

    def step(self) -> Step:
        """Any step that the columns allow."""
        makers: tuple[Callable[[], Step], ...] = (
            *(self.where, self.where, self.where, self.extend, self.extend, self.window),
            *(self.window, self.placed, self.limit, self.distinct, self.sort, self.sample),
            *(self.group, self.join, self.union, self.explode, self.select, self.assign),
        )
        return self.random.choice(makers)()

    def column(self, *types: str) -> str:
        """A column of one of these types, or a constant where there is none left."""
        columns = [name for name, type_ in self.columns.items() if not types or type_ in types]
        return self.random.choice(columns) if columns else "null"

    def new(self) -> str:
        """A name that no column has."""
        self.fresh += 1
        return f"n{self.fresh}"

    def where(self) -> Step:
        """One condition, or two as one step or two."""
        first, second = self.condition(), self.condition()
        if self.random.random() < 0.5:
            return Step(
                f"where {first.text}",
                tuple(f"where {each}" for each in first.same),
                tuple(f"where {each}" for each in first.others),
            )
        one, other = self.random.choice((first.text, *first.same)), second.text
        return Step(
            f"where {first.text} and {second.text}",
            (f"where {one}\n  |> where {other}", f"where ({one}) and {other}"),
            (
                f"where {second.text} and {first.text}",
                f"where {second.text}\n  |> where {first.text}",
                f"where {first.text} or {second.text}",
            ),
        )

    def condition(self) -> Step:
        """A condition with others that say the same."""
        makers = (self.compared, self.compared, self.ranged, self.listed, self.null, self.computed)
        return self.random.choice(makers)()

    def compared(self) -> Step:
        """A column and a constant."""
        column = self.column(*_CONSTANTS)
        type_ = self.columns.get(column, "int")
        constant = self.random.choice(_CONSTANTS[type_])
        operator = self.random.choice(tuple(_OPPOSITE))
        opposite, mirrored = _OPPOSITE[operator], _MIRROR[operator]
        same = [
            f"{constant} {mirrored} {column}",
            f"({column} {operator} ({constant}))",
            f"not ({column} {opposite} {constant})",
            f"not {constant} {_MIRROR[opposite]} {column}",
        ]
        if type_ in _NUMBERS and constant.strip("-").isdigit():
            same.append(f"{column} {operator} {constant}.00")
        others = (
            f"{column} {opposite} {constant}",
            f"not {column} {operator} {constant}",
            f"coalesce({column} {operator} {constant}, true)",
            f"{column} <=> {constant}",
        )
        return Step(f"{column} {operator} {constant}", tuple(same), others)

    def ranged(self) -> Step:
        """`between` of numbers."""
        column = self.column(*_NUMBERS)
        low, high = self.random.sample(("-2", "0", "1", "3", "6"), 2)
        return Step(
            f"{column} between {low} and {high}",
            (
                f"{column} >= {low} and {column} <= {high}",
                f"{low} <= {column} and {high} >= {column}",
                f"not ({column} not between {low} and {high})",
                f"not ({column} < {low} or {column} > {high})",
            ),
            (
                f"{column} not between {low} and {high}",
                f"{column} between {high} and {low}",
                f"{column} > {low} and {column} <= {high}",
            ),
        )

    def listed(self) -> Step:
        """`in` of strings and numbers."""
        type_ = self.random.choice(("string", "int"))
        column = self.column(type_)
        items = self.random.sample(_CONSTANTS[type_], 3)
        turned = ", ".join(reversed(items))
        plain = ", ".join(items)
        return Step(
            f"{column} in ({plain})",
            (f"{column} in ({turned})", f"({column} in ({plain}, {items[0]}))"),
            (f"{column} not in ({plain})", f"{column} in ({', '.join(items[1:])}, null)"),
        )

    def null(self) -> Step:
        """Null or not."""
        column = self.column()
        return Step(
            f"{column} is not null",
            (f"not {column} is null", f"isnotnull({column})", f"not (isnull({column}))"),
            (f"{column} is null",),
        )

    def computed(self) -> Step:
        """Something computed, which may fail."""
        one, other = self.column("int", "double", "decimal"), self.column("int", "decimal")
        return Step(
            f"{one} + {other} > 1",
            (f"({one} + {other}) > 1", f"1 < {one} + {other}", f"not ({one} + {other} <= 1)"),
            (f"{other} / {one} > 1", f"{one} * {other} > 1", f"{other} + {one} > 1"),
        )

    def value(self) -> Step:
        """A value with others that say the same."""
        one, other = self.column("int", "decimal", "double"), self.column("int", "double")
        text = self.column("string")
        condition = self.condition()
        return self.random.choice(
            (
                Step(f"{one} * 2", (f"({one} * 2)", f"({one}) * 2"), (f"{one} * 3", f"2 * {one}")),
                Step(f"{one} + {other}", (f"(({one}) + {other})",), (f"{other} + {one}",)),
                Step(f"{other} / {one}", (f"({other}) / ({one})",), (f"{one} / {other}",)),
                Step(
                    f"nvl({text}, 'z')",
                    (f"coalesce({text}, 'z')", f"ifnull({text}, 'z')"),
                    (f"coalesce({text}, 'y')", f"coalesce('z', {text})"),
                ),
                Step(
                    f"if({condition.text}, {one}, 0)",
                    tuple(f"case when {each} then {one} else 0 end" for each in condition.same),
                    (f"case when {condition.text} then {one} end",),
                ),
                Step(f"upper({text})", (f"ucase({text})", f"UPPER(({text}))"), (f"lower({text})",)),
                Step(f"cast({other} as double)", (f"{other} :: double",), (f"{other} :: string",)),
                Step(f"{text} || 'q'", (f"concat({text}, 'q')",), (f"concat('q', {text})",)),
                Step(f"({condition.text})", condition.same, condition.others),
            )
        )

    def extend(self) -> Step:
        """A column of one row."""
        return self._named(self.value(), "extend")

    def _named(self, value: Step, word: str) -> Step:
        name = self.new()
        self.columns[name] = "made"
        return Step(
            f"{word} {value.text} as {name}",
            tuple(f"{word} {each} as {name}" for each in value.same),
            tuple(f"{word} {each} as {name}" for each in value.others),
        )

    def assign(self) -> Step:
        """A column with another value."""
        column, value = self.column(*_NUMBERS), self.random.choice(("2", "1"))
        return Step(
            f"set {column} = {column} + {value}",
            (f"set {column} = ({column} + {value})",),
            (f"set {column} = {column} - {value}", f"set {column} = {value} + {column}"),
        )

    def window(self) -> Step:
        """A column that sees other rows."""
        key = self.random.choice(("id", "a, id", "s, id", "id desc"))
        part = self.random.choice(("partition by s ", "partition by ok ", ""))
        call = self.random.choice(
            ("row_number()", "rank()", "lag(a)", "first(s)", "count(*)", "max(x)", "last(a)")
        )
        value = Step(
            f"{call} over ({part}order by {key})",
            (f"({call} over ({part}order by {key}))",),
            (f"{call} over (order by {key})", f"count(1) over ({part}order by {key})"),
        )
        return self._named(value, "extend")

    def placed(self) -> Step:
        """A column that is another at another place."""
        calls = ("monotonically_increasing_id()", "rand(3)", "spark_partition_id()")
        call = self.random.choice(calls)
        return self._named(Step(call, (f"({call})",), ("rand(4)",)), "extend")

    def limit(self) -> Step:
        """Some rows."""
        count = self.random.randrange(2, 12)
        word = self.random.choice(("limit", "offset"))
        return Step(f"{word} {count}", (), (f"{word} {count + 1}",))

    def distinct(self) -> Step:
        """Every row once, by all columns or by some."""
        one, other = self.column("string", "boolean", "int"), self.column("string", "int")
        listed = one if one == other else f"{one}, {other}"
        return self.random.choice(
            (
                Step("distinct", (), ("deduplicate by id",)),
                Step(
                    f"deduplicate by {listed}",
                    (f"deduplicate by {', '.join(reversed(listed.split(', ')))}",),
                    (f"deduplicate by {one}", "distinct"),
                ),
            )
        )

    def sort(self) -> Step:
        """An order of all rows."""
        column = self.column("int", "string", "double")
        return Step(
            f"order by {column}, id",
            (f"order by {column} asc, id asc", f"order by {column} nulls first, (id)"),
            (f"order by {column} desc, id", f"order by id, {column}"),
        )

    def sample(self) -> Step:
        """A part of the rows."""
        return Step("sample 60 percent seed 7", (), ("sample 60 percent seed 8",))

    def group(self) -> Step:
        """Groups, of which other columns are left."""
        key, other = self.column("string", "boolean", "int"), self.column("int", "decimal")
        calls = (f"sum({other})", f"max({other})", f"collect_list({other})", f"first({other})")
        call, name, count = self.random.choice(calls), self.new(), self.new()
        old, self.columns = self.columns, {name: "made", count: "bigint"}
        if key != "null":
            self.columns[key] = old[key]
        by = f"group by {key}" if key != "null" else ""
        return Step(
            f"aggregate {call} as {name}, count(*) as {count} {by}",
            (
                f"aggregate {call} as {name}, count(1) as {count} {by}",
                f"aggregate ({call}) as {name}, count('x') as {count} {by}",
            ),
            (
                f"aggregate {call} as {name}, count({other}) as {count} {by}",
                f"aggregate min({other}) as {name}, count(*) as {count} {by}",
            ),
        )

    def join(self) -> Step:
        """A join by a key, or by a condition that says the same."""
        if "id" not in self.columns:
            return self.where()
        kind = self.random.choice(("", "left ", "semi ", "anti "))
        name = self.new()
        if kind in ("semi ", "anti "):
            return Step(
                f"{kind}join others as o on rows.id = o.id",
                (f"{kind}join others as o on (o.id = rows.id)",),
                (f"{kind}join others as o on rows.id = o.w",),
            )
        self.columns[name] = "string"
        result = f"let_{name}"
        return Step(
            f"{kind}join {result} using (id)",
            (),
            (f"left join {result} using (id)", f"join {result} using (id)"),
        )

    def union(self) -> Step:
        """Rows of the source once more, where the columns are its own."""
        if list(self.columns) != list(COLUMNS):
            return self.where()
        return Step("union all rows", (), ("union rows", "except rows", "intersect all rows"))

    def explode(self) -> Step:
        """A row for each element."""
        if "tags" not in self.columns:
            return self.where()
        name = self.new()
        self.columns[name] = "string"
        return Step(f"explode tags as {name}", (), (f"explode outer tags as {name}",))

    def select(self) -> Step:
        """Some of the columns."""
        count = self.random.randrange(1, len(self.columns) + 1)
        kept = self.random.sample(list(self.columns), count)
        self.columns = {name: type_ for name, type_ in self.columns.items() if name in kept}
        text = ", ".join(kept)
        distinct = f"select distinct {text}" if "tags" not in kept else f"select {text}"
        return Step(
            f"select {text}",
            (f"select ({kept[0]}) as {kept[0]}{text[len(kept[0]) :]}",),
            (distinct,),
        )


def _query(steps: Sequence[Step]) -> str:
    return "\n  |> ".join(["from rows", *(each.text for each in steps)])


def lets(query: str) -> str:
    """The datasets that a query joins: the other source under a name for its column."""
    names = sorted({word for word in query.split() if word.startswith("let_n")})
    return "".join(
        f"let {name} = from others |> select id, name as {name.removeprefix('let_')}\n"
        for name in names
    )


def text_of(query: str, name: str = "result") -> str:
    """A pipeline of one query."""
    return (
        f"{HEAD}{lets(query)}let {name} =\n  {query}\nsink {name} to noop {{ mode = overwrite }}\n"
    )
