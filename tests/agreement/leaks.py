"""Pipelines made at random over tagged columns, and what of those shows in what comes out.

The tagged columns hold values that stand nowhere else. There are two editions of the data, which
differ in the tagged columns alone: what differs in the result has been told something by them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
import random
import re
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from ssbt.compiler.driver import check_pipeline, emit_files
from ssbt.compiler.ir.pipeline import Let, Pipeline
from ssbt.compiler.ir.provenance import Origin
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.lineage.graph import Lineage, build_lineage
from ssbt.compiler.resolve import scopes
from ssbt.compiler.types.expression_types import Typed
from tests.agreement.answers import relation_of
from tests.agreement.asking import known_type
from tests.agreement.pipelines import JOINS, StructMaker

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

TAG = "pii"
# Column, type, whether tagged.
PEOPLE = (
    ("id", "bigint", False),
    ("name", "string", False),
    ("email", "string", True),
    ("n", "int", False),
    ("code", "int", True),
    ("ok", "boolean", False),
    ("seen_at", "timestamp", False),
    ("born_at", "timestamp", True),
    ("words", "array<string>", False),
    ("mails", "array<string>", True),
    ("props", "map<string, string>", False),
    ("secrets", "map<string, string>", True),
    ("home", "struct<city: string, zip: struct<code: string>>", False),
    ("lives", "struct<city: string, zip: struct<code: string>>", True),
    ("items", "array<struct<sku: string, qty: int>>", False),
    ("bought", "array<struct<sku: string, qty: int>>", True),
)
ACCOUNTS = (
    ("id", "bigint", False),
    ("email", "string", True),
    ("country", "string", False),
)
PLACES = (("id", "bigint", False), ("name", "string", False), ("country", "string", False))
TABLES = {"people": PEOPLE, "accounts": ACCOUNTS, "places": PLACES}
TWO = (("text", "string"), ("other", "string"))
MODULE = """
from hashlib import sha256
from pyspark.sql import Row, functions as F
from pyspark.sql.streaming.stateful_processor import StatefulProcessor

class Told(StatefulProcessor):
    def init(self, handle):
        self.seen = None
    def text(self, row):
        return str(row.asDict(recursive=True))
    def handleInputRows(self, key, rows, timerValues):
        for row in rows:
            yield Row(text=self.text(row), other="x")
    def close(self):
        pass

class Masked(Told):
    def text(self, row):
        return sha256(super().text(row).encode()).hexdigest()

def _text(df):
    return F.concat_ws("|", *(F.to_json(F.struct(F.col(f"`{c}`"))) for c in df.columns))
def told(df):
    return df.select(_text(df).alias("text"), F.lit("x").alias("other"))
def masked(df):
    return df.select(F.sha2(_text(df), 256).alias("text"), F.lit("x").alias("other"))
