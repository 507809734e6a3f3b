"""Whole steps over columns of each kind of text, and what follows them.

Each form of a step is crossed with the kinds of columns that it takes, one or two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.types.coercion import as_nullable
from ssbt.compiler.types.datatypes import StructType
from ssbt.compiler.types.expression_types import Typed
from tests.agreement.answers import relation_of
from tests.agreement.asking import known_type
from tests.agreement.scripts import sink

# Without collations, and with those that people take; some of no text, some that hold texts.
KINDS = {
    "s": "string",
    "u": "string collate UNICODE",
    "l": "string collate UTF8_LCASE",
    "ci": "string collate UNICODE_CI",
    "i": "int",
    "d": "date",
    "as": "array<string>",
    "au": "array<string collate UNICODE>",
    "al": "array<string collate UTF8_LCASE>",
    "sts": "struct<f: string>",
    "stu": "struct<f: string collate UNICODE>",
    "stl": "struct<f: string collate UTF8_LCASE>",
    "ms": "map<string, string>",
    "mu": "map<string, string collate UNICODE>",
    "mk": "map<string collate UNICODE, string>",
}
# The datasets; of which kinds a `{}` is stands in their names. A step calls OTHER what it takes.
DATASETS = {
    "one": "id: bigint, k: string, c: {}",
    "pair": "id: bigint, a: {}, b: {}",
    "same": "id: bigint, k: string, c: {}",
    "joined": "n: int, c: {}",
    "texts": "id: bigint, k: {}, c: {}",
    "again": "id: bigint, k: {}, c: {}",
}

SET_OPERATIONS = (
    *(
        f"{word}{all_} OTHER"
        for word, all_ in product(("union", "intersect", "except"), ("", " all"))
    ),
    "select id, k, null as c |> union all OTHER",
    "select id, k, 'a' as c |> union OTHER",
    "set c = c collate UNICODE |> union all OTHER",
    "set c = 'a' collate UNICODE |> except OTHER",
    "select c, k, id |> intersect OTHER",
)
JOIN_KINDS = ("", "left ", "right ", "full ", "semi ", "anti ")
JOINS = (
    *(f"{kind}join OTHER as other using (c)" for kind in JOIN_KINDS),
    *(f"{kind}join OTHER as other on one.c = other.c |> drop other.c" for kind in ("", "full ")),
    *(f"{kind}join OTHER as other on one.c = other.c" for kind in ("semi ", "anti ")),
    "left join OTHER as other on one.c <=> other.c |> drop one.c",
    "set c = upper(c) |> left join OTHER as other using (c)",
    "set c = c collate UNICODE |> full join OTHER as other using (c)",
    "semi join OTHER as other on one.c collate UTF8_LCASE = other.c",
)
PAIRS = (
    "unpivot v for name in (a, b)",
    "unpivot include nulls v for name in (a as x, b)",
    "select id, coalesce(a, b) as v",
    "aggregate max(a) as x, min(b) as y group by id",
    "aggregate count(*) as n group by a, b",
    "extend lag(a, 1, b) over (order by id) as v",
    "extend lead(b, 1, 'x') over (partition by a order by id) as v",
    "extend max(a) over (partition by b order by a) as v",
    "aggregate max_by(a, b) as v, collect_set(b) as w",
    "extend a as v |> set a = b",
)
SINGLE = (
    "distinct",
    "deduplicate by c",
    "deduplicate by k",
    "order by c",
    "order by c desc nulls first |> limit 3",
    "limit 3",
    "sample 10 percent",
    "select c",
    "select distinct c",
    "rename c as d",
    "as t |> select t.c as d",
    "extend c as d",
    "set k = c",
    "extend first(c) over (partition by k order by id) as v, last(c) over (order by id) as w",
    "extend row_number() over (partition by c order by id) as v",
    "extend rank() over (order by c) as v, nth_value(c, 2) over (order by c) as w",
    "extend lag(c, 1, 'x') over (order by id) as v, lead(c) over (order by id) as w",
    "extend collect_set(c) over (partition by c) as v",
    "aggregate count(*) as n group by c",
    "aggregate max(c) as x, mode(c) as y, collect_list(c) as z group by k",
    "aggregate min(c) as x, any_value(c) as y, count(distinct c) as z",
    "aggregate max(c) as x group by rollup(c, k)",
    "aggregate max(k) as x group by cube(c, k)",
    "aggregate max(k) as x group by grouping sets ((c), (k), ())",
    "aggregate max(k) as x group by c || 'x' as d",
    "aggregate max(k) as x group by upper(c) as d",
    "aggregate max(id) as x group by c collate UTF8_LCASE as d",
    "aggregate c, max(id) as x group by all",
    "aggregate max(c) as x group by k |> where x = 'a'",
    "pivot max(k) as m for c in ('a', 'b' as other) group by id",
    "pivot max(c) as m for k in ('a', 'b' as other) group by id",
    "pivot count(*) as n for k in ('a')",
    "pivot max(id) as m for k in ('a') group by c",
    "unpivot v for name in (c)",
    "unpivot v for name in (k)",
    "explode c as e",
    "explode outer c as e with position as p",
    "explode c as (x, y)",
    "explode array(c, 'x') as e",
    "explode split(c, ',') as e",
    "explode map(k, c) as (x, y)",
    "select id, explode(c) as e",
)
# Behind a step: whether a column has its collation as one of a source has, or more firmly.
BEHIND = (
    "extend {c} || 'x' as p1",
    "extend {c} = 'x' as p1",
    "extend concat({c}, k collate UNICODE) as p1",
    "extend {c} = k as p1",
    "extend coalesce({c}, k) as p1",
    "aggregate listagg({c}) as p1",
)
# What makes a column of a text, and how it is called.
BUILT_EXPRESSIONS = {
    "extend c collate UNICODE_CI as d": "d",
    "select k, c collate UNICODE_CI as d": "d",
    "extend 'a' collate UNICODE as d": "d",
    "extend 'a' as d": "d",
    "extend upper(c) as d": "d",
    "extend cast(c as string) as d": "d",
    "extend cast(id as string) as d": "d",
    "set c = c collate UTF8_LCASE": "c",
    "aggregate max(c) as d group by k": "d",
    "aggregate max(c collate UTF8_LCASE) as d group by k": "d",
    "aggregate max(k) as k group by c": "c",
    "aggregate max(k) as k group by c collate UTF8_LCASE as d": "d",
    "union all OTHER": "c",
    "intersect OTHER": "c",
    "deduplicate by c": "c",
    "distinct": "c",
    "unpivot d for name in (c)": "d",
    "pivot max(c) as m for id in (1 as d) group by k": "d",
    "extend first(c) over (partition by k order by id) as d": "d",
    "extend lag(c, 1, 'x') over (order by id) as d": "d",
    "explode array(c, 'x') as d": "d",
    "explode split(c, ',') as d": "d",
}
TEXTS = ("s", "u", "l", "ci")


@dataclass(frozen=True)
class StepQuestion:
    """A step over a dataset, which may take another; each by its name and its columns' kinds."""

    form: str
    one: tuple[str, ...]
    other: tuple[str, ...] = ()

    @property
    def datasets(self) -> tuple[tuple[str, ...], ...]:
        return (self.one, self.other) if self.other else (self.one,)

    @property
    def text(self) -> str:
        """The steps in our language."""
        return self.form.replace("OTHER", name_of(self.other))

    @property
    def query(self) -> str:
        return f"from {name_of(self.one)} as one |> {self.text}"


