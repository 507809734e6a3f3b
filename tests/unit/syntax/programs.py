"""Random pipelines without a mistake: names, types and steps are right, and so is the whole.

`Programs(seed).program()` gives the same text for the same seed.
"""

from __future__ import annotations

from collections.abc import Callable
import random

Columns = dict[str, str]

SCHEMAS: dict[str, Columns] = {
    "Order": {
        "id": "bigint",
        "customer_id": "int",
        "amount": "decimal(12,2)",
        "weight": "double",
        "status": "string",
        "paid": "boolean",
        "placed_on": "date",
        "shipped_at": "timestamp",
        "tags": "array<string>",
        "source": "string",
    },
    "Customer": {
        "customer_id": "int",
        "name": "string",
        "country": "string",
        "since": "date",
        "limit": "decimal(12,2)",
    },
}
NUMBERS = ("int", "bigint", "decimal(12,2)", "double")
COMPARED = (*NUMBERS, "string", "boolean", "date", "timestamp")
_WORDS = ("'PAID'", "'it\\'s'", "'%a_'", "''", "'Ünï'", "r'a\\d'", "'a' 'b'")
_NAMES = ("total", "kind", "`a b`", "share", "x1", "größe", "order_day", "`select`", "Sum", "value")


class Programs:
    """Random pieces of a pipeline over declared schemas."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0

    def program(self) -> str:
        """The text of a whole file."""
        parts = ["pipeline fuzzed {\n}\n", "param least: decimal(12,2) = 0.5\n"]
        for name, columns in SCHEMAS.items():
            lines = "\n".join(f"  {self.name(c)}: {t}" for c, t in columns.items())
            parts.append(f"schema {name} {{\n{lines}\n}}\n")
        for name, schema in (("orders", "Order"), ("customers", "Customer")):
            parts.append(
                f'source {name} from parquet {{ path = "in/{name}", schema = {schema} }}\n'
            )
        parts.append("let large =\n  from orders\n  |> where amount >= ${least}\n")
        existing = {
            "orders": SCHEMAS["Order"],
            "large": SCHEMAS["Order"],
            "customers": SCHEMAS["Customer"],
        }
        for number in range(self.random.randint(1, 4)):
            text, columns = self.query(existing)
            parts.append(f"let step{number} =\n  {text}\n")
            existing[f"step{number}"] = columns
        for number, name in enumerate(existing):
            parts.append(f'sink {name} to parquet {{ path = "out/{number}", mode = overwrite }}\n')
        return "\n".join(parts)

    def name(self, text: str) -> str:
        return f"`{text}`" if text in ("limit",) else text

    def new_name(self) -> str:
        self.count += 1
        name = self.random.choice(_NAMES)
        return f"{name[:-1]}{self.count}`" if name[0] == "`" else f"{name}{self.count}"

    # ---- queries

    def query(self, expected: dict[str, Columns]) -> tuple[str, Columns]:
        """A query over one of the datasets, and the columns that come out."""
        base = self.random.choice(sorted(expected))
        columns = dict(expected[base])
        lines = [f"from {base}"]
        for _ in range(self.random.randint(0, 5)):
            step, columns = self.random.choice(self.steps(expected))(columns)
            lines.append(f"|> {step}")
        return "\n  ".join(lines), columns

    def steps(self, expected: dict[str, Columns]) -> list[Callable[[Columns], tuple[str, Columns]]]:
        return [
            self.where,
            self.where,
            self.extend,
            self.extend,
            self.select,
            self.set_column,
            self.drop,
            self.rename,
            self.aggregate,
            self.window,
            self.explode,
            self.plain,
            lambda columns: self.join(columns, expected),
            lambda columns: self.set_operation(columns),
        ]

    def where(self, columns: Columns) -> tuple[str, Columns]:
        return f"where {self.expression('boolean', columns, 3)}", columns

    def extend(self, columns: Columns) -> tuple[str, Columns]:
        type_, name = self.random.choice(COMPARED), self.new_name()
        value = f"cast({self.expression(type_, columns, 3)} as {type_})"
        return f"extend {value} as {name}", {**columns, name: type_}

    def select(self, columns: Columns) -> tuple[str, Columns]:
        kept = {c: t for c, t in columns.items() if self.random.random() < 0.7}
        items = [self.column(name) for name in kept]
        type_, name = self.random.choice(COMPARED), self.new_name()
        items.append(f"cast({self.expression(type_, columns, 2)} as {type_}) as {name}")
        distinct = self.random.choice(("", "", "distinct ")) if not self.has_arrays(kept) else ""
        return f"select {distinct}{', '.join(items)}", {**kept, name: type_}

    def has_arrays(self, columns: Columns) -> bool:
        return any(type_.startswith("array") for type_ in columns.values())

    def set_column(self, columns: Columns) -> tuple[str, Columns]:
        actual_columns = [name for name, type_ in columns.items() if type_ in COMPARED]
        if not actual_columns:
            return self.plain(columns)
        name = self.random.choice(actual_columns)
        value = f"cast({self.expression(columns[name], columns, 2)} as {columns[name]})"
        return f"set {self.column(name)} = {value}", columns

    def drop(self, columns: Columns) -> tuple[str, Columns]:
        if len(columns) < 3:
            return self.plain(columns)
        name = self.random.choice(sorted(columns))
        return f"drop {self.column(name)}", {c: t for c, t in columns.items() if c != name}

    def rename(self, columns: Columns) -> tuple[str, Columns]:
        name, new = self.random.choice(sorted(columns)), self.new_name()
        renamed = {new if c == name else c: t for c, t in columns.items()}
        return f"rename {self.column(name)} as {new}", renamed

    def aggregate(self, columns: Columns) -> tuple[str, Columns]:
        keys = {c: t for c, t in columns.items() if t in COMPARED and self.random.random() < 0.3}
        result = {self.new_name(): self.random.choice(("bigint", "decimal(12,2)", "string"))}
        items = []
        for name, type_ in result.items():
            function = "count" if type_ == "bigint" else "max"
            where = self.random.choice(("", f" filter (where {self.comparison(columns, 1)})"))
            value = self.expression(type_, columns, 1)
            items.append(f"cast({function}({value}){where} as {type_}) as {name}")
        grouping = f" group by {', '.join(map(self.column, keys))}" if keys else ""
        return f"aggregate {', '.join(items)}{grouping}", {**keys, **result}

    def window(self, columns: Columns) -> tuple[str, Columns]:
        actual_columns = [name for name, type_ in columns.items() if type_ in COMPARED]
        if not actual_columns:
            return self.plain(columns)
        key, name = self.column(self.random.choice(actual_columns)), self.new_name()
        function = self.random.choice(("row_number()", "count(*)", "rank()"))
        order = self.random.choice((key, f"{key} desc nulls last"))
        text = f"extend cast({function} over (partition by {key} order by {order}) as bigint)"
        return f"{text} as {name}", {**columns, name: "bigint"}

    def explode(self, columns: Columns) -> tuple[str, Columns]:
        arrays = [name for name, type_ in columns.items() if type_ == "array<string>"]
        if not arrays:
            return self.plain(columns)
        name, outer = self.new_name(), self.random.choice(("", "outer "))
        return f"explode {outer}{self.column(arrays[0])} as {name}", {**columns, name: "string"}

    def plain(self, columns: Columns) -> tuple[str, Columns]:
        key = self.column(self.random.choice(sorted(columns)))
        choices = ["limit 10", "sample 10 percent seed 1"]
        if not self.has_arrays(columns):
            choices += ["distinct", f"order by {key} desc", f"deduplicate by {key}"]
        return self.random.choice(choices), columns

    def join(self, columns: Columns, expected: dict[str, Columns]) -> tuple[str, Columns]:
        if "customer_id" not in columns:
            return self.plain(columns)
        kind = self.random.choice(("semi", "anti"))
        condition = self.random.choice(("using (customer_id)",))
        return f"{kind} join customers {condition}", columns

    def set_operation(self, columns: Columns) -> tuple[str, Columns]:
        if columns == SCHEMAS["Order"]:
            return "union all orders", columns
        return self.plain(columns)

    # ---- expressions

    def column(self, name: str) -> str:
        return self.name(name)

    def expression(self, type_: str, columns: Columns, depth: int) -> str:
        """An expression that is of the type, or is cast to it without a mistake."""
        same = [name for name, result in columns.items() if result == type_]
        if same and (depth == 0 or self.random.random() < 0.3):
            return self.column(self.random.choice(same))
        if depth == 0:
            return self.literal(type_)
        return self.random.choice(self.forms(type_, columns, depth - 1))()

    def forms(self, type_: str, columns: Columns, depth: int) -> list[Callable[[], str]]:
        def inner(expected: str = type_) -> str:
            return self.expression(expected, columns, depth)

        every: list[Callable[[], str]] = [
            lambda: self.literal(type_),
            lambda: f"coalesce({inner()}, {inner()})",
            lambda: f"case when {self.comparison(columns, depth)} then {inner()} end",
            lambda: f"if({inner('boolean')}, {inner()}, {inner()})",
            lambda: f"({inner()})",
            lambda: f"nullif({inner()}, {inner()})",
        ]
        if type_ in NUMBERS:
            signs = "+-*"
            every += [
                lambda: f"cast({inner()} {self.random.choice(signs)} {inner()} as {type_})",
                lambda: f"{inner('string')}::{type_}",
                lambda: f"cast(- {inner()} as {type_})",
            ]
        if type_ == "string":
            every += [
                lambda: f"upper({inner()})",
                lambda: f"{inner()} || {inner()}",
                lambda: f"concat({inner()}, cast({inner('bigint')} as string))",
                lambda: f"substring({inner()} from 1 for 2)",
                lambda: f"trim(both 'x' from {inner()})",
            ]
        if type_ == "boolean":
            every += [
                lambda: self.comparison(columns, depth),
                lambda: f"not {inner()}",
                lambda: f"{inner()} and {inner()}",
                lambda: f"({inner()} or {inner()})",
                lambda: f"{inner('string')} is not null",
                lambda: f"{inner('string')} like {self.random.choice(_WORDS)}",
                lambda: f"{inner('string')} in ('a', 'b', {inner('string')})",
            ]
        if type_ == "date":
            every += [
                lambda: f"date_add({inner()}, {inner('int')})",
                lambda: f"to_date({inner('timestamp')})",
            ]
        if type_ == "timestamp":
            every.append(lambda: f"{inner()} + interval 90 minutes")
        return every

    def comparison(self, columns: Columns, depth: int) -> str:
        type_ = self.random.choice([each for each in COMPARED if each != "boolean"])
        left = self.operand(type_, columns, depth)
        right = self.operand(type_, columns, depth)
        operator = self.random.choice(("=", "<>", "<", ">=", "<=>"))
        if self.random.random() < 0.2:
            return f"{left} between {right} and {right}"
        return f"{left} {operator} {right}"

    def operand(self, type_: str, columns: Columns, depth: int) -> str:
        if type_ == "decimal(12,2)" and self.random.random() < 0.2:
            return "${least}"
        return f"({self.expression(type_, columns, depth)})"

    def literal(self, type_: str) -> str:
        choices = {
            "int": ("1", "0", "42"),
            "bigint": ("7L", "1", "2147483648"),
            "decimal(12,2)": ("1.50", "0.01BD"),
            "double": ("1.5D", "1e3", "2.5D"),
            "string": _WORDS,
            "boolean": ("true", "false"),
            "date": ("date '2026-01-31'", "current_date()"),
            "timestamp": ("timestamp '2026-01-31 12:30:00'", "current_timestamp()"),
        }
        return self.random.choice(choices[type_])
