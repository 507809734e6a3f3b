"""Expressions over the wide table, made at random from the catalogue of functions and the grammar.

Most fit together; some are broken on purpose: arguments of another type or number, columns where a
constant has to be, aggregates in aggregates, generators and windows where none can be.
"""

from __future__ import annotations

from functools import cache
import random

from ssbt.compiler.types.datatypes import DataType
from ssbt.compiler.types.functions import Function, FunctionKind, find_function, function_names
from ssbt.compiler.types.functions.model import Parameter
from ssbt.compiler.types.type_sets import implicit_cast
from tests.agreement.answers import Question
from tests.agreement.asking import known_type
from tests.agreement.values import LITERALS, WORDS
from tests.agreement.wide import TYPES

# What needs a package, a file, a Java class or a setting, or makes a table.
NOT_ASKED = (
    *("reflect", "java_method", "try_reflect", "from_avro", "to_avro", "schema_of_avro"),
    *("from_protobuf", "to_protobuf", "st_setsrid", "st_srid", "st_asbinary"),
    *("st_geogfromwkb", "st_geomfromwkb", "window_time", "session_window", "window"),
    *("grouping", "grouping_id"),
)
BINARY = (
    *("+", "-", "*", "/", "%", "div", "||", "&", "|", "^", "<<", ">>", "=", "!=", "<", ">=", "<=>"),
    *("and", "or"),
)
_MERGES = ("acc", "x", "acc + x")
UNITS = ("year", "month", "day", "hour", "second", "quarter", "microsecond", "fortnight")
KINDS = tuple(TYPES.values())
COLUMN_OF = {kind: name for name, kind in TYPES.items()}


@cache
def _fitting(parameter: Parameter) -> tuple[str, ...]:
    """The types that a parameter takes."""
    expected = parameter.expected
    if expected is None:
        return ()

    def takes(kind: DataType) -> bool:
        if parameter.exact:
            return expected.accepts(kind)
        return implicit_cast(kind, expected, True) is not None

    return tuple(kind for kind in KINDS if takes(known_type(kind))) or KINDS


@cache
def functions(kind: FunctionKind) -> tuple[Function, ...]:
    """The functions of a kind that are asked about."""
    names = (function for name in function_names() if (function := find_function(name)) is not None)
    return tuple(each for each in names if each.kind is kind and each.name not in NOT_ASKED)