"""
# Steps whose code the compiler does not look into, each with tagged columns and without.
FIXED = (
    *(
        f"from people |> select {columns} |> {step}"
        for columns in ("id, email, name", "id, name, n", "email as id, n")
        for step in (
            'stateful "mask.py:Told" by id returns Two { }',
            'stateful "mask.py:Masked" by id returns Two { }',
            'apply "mask.py:told" returns Two',
            'apply "mask.py:masked" returns Two',
        )
    ),
    "from people |> watermark born_at delay 1 day |> select name, n",
    "from people |> order by email |> offset 1 |> select name",
    "from people |> sample 50 percent seed 1 |> select lives.city as c, home.city as d",
)
_CANARY = re.compile(r"kanarie|einarak|7654321|2031-0", re.IGNORECASE)


def head() -> str:
    """The declarations that all generated queries stand under."""
    text = 'pipeline leaks { masking = [sha2, "mask.py:masked", "mask.py:Masked"] }\n'
    for name, columns in TABLES.items():
        listed = ", ".join(f"{c}: {kind}{f' @{TAG}' * tagged}" for c, kind, tagged in columns)
        text += f"schema Of_{name} {{ {listed} }}\n"
        text += f'source {name} from parquet {{ path = "{name}", schema = Of_{name} }}\n'
    text += f"schema Two {{ {', '.join(f'{name}: {kind}' for name, kind in TWO)} }}\n"
    text += "schema Keyed { id: bigint }\n"
    return f"{text}transform stamped(a: Keyed) = from a |> extend id + 1 as stamp |> where id > 0\n"


def tables() -> dict[str, Relation]:
    """The sources as the maker knows them."""
    return {
        name: relation_of({c: Typed(known_type(kind), True) for c, kind, _ in columns})
        for name, columns in TABLES.items()
    }


class LeakMaker(StructMaker):
    """Queries that carry values along, by steps and functions that keep what they are given."""

    def __init__(self, seed: int, datasets: Mapping[str, Relation]) -> None:
        super().__init__(seed, {"orders": Relation(()), "customers": Relation(())})
        self.datasets = datasets

    def any(self, depth: int) -> str:
        """An expression that carries on what is in columns; of any types that fit."""
        if self.breaks(25):
            # Any function of everything that Spark has.
            return self.call(max(depth, 1))
        pick = self.any if depth > 0 and self.breaks(60) else lambda _: self.column()
        c, d, e = (pick(depth - 1) for _ in range(3))
        forms = (
            *(f"upper({c})", f"lower({c})", f"concat({c}, {d})", f"{c} || '-' || {d}"),
            *(f"trim({c})", f"coalesce({c}, {d})", f"nvl({c}, {d})", f"if(ok, {c}, {d})"),
            *(
                f"case when {d} is not null then {c} else {e} end",
                f"case {c} when {d} then {e} end",
            ),
            *(f"substring({c}, 1, 60)", f"replace({c}, 'q', 'z')", f"concat_ws('-', {c}, {d})"),
            *(f"lpad({c}, 60, '.')", f"array({c}, {d})", f"split({c}, '@')", f"map({c}, {d})"),
            *(f"map('k', {c})", f"struct({c}, {d} as z)", f"named_struct('p', {c}, 'q', {d})"),
            *(f"to_json(struct({c} as j))", f"reverse({c})", f"greatest({c}, {d})", f"({c}, {d})"),
            *(
                f"encode({c}, 'utf-8')",
                f"format_string('%s!', {c})",
                f"sha2({c}, 256)",
                f"md5({c})",
            ),
            *(f"transform({c}, x -> upper(x))", f"transform({c}, x -> sha2(x, 256))"),
            *(f"transform({c}, x -> struct(x as v, {d} as w))", f"transform({c}, (x, i) -> i)"),
            *(f"filter({c}, x -> x is not null)", f"{c}[0]", f"array_join({c}, ',')"),
            *(f"array_distinct(concat({c}, {c}))", f"exists({c}, x -> x = {d})", f"size({c})"),
            *(f"aggregate({c}, '', (acc, x) -> acc || x)", f"element_at({c}, 1)"),
            f"aggregate({c}, struct({d} as m), (acc, x) -> acc, acc -> acc.m)",
            *(f"zip_with({c}, {d}, (x, y) -> struct(x as l, y as r))", f"arrays_zip({c}, {d})"),
            *(
                f"array_max({c})",
                f"array_sort({c})",
                f"flatten(array({c}, {d}))",
                f"slice({c}, 1, 2)",
            ),
            *(f"map_keys({c})", f"map_values({c})", f"map_entries({c})", f"{c}['k']"),
            *(f"transform_values({c}, (k, v) -> upper(v))", f"transform_keys({c}, (k, v) -> v)"),
            *(f"map_filter({c}, (k, v) -> v is not null)", f"map_from_entries(map_entries({c}))"),
            *(f"map_from_arrays({c}, {c})", f"map_zip_with({c}, {d}, (k, v, w) -> k)"),
            *(f"window({c}, '1 hour')", f"window({c}, '1 hour').start", f"date({c})"),
            *(f"{c} + interval 1 day", f"date_format({c}, 'yyyy-MM')", f"year({c})", f"{c} + 0"),
            *(f"cast({c} as string)", f"try_cast({c} as int)", f"nullif({c}, {d})", f"-(-{c})"),
            *(f"{c} is null", f"length({c})", f"{c} like 'k%'", f"{c} in ({d}, {e})", f"{c} = {d}"),
            *(f"from_json(to_json(struct({c} as j)), 'j string').j", f"str_to_map({c}, ',', ':')"),
        )
        return self.random.choice(forms)

    def item(self) -> str:
        value = self.window() if self.breaks(12) else self.any(self.random.randrange(3))
        return f"{self.column() if self.breaks(25) else value} as {self.new()}"

    def condition(self, depth: int) -> str:
        c, d = self.column(), self.column()
        return self.random.choice(
            (f"{c} is not null", "id > 1", f"{c} = {d}", f"not ({c} <=> {d})")
        )

    def window(self) -> str:
        c, d = self.column(), self.column()
        forms = (
            f"lag({c}) over (order by id)",
            f"first_value({c}) over (partition by {d} order by id)",
        )
        more = (f"row_number() over (order by {c}, id)", f"max({c}) over (partition by {d})")
        return self.random.choice((*forms, *more))

    def of_aggregate(self) -> str:
        c, d = self.column(), self.column()
        forms = (
            *(f"max({c})", f"min({c})", f"first({c})", f"collect_list({c})", f"collect_set({c})"),
            *(f"collect_list(struct({c} as c, {d} as d))", f"max_by({c}, {d})", f"count({c})"),
            *(f"count(distinct {c})", "count(*)", f"any_value({c}) filter (where {d} is not null)"),
            *(f"max(struct({c} as c, {d} as d))", f"listagg({c}, ';')", f"sum({c})", f"mode({c})"),
            f"array_sort(collect_list(upper({c})))",
        )
        return self.random.choice(forms)

    def join(self) -> str:
        maker = self.random
        other = maker.choice(list(self.datasets))
        alias = f"j{maker.randrange(5)}"
        theirs = maker.choice(self.datasets[other].columns).name
        kind = maker.choice(JOINS)
        key = maker.choice(("id", "id", theirs))
        return maker.choice(
            (
                f"{kind}join {other} as {alias} on {self.column()} = {alias}.{theirs}",
                f"{kind}join {other} as {alias} on id = {alias}.id",
                f"{kind}join {other} using ({key})",
            )
        )

    def pivot(self) -> str:
        keys = f" group by {self.column()}"
        aggregate = f"{self.of_aggregate()} as {self.new()}"
        return f"pivot {aggregate} for {self.column()} in ('k', 'l' as c){keys}"

    def rows(self) -> str:
        return self.random.choice(
            (
                "distinct",
                f"deduplicate by {self.column()}",
                f"order by {self.column()} desc",
                "limit 3",
                "offset 1",
                "watermark seen_at delay 1 day",
            )
        )

    def query(self) -> str | None:
        """A query of the inherited steps, at times with one that the maker cannot look into."""
        text = super().query()
        names = [column.name for column in self.relation.columns]
        if text is None or not names or self.breaks(75):
            return text
        a, b = self.random.choice(names), self.random.choice(names)
        texts = (
            f"select to_json(struct({a})) as text, string({b} is null) as other from {{input}}",
            f"with w as (select {a} as q, {b} as r from {{input}})"
            " select to_json(struct(q)) as text, sha2(to_json(struct(r)), 256) as other from w",
            f"select to_json(named_struct('v', max({a}))) as text, 'x' as other"
            f" from {{input}} group by {b}",
        )
        result = (
            *(f'sql "{query}" returns Two' for query in texts),
            'apply "mask.py:told" returns Two',
            'apply "mask.py:masked" returns Two',
            f'stateful "mask.py:Told" by {a} returns Two {{ }}',
            f'stateful "mask.py:Masked" by {a} returns Two {{ }}',
            "stamped()",
        )
        step = self.random.choice(result)
        if step == "stamped()":
            ids = [c for c in self.relation.columns if c.name == "id" and c.type.sql == "BIGINT"]
            if not ids or "stamp" in names:
                return text
        else:
            columns = {name: Typed(known_type(kind), True) for name, kind in TWO}
            self.relation = relation_of(columns)
        return f"{text}\n  |> {step}"


def queries(seeds: range) -> dict[str, str]:
    """Queries by the names of their lets; every third goes on from one before it."""
    datasets = tables()
    results = {f"f{n}": text for n, text in enumerate(FIXED if seeds.start == 0 else ())}
    for seed in seeds:
        maker = LeakMaker(seed, datasets)
        text = maker.query()
        if text is None or not maker.relation.columns:
            continue
        name = f"q{seed}"
        results[name] = text
        if seed % 3 == 0 and "stamped()" not in text:
            datasets[name] = scopes.as_dataset(name, maker.relation)
        if len(datasets) > 6:
            del datasets[next(each for each in datasets if each not in TABLES)]
    return results


def compiled(texts: Mapping[str, str], folder: Path) -> tuple[Pipeline, ModuleType]:
    """The pipeline of these queries, and its script."""
    lets = "".join(f"let {name} =\n  {text}\n\n" for name, text in texts.items())
    sinks = "".join(f"sink {name} to noop {{ allow = [{TAG}] }}\n" for name in (*texts, *TABLES))
    files = {"leaks.ssbt": head() + lets + sinks, "mask.py": MODULE}

    def read(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(path)
        return files[path].encode()

    result = check_pipeline("leaks.ssbt", read)
    errors = [
        f"{f.code.number} {f.message}: {files['leaks.ssbt'][f.primary.span.start :][:80]!r}"
        for f in result.findings
        if f.severity.value == "error"
    ]
    assert errors == []
    assert result.pipeline is not None
    for file in emit_files(result):
        (folder / file.path).write_bytes(file.content)
    sys.modules.pop("mask", None)
    sys.path.insert(0, str(folder))
    try:
        return result.pipeline, _module(folder / "leaks.py")
    finally:
        sys.path.remove(str(folder))


def _module(path: Path) -> ModuleType:
    module = ModuleType("leaks")
    module.__dict__["__file__"] = str(path)
    sys.modules["leaks"] = module
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module.__dict__)
    return module


def sources(spark: SparkSession, edition: int) -> dict[str, DataFrame]:
    """The data; tagged columns are of the edition, and so are the lengths of what they hold."""
    result = {}
    for name, columns in TABLES.items():
        dice = random.Random(name)
        rows = [
            tuple(
                _value(c, kind, edition if tagged else None, n, dice) for c, kind, tagged in columns
            )
            for n in range(1, 5)
        ]
        ddl = ", ".join(f"{c} {kind}" for c, kind, _ in columns)
        result[name] = spark.createDataFrame(rows, ddl).coalesce(1)
    return result


def _value(name: str, kind: str, edition: int | None, n: int, dice: random.Random) -> Any:
    word = f"{name}{dice.randrange(3)}" if edition is None else f"Kanarie{'x' * edition * n}{n}"
    match kind:
        case "bigint":
            return n
        case "int":
            return dice.randrange(3) if edition is None else 7654321 + 10_000_000 * edition * n
        case "boolean":
            return n % 2 == 0
        case "string":
            return word
        case "timestamp":
            return datetime(2026, 1, n) if edition is None else datetime(2031, 1 + edition, n, n)
        case "array<string>":
            return [word] * (1 if edition is None else edition + 1)
        case "map<string, string>":
            return {"k": word, word: "l"}
        case _ if kind.startswith("struct"):
            return (word, (word,))
    return [(word, n if edition is None else 7654321)] * (2 if edition is None else edition + 1)


class Verdicts(NamedTuple):
    """Columns that show something the compiler denies, and how much was looked at.

    `alarms` are columns that the compiler holds for tagged and that show nothing here.
    """

    leaks: list[str]
    columns: int
    tagged: int
    alarms: list[str]
    failed: int


class _Columns:
    """What the compiler says of the columns of one dataset."""

    def __init__(self, expected: Lineage, let: Let) -> None:
        self._known, self._name = expected, let.name
        self._behind = expected.source_dependencies()
        self._tagged = {c.name: TAG in c.tags for c in let.query.output.columns}

    def is_tagged(self, column: str, path: tuple[str, ...] = ()) -> bool:
        of_fields = TAG in self._known.tags.tags_at(Origin(self._name, column, path))
        assert path or of_fields == self._tagged[column], "two truths"
        return of_fields

    @property
    def rows_are_free(self) -> bool:
        """Whether nothing that is tagged, masked or not, decides about the rows."""
        return not any(
            TAG in self._known.tags.tags_at(d.origin) for d in self._behind.rows[self._name]
        )

    def is_masked(self, column: str) -> bool:
        behind = self._behind.columns[Origin(self._name, column)]
        return any(TAG in self._known.tags.tags_at(each) for each in behind)


def verdicts(spark: SparkSession, texts: Mapping[str, str], folder: Path) -> Verdicts:
    """Run the queries over both editions, and compare what shows with what the compiler says."""
    pipeline, module = compiled(texts, folder)
    existing = build_lineage(pipeline)
    editions = [sources(spark, edition) for edition in (1, 2)]
    leaks: list[str] = []
    alarms: list[str] = []
    columns = tagged = failed = 0
    for let in pipeline.datasets:
        if not isinstance(let, Let):
            continue
        message = _Columns(existing, let)
        rows = [_collected(module, let, frames) for frames in editions]
        if rows[0] is None or rows[1] is None:
            failed += 1
            continue
        free = message.rows_are_free
        for place, column in enumerate(let.query.output.columns):
            name = column.name
            values = [[row[place] for row in edition] for edition in rows if edition is not None]
            output = {path for edition in values for v in edition for path in _leaks(v)}
            differs = sorted(map(repr, values[0])) != sorted(map(repr, values[1]))
            columns += 1
            tagged += message.is_tagged(name)
            text = f"{let.name}.{name} of {texts[let.name]}"
            leaks += [f"{text} {path}" for path in output if not message.is_tagged(name, path)]
            if free and differs and not message.is_tagged(name) and not message.is_masked(name):
                leaks.append(f"{text}: differs")
            has_values = any(v is not None for edition in values for v in edition)
            if message.is_tagged(name) and not output and not differs and has_values:
                alarms.append(text)
    return Verdicts(leaks, columns, tagged, alarms, failed)


def _collected(module: ModuleType, let: Let, result: dict[str, DataFrame]) -> list[Any] | None:
    """The rows of a dataset; None where Spark fails, as it may for such values."""
    function = getattr(module, let.name)
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    if not all(name in result for name in names):
        return None
    try:
        frame = function(*(result[name] for name in names))
        rows: list[Any] = frame.collect()
    except Exception:
        return None
    result[let.name] = frame
    return rows


def _leaks(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths of fields in a value that show what is in tagged columns alone."""
    if hasattr(value, "asDict"):
        for name in value.__fields__:
            yield from _leaks(value[name], (*path, name))
    elif isinstance(value, dict):
        for each in (*value.keys(), *value.values()):
            yield from _leaks(each, path)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _leaks(each, path)
    elif isinstance(value, date):
        if value.year == 2031:
            yield path
    elif isinstance(value, bytes | bytearray):
        if _CANARY.search(bytes(value).decode("latin-1")):
            yield path
    elif isinstance(value, str):
        if _CANARY.search(value):
            yield path
    elif value in (7654321, 2031) and not isinstance(value, bool):
        yield path
