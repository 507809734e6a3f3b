"""No pipeline, right or wrong, takes time by the square of its size."""

from __future__ import annotations

import pytest

from ssbt.compiler.diagnostics.text import text_report
from ssbt.compiler.driver import check_pipeline, emit_files
from tests.unit.timing import is_linear

DECLARED = """pipeline p {{ checkpoint = "state" }}
schema S {{ id: bigint, word: string, at: timestamp }}
{stream}source b from json {{ path = "in", schema = S }}
"""
BATCH, STREAM = DECLARED.format(stream=""), DECLARED.format(stream="stream ")


def names(n: int, form: str) -> str:
    return ", ".join(form.format(i=i) for i in range(n))


def lines(n: int, form: str) -> str:
    return "".join(f"{form}\n".replace("{i}", str(i)).replace("{j}", str(i - 1)) for i in range(n))


def query(steps: str) -> str:
    return f"let r = from b\n{steps}\nsink r to noop {{}}\n"


FIRST = "let l0 = from b\n"
CHAIN = "let l{i} = from l{j} |> where id > {i}"
SINK = 'sink l{i} to parquet { path = "out{i}" }'


def chain(n: int, each: str) -> str:
    return FIRST + lines(n, each).partition("\n")[2]


# Whole pipelines by the kind of what there is much of.
MANY = {
    "datasets": lambda n: BATCH + chain(n, CHAIN) + f"sink l{n - 1} to noop {{}}\n",
    "columns made": lambda n: BATCH + query(f"|> extend {names(n, 'id + {i} as c{i}')}"),
    "columns set": lambda n: (
        BATCH + query(f"|> extend {names(n, '1 as c{i}')}\n|> set {names(n, 'c{i} = 2')}")
    ),
    "columns renamed": lambda n: (
        BATCH + query(f"|> extend {names(n, '1 as c{i}')}\n|> rename {names(n, 'c{i} as d{i}')}")
    ),
    "steps that make columns": lambda n: BATCH + query(lines(n // 2, "|> extend 1 as c{i}")),
    "fields made and read": lambda n: (
        BATCH
        + query(
            f"|> extend struct({names(n, 'id + {i} as f{i}')}) as s\n"
            f"|> select {names(n, 's.f{i} as c{i}')}"
        )
    ),
    "structs made of their fields": lambda n: (
        BATCH
        + query(
            "|> extend named_struct('f', id, 'g', word) as s\n"
            + lines(n, "|> set s = coalesce(s, named_struct('f', s.f + {i}, 'g', s.g))")
        )
    ),
    "unions": lambda n: BATCH + query("|> union all b\n" * n),
    "sinks": lambda n: BATCH + lines(n, 'sink b to parquet as s{i} { path = "out{i}" }'),
    "transforms": lambda n: (
        BATCH
        + lines(n, "transform t{i}(a: S) = from a |> where id > {i}")
        + query(lines(n, "|> t{i}()"))
    ),
    "parameters": lambda n: lines(n, "param p{i}: int = {i}") + BATCH + query(""),
    "datasets that do not exist": lambda n: BATCH + lines(n, "let l{i} = from c{i}"),
    "options that do not exist": lambda n: (
        BATCH + "sink b to parquet {\n" + lines(n, "option{i} = 1") + "}\n"
    ),
    "functions that do not exist": lambda n: (
        BATCH + query(f"|> select {names(n, 'summ(id) as c{i}')}")
    ),
    "types that are wrong": lambda n: (
        BATCH + query(f"|> select {names(n, 'id + array(1) as c{i}')}")
    ),
    "years compared": lambda n: (
        BATCH + query("|> where " + " or ".join(f"year(at) = {i}" for i in range(n // 2)))
    ),
    "weeks compared": lambda n: (
        BATCH + query("|> where " + " or ".join(f"weekofyear(at) = {i}" for i in range(n // 2)))
    ),
    "hashes compared": lambda n: (
        BATCH + query("|> where " + " or ".join(f"hash(id) % 9 = {i}" for i in range(n // 2)))
    ),
    "keys that are dates": lambda n: (
        BATCH + query("|> order by " + names(n // 2, "year(at) + {i}"))
    ),
    "datasets that go round": lambda n: BATCH + chain(n, CHAIN).replace("from b", f"from l{n - 1}"),
    "sinks of streams": lambda n: STREAM + lines(n, 'sink b to parquet as s{i} { path = "o{i}" }'),
    "streams behind each other": lambda n: STREAM + chain(n, f"{CHAIN}\n{SINK}"),
    "mistakes in streams": lambda n: STREAM + chain(n, f"{CHAIN} and c\n{SINK}"),
    "state behind state": lambda n: (
        STREAM + query("|> watermark at delay 1 hour\n" + "|> deduplicate by id, at\n" * n)
    ),
    "watermarks": lambda n: (
        STREAM + query("|> watermark at delay 1 hour\n|> deduplicate by id, at\n" * n)
    ),
    "streams united": lambda n: STREAM + query("|> union all b\n" * n),
    "streams joined": lambda n: (
        STREAM + query(lines(n // 4, "|> join b as b{i} on b.id = b{i}.id |> select b.*"))
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", MANY)
def test_time_is_linear(kind: str):
    assert is_linear(lambda count: compile_whole(MANY[kind](count)), 100)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["streams behind each other", "mistakes in streams"])
def test_time_is_linear_in_the_large(kind: str):
    assert is_linear(lambda count: compile_whole(MANY[kind](count)), 500)


def compile_whole(text: str) -> None:
    result = check_pipeline("p.ssbt", lambda _: text.encode())
    if not result.has_errors:
        emit_files(result)
    text_report(result.findings, result.sources, width=80, color=False)