class Maker:
    """Expressions from one seed; `breaking` is how often, in a hundred, a part is broken."""

    def __init__(self, seed: int, breaking: int = 4) -> None:
        self.random = random.Random(seed)
        self.breaking = breaking

    def question(self) -> Question:
        """An expression in a step where it may stand, most of the time."""
        maker = self.random
        match maker.randrange(20):
            case 0 | 1:
                return Question(self.condition(2), "where")
            case 2 | 3 | 4:
                return Question(self.aggregate(), "aggregate")
            case 5:
                return Question(f"{self.aggregate()} {maker.choice(('+', '='))} i", "grouped")
            case 6:
                return Question(self.window())
            case 7:
                return self.generator()
            case 8:
                return Question(self.higher_order())
            case 9:
                return Question(self.special(1))
            case 10 if self.breaks(40):
                return Question(self.misplaced())
            case _:
                return Question(self.any(2))

    def breaks(self, chance: int | None = None) -> bool:
        """Whether to do something else now, `chance` times in a hundred."""
        return self.random.randrange(100) < (self.breaking if chance is None else chance)

    # ---- values

    def any(self, depth: int) -> str:
        """An expression of some type."""
        if depth == 0 or self.breaks(10):
            return self.leaf(self.random.choice(KINDS))
        makers = (
            self.operator,
            self.call,
            self.call,
            self.call,
            self.choice,
            self.cast,
            self.special,
        )
        return self.random.choice(makers)(depth)

    def of(self, kind: str, depth: int) -> str:
        """An expression of this type."""
        if self.breaks():
            return self.any(depth)
        if depth == 0 or self.breaks(60):
            return self.leaf(kind)
        other = self.leaf(kind)
        forms = (
            f"coalesce({self.of(kind, depth - 1)}, {other})",
            f"if({self.condition(0)}, {other}, {self.leaf(kind)})",
            f"case when {self.condition(0)} then {other} end",
            f"nullif({self.leaf(kind)}, {other})",
            f"cast({self.any(depth - 1)} as {kind})",
            f"try_cast({other} as {kind})",
            f"element_at(array({other}, {self.leaf(kind)}), 1)",
            f"struct({other} as q).q",
            f"({other})",
        )
        return self.random.choice(forms)

    def leaf(self, kind: str) -> str:
        """A column or constant of this type."""
        if kind in LITERALS and (kind not in COLUMN_OF or self.breaks(25)):
            return self.random.choice(LITERALS.get(kind, ("null",)))
        if self.breaks(3):
            return "null"
        return self.random.choice(("", "n_")) + COLUMN_OF[kind]

    def condition(self, depth: int) -> str:
        """A boolean."""
        maker, kind = self.random, self.random.choice(KINDS[:20])
        a, b, c = (self.of(kind, max(depth - 1, 0)) for _ in range(3))
        forms = (
            f"{a} {maker.choice(BINARY[12:17])} {b}",
            f"{a} between {b} and {c}",
            f"{a} not in ({b}, {c})",
            f"{a} is not null",
            f"{a} is distinct from {b}",
            f"{self.leaf('string')} like {self.of('string', 0)}",
            f"{self.leaf('string')} rlike {maker.choice(WORDS['regexp'])}",
            f"not {self.leaf('boolean')}",
            f"{self.leaf('boolean')} and {self.leaf('boolean')}",
            f"{self.leaf('boolean')} is true",
            f"{self.leaf('string')} like any ('a%', {self.leaf('string')})",
        )
        return maker.choice(forms)

    def operator(self, depth: int) -> str:
        """An operator over operands of one type, or of any two."""
        maker = self.random
        one = maker.choice(KINDS[:20])
        other = maker.choice(KINDS) if self.breaks(40) else one
        if self.breaks(15):
            return f"{maker.choice(('-', '~', '+', 'not '))}{self.of(one, depth - 1)}"
        left, right = self.of(one, depth - 1), self.of(other, depth - 1)
        return f"({left}) {maker.choice(BINARY)} ({right})"

    def choice(self, depth: int) -> str:
        """`case`, `if`, `coalesce`, `in` and their like, over types that may have one in common."""
        maker = self.random
        near = maker.choice((KINDS[1:10], KINDS[10:15], KINDS[16:20], KINDS[20:23], KINDS))
        a, b = (self.of(maker.choice(near), depth - 1) for _ in range(2))
        forms = (
            f"case when {self.condition(0)} then {a} else {b} end",
            f"case {a} when {b} then 1 end",
            f"coalesce({a}, {b})",
            f"if({self.condition(0)}, {a}, {b})",
            f"({a}) in ({b}, null)",
            f"array({a}, {b})",
            f"map({a}, {b})",
            f"struct({a}, {b} as z)",
            f"greatest({a}, {b})",
            f"nvl2({a}, {b}, {a})",
            f"({a}) between ({b}) and ({a})",
        )
        return maker.choice(forms)

    def cast(self, depth: int) -> str:
        """A cast, to a type that the value may not have a way to."""
        maker = self.random
        value, kind = self.any(depth - 1), maker.choice(KINDS)
        forms = (f"cast({value} as {kind})", f"try_cast({value} as {kind})", f"({value})::{kind}")
        return maker.choice(forms)

    def special(self, depth: int) -> str:
        """Calls and values with a syntax of their own."""
        maker, unit = self.random, self.random.choice(UNITS)
        text, number = self.of("string", depth - 1), self.of("int", depth - 1)
        time = self.of(maker.choice(("timestamp", "date", "timestamp_ntz", "string")), depth - 1)
        forms = (
            f"extract({maker.choice(UNITS)} from {self.any(0)})",
            f"trim(both {text} from {text})",
            f"substring({text} from {number} for 2)",
            f"position({text} in {text})",
            f"overlay({text} placing {text} from {number})",
            f"timestampadd({unit}, {number}, {time})",
            f"datediff({unit}, {time}, {time})",
            f"dateadd({unit}, {number}, {time})",
            f"{self.leaf('array<int>')}[{number}]",
            f"{self.leaf('map<string,int>')}[{text}]",
            f"{maker.choice(('st', 'n_st', 'sn', 'n_sn', 'ast', 'n_ast'))}.{maker.choice('abc')}",
            f"({self.any(0)}, {self.any(0)})",
            f"({self.leaf('int')}, s) = (i, {self.leaf('string')})",
            f"(i, s) in ((1, 'a'), (n_i, {self.leaf('string')}))",
            f"s collate {maker.choice(('UNICODE', 'UTF8_LCASE', 'NOPE'))} = {text}",
            f"interval {maker.choice(('1 day 2 hours', '3 months', '1 year 2 days'))} + {time}",
            f"window({time}, {maker.choice(WORDS['window_duration'])})",
            f"session_window({time}, {maker.choice(WORDS['gap_duration'])})",
            f"{maker.choice(('current_date', 'current_timestamp', 'current_user'))}",
            f"mask(s, {maker.choice(('upperChar', 'lowerChar', 'wrong'))} => 'x')",
            f"sn.c.{maker.choice('de')}",
        )
        return maker.choice(forms)

    # ---- calls

    def call(self, depth: int) -> str:
        """A scalar function with arguments that fit, or nearly."""
        function = self.random.choice(functions(FunctionKind.SCALAR))
        if function.lambdas is not None:
            return self.higher_order()
        return self.called(function, depth)

    def called(self, function: Function, depth: int) -> str:
        """A call of this function."""
        arities = [n for n in range(9) if function.arity_mismatch(n) is None][:4]
        count = self.random.choice(arities)
        if self.breaks(2):
            count = max(0, count + self.random.choice((-1, 1)))
        arguments = [self._argument(function, place, depth - 1) for place in range(count)]
        return f"`{function.name}`({', '.join(arguments)})"

    def _argument(self, function: Function, place: int, depth: int) -> str:
        parameter = function.parameter(place)
        if parameter is None or self.breaks():
            return self.any(0)
        if parameter.name in WORDS and not self.breaks(10):
            return self.random.choice(WORDS[parameter.name])
        kind = self.random.choice(_fitting(parameter))
        if parameter.constant and not self.breaks(10):
            return self.random.choice(LITERALS.get(kind, ("null",)))
        return self.of(kind, max(depth, 0))

    def aggregate(self) -> str:
        """An aggregate, maybe with what may follow it, maybe in an expression."""
        maker = self.random
        function = maker.choice(functions(FunctionKind.AGGREGATE))
        call = self.called(function, 2)
        if self.breaks(10):
            call = call.replace("(", "(distinct ", 1)
        if function.name in ("mode", "percentile_cont", "percentile_disc", "listagg"):
            call += f" within group (order by {self.any(0)})" if self.breaks(70) else ""
        if self.breaks(15):
            call += f" filter (where {self.condition(0)})"
        if self.breaks(5):
            call = f"max({call})"
        if self.breaks(15):
            call = f"coalesce({call}, {self.any(0)})"
        return call

    def window(self) -> str:
        """A window function or an aggregate over a window, whose order may be missing."""
        maker = self.random
        kind = FunctionKind.WINDOW if self.breaks(60) else FunctionKind.AGGREGATE
        call = self.called(maker.choice(functions(kind)), 1)
        partition = f"partition by {self.any(0)} " if self.breaks(50) else ""
        order = f"order by {self.any(0)} " if self.breaks(80) else ""
        frames = (
            "rows between 2 preceding and current row",
            "rows between unbounded preceding and 1 following",
            "range between unbounded preceding and current row",
            "range between 1 preceding and 1 following",
            "rows between 1 following and 1 preceding",
            "rows i preceding",
        )
        frame = maker.choice(frames) if self.breaks(30) else ""
        return f"{call} over ({partition}{order}{frame})"

    def generator(self) -> Question:
        """A generator alone in its item, mostly with as many names as it makes columns."""
        function = self.random.choice(functions(FunctionKind.GENERATOR))
        wants = {"inline": "array<struct<a: int, b: string>>"}
        kind = wants.get(function.name.removesuffix("_outer"), self.random.choice(KINDS[20:27]))
        forms = {
            "stack": f"stack(2, {self.any(0)}, {self.leaf('int')}, {self.any(0)}, {self.any(0)})",
            "json_tuple": f"json_tuple({self.leaf('string')}, 'a', {self.leaf('string')})",
        }
        text = forms.get(function.name, f"{function.name}({self.of(kind, 1)})")
        count = 2 if function.name[:5] in ("stack", "json_", "inlin") else 1
        count += (kind.startswith("map") and count == 1) + function.name.startswith("pos")
        return Question(text, "select", count)

    def higher_order(self) -> str:
        """A function with a lambda."""
        maker = self.random
        kind = maker.choice(("int", "string", "double"))
        array, value = self.of(f"array<{kind}>", 1), self.of(kind, 1)
        key = self.leaf("map<string,int>")
        body = maker.choice(("x", f"coalesce(x, {value})", "x + 1", "upper(x)", "x is null", "n_i"))
        test = maker.choice((f"x = {value}", "x > 1", "x is not null", "x"))
        forms = (
            f"transform({array}, x -> {body})",
            f"transform({array}, (x, n) -> n + {maker.choice(('1', 'x'))})",
            f"filter({array}, x -> {test})",
            f"exists({array}, x -> {test})",
            f"forall({array}, x -> {test})",
            f"aggregate({array}, {self.leaf(kind)}, (acc, x) -> {maker.choice(_MERGES)})",
            f"aggregate({array}, 0, (acc, x) -> acc + 1, acc -> {maker.choice(('acc', 's'))})",
            f"array_sort({array}, (x, y) -> {maker.choice(('1', 'x', 'cast(x > y as int)'))})",
            f"zip_with({array}, {self.leaf('array<int>')}, (x, y) -> {maker.choice('xy')})",
            f"map_filter({key}, (k, x) -> {test})",
            f"transform_keys({key}, (k, x) -> {maker.choice(('k', 'upper(k)', 'x'))})",
            f"transform_values({key}, (k, x) -> {body})",
            f"map_zip_with({key}, {key}, (k, x, y) -> {maker.choice(('x', 'y', 'k'))})",
        )
        return maker.choice(forms)

    def misplaced(self) -> str:
        """What cannot stand where it is."""
        forms = (
            "sum(i)",
            "i + max(l)",
            "explode(ai) + 1",
            "upper(explode(as))",
            "row_number()",
            "row_number() over (partition by i)",
            "rank() over ()",
            "lag(i) over (partition by s)",
            "sum(sum(i)) over (order by s)",
            "max(row_number() over (order by i)) over (order by i)",
            "nope(i)",
            "nope",
            "upper(i, s)",
            "upper()",
            "grouping(i)",
            "grouping_id()",
            "x -> x",
            "upper(x -> x)",
            "st.nope",
            "i.nope",
            "upper(i) over (order by s)",
            "count(distinct i) over (order by s)",
            "upper(distinct s)",
            "upper(s) filter (where b)",
            "explode(explode(aa))",
            "range(1)",
            "first_value(i) ignore nulls",
            "upper(s) ignore nulls",
            "sum(i) ignore nulls over (order by s)",
        )
        return self.random.choice(forms)