def name_of(dataset: tuple[str, ...]) -> str:
    return "_".join(dataset)


def ddl_of(dataset: tuple[str, ...]) -> str:
    name, *kinds = dataset
    return DATASETS[name].format(*(KINDS[kind] for kind in kinds))


def relation_for(dataset: tuple[str, ...]) -> Relation:
    """A dataset as it comes from a file: everything can be null."""
    struct = as_nullable(known_type(f"struct<{ddl_of(dataset)}>"))
    assert isinstance(struct, StructType)
    return relation_of({field.name: Typed(field.type, True) for field in struct.fields})


def pipeline(questions: Mapping[str, StepQuestion]) -> str:
    """A pipeline with each of these steps in a let of its name."""
    used = dict.fromkeys(dataset for each in questions.values() for dataset in each.datasets)
    text = "pipeline agreement { }\n"
    for dataset in used:
        name = name_of(dataset)
        text += f"schema S_{name} {{ {ddl_of(dataset)} }}\n"
        text += f'source {name} from parquet {{ path = "{name}", schema = S_{name} }}\n'
    text += "".join(f"let {name} =\n  {each.query}\n" for name, each in questions.items())
    return text + "".join(map(sink, questions))


def questions() -> list[StepQuestion]:
    """All of them, in a fixed order; first those whose texts meet no other."""
    pairs = tuple(product(KINDS, repeat=2))
    return [
        *(StepQuestion(form, ("one", x)) for form, x in product(SINGLE, KINDS)),
        *behind(),
        *(
            StepQuestion(form, ("one", x), (word, y))
            for word, forms in (("same", SET_OPERATIONS), ("joined", JOINS))
            for form, (x, y) in product(forms, pairs)
        ),
        *(StepQuestion(form, ("pair", *kinds)) for form, kinds in product(PAIRS, pairs)),
    ]


def behind() -> Iterator[StepQuestion]:
    """What follows a step that makes a text."""
    for (form, name), after, *kinds in product(BUILT_EXPRESSIONS.items(), BEHIND, TEXTS, TEXTS):
        text = f"{form} |> {after.format(c=name)}"
        yield StepQuestion(text, ("texts", *kinds), ("again", *kinds) if "OTHER" in form else ())
