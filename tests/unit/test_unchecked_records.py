"""Records that expressions decode: reported wherever the call is, and only of records."""

from __future__ import annotations

import pytest

from ssbt.compiler.driver import check_pipeline

SOURCES = """\
pipeline p { time_zone = "UTC" }
schema Row { id: bigint, payload: string, inner: struct<value: string>, body: binary }
source s from kafka {
  bootstrap_servers = "b:1", subscribe = "x", value = string, key = bytes, metadata = [value]
}
source j from kafka {
  bootstrap_servers = "b:1", subscribe = "x", value = json, schema = Row, metadata = [value]
}
source f from parquet { path = "in", schema = Row }
"""
TEXT, BYTES = "{}", "cast({} as binary)"
READERS = [
    (TEXT, "from_json({}, 'id bigint')"),
    (TEXT, "from_csv({}, 'id bigint')"),
    (TEXT, "from_xml({}, 'id bigint')"),
    (BYTES, """from_avro({}, '{{"type": "int"}}')"""),
    (BYTES, "from_protobuf({}, 'M', 'm.desc', map())"),
]
# Wrappings through which a text is still the record.
KEEPING = ["{}", "trim({})", "coalesce({}, '')", "substring({}, 6)", "if(true, {}, 'x')"]
# Steps that lead from a source's column to one called `it`.
WAYS = [
    "|> extend {} as it",
    "|> extend {} as a |> extend a as it",
    "|> select {} as a |> rename a as it |> where it is not null |> distinct",
    "|> extend {} as it |> join f as g on it = g.payload |> select it",
]
RECORDS = [("s", "value"), ("s", "cast(_value as string)"), ("s", "string(_key)")]
RECORDS += [("j", "decode(_value, 'UTF-8')")]
OTHERS = [("j", "payload"), ("j", "inner.value"), ("f", "payload"), ("s", "upper(value)")]
OTHERS += [("s", "concat('{{', value, '}}')"), ("s", "get_json_object(value, '$.payload')")]


def reported_codes(steps: str, source: str, sink: str = "noop {}") -> list[str]:
    text = f"{SOURCES}let out = from {source} {steps}\nsink out to {sink}\n"
    result = check_pipeline("p.ssbt", lambda _: text.encode())
    assert result.pipeline is not None, [each.message for each in result.findings]
    return [each.message for each in result.findings if each.code.number == "SSBT0566"]


@pytest.mark.parametrize(("form", "reader"), READERS)
@pytest.mark.parametrize(("source", "column"), RECORDS)
def test_records(form: str, reader: str, source: str, column: str):
    for keeping in KEEPING:
        for way in WAYS:
            it = form.format(keeping.format("it"))
            steps = f"{way.format(column)} |> select {reader.format(it)} as row"
            (message,) = reported_codes(steps, source)
            assert f"records of `{source}`" in message
    inside = f"|> where {reader.format(form.format(column))} is not null |> select 1 as one"
    assert len(reported_codes(inside, source)) == 1


@pytest.mark.parametrize(("form", "reader"), READERS)
@pytest.mark.parametrize(("source", "column"), OTHERS)
def test_other_texts(form: str, reader: str, source: str, column: str):
    for way in WAYS:
        steps = f"{way.format(column)} |> select {reader.format(form.format('it'))} as row"
        assert reported_codes(steps, source) == []


@pytest.mark.parametrize("reader", [reader for form, reader in READERS if form == TEXT])
@pytest.mark.parametrize("mode", ["FAILFAST", "failfast", "PERMISSIVE"])
def test_what_stops_at_what_it_cannot_read(reader: str, mode: str):
    call = reader.format("value").replace(")", f", map('mode', '{mode}'))")
    assert len(reported_codes(f"|> select {call} as row", "s")) == (mode == "PERMISSIVE")


@pytest.mark.parametrize(
    ("writer", "count"),
    [
        ("to_avro(struct(value))", 1),
        ("to_protobuf(struct(value), 'M', 'm.desc', map())", 1),
        ("concat(X'00', to_avro(struct(value)))", 1),
        ("cast(value as binary)", 0),
        ("cast(to_json(struct(value)) as binary)", 0),
    ],
)
def test_records_that_expressions_encode(writer: str, count: int):
    sink = 'kafka { bootstrap_servers = "b:1", topic = "y", value = bytes'
    steps = f"|> select {writer} as body"
    assert len(reported_codes(steps, "s", f"{sink} }}")) == count
    keyed = f"{sink}, value_columns = _value, key = bytes, key_columns = body }}"
    assert len(reported_codes(f"|> select {writer} as body, _value", "s", keyed)) == count
    assert reported_codes(steps, "s") == []
