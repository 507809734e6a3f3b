"""Options of sources and sinks: what is right, and what is said of the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from ssbt.compiler.connectors.connector_use import ConnectorUse
from ssbt.compiler.connectors.lookup import resolve_connector
from ssbt.compiler.connectors.settings import ColumnName, SchemaName
from ssbt.compiler.connectors.specification import Connector, OptionPlacement, Role
from ssbt.compiler.connectors.validation import check_options
from ssbt.compiler.connectors.values import ParamUse
from ssbt.compiler.diagnostics.model import Diagnostic, Edit
from ssbt.compiler.source import Span

Check = Callable[..., Any]

CSV = 'path = "a.csv", schema = S'
PARQUET = 'path = "out"'

WRONG = [
    ("source from csv", f"{CSV}, zzz = 1"),
    ("source from csv", f"{CSV}, heeder = true"),
    ("source from csv", 'path = "a.csv", inferSchema = true'),
    ("source from csv", f'{CSV}, delimiter = ";"'),
    ("source from csv", f"{CSV}, quote_all = true"),
    ("sink to parquet", f"{PARQUET}, merge_schema = true"),
    ("stream source from csv", f'{CSV}, modified_after = "2024-01-01T00:00:00"'),
    ("source from csv", f'{CSV}, header = "true"'),
    ("source from csv", "path = data, schema = S"),
    ("source from csv", 'path = ["a", 1], schema = "S"'),
    ("source from csv", f"{CSV}, null_value = 0, max_columns = 1.5"),
    ("sink to parquet", f"{PARQUET}, row_group_size = 1000"),
    ("sink to parquet", f"{PARQUET}, compression = gzipp"),
    ("sink to parquet", f"{PARQUET}, mode = replace"),
    ("sink to orc", f'{PARQUET}, compression = "com.example.Codec"'),
    ("sink to parquet", f"{PARQUET}, coalesce = 0"),
    ("source from json", 'path = "a", sampling_ratio = 1.5'),
    ("source from csv", f'{CSV}, quote = "ab", line_sep = "abc", modified_before = "today"'),
    ("source from csv", 'path = "", schema = S'),
    ("source from csv", "path = [], schema = S"),
    ("sink to parquet", f"{PARQUET}, partition_by = [day, Day], row_group_size = 0.3 b"),
    ("source from csv", f"{CSV}, header = true, header = false"),
    ("source from parquet", "schema = S"),
    ("sink to parquet", "mode = append"),
    ("source from csv", 'path = "a"'),
    ("sink to parquet", f"{PARQUET}, coalesce = 1, repartition = 2"),
    ("source from csv", f"{CSV}, infer_schema = true"),
    ("source from csv", f"{CSV}, mode = permissive"),
    ("source from csv", f'{CSV}, column_name_of_corrupt_record = "_c"'),
    (
        "source from csv",
        'path = "a", infer_schema = true, mode = permissive, column_name_of_corrupt_record = "_c"',
    ),
    ("source from csv", f"{CSV}, enforce_schema = false"),
    ("sink to parquet", f"{PARQUET}, bucket_by = id"),
    ("sink to parquet", f"{PARQUET}, partition_overwrite_mode = dynamic"),
    (
        "sink to parquet",
        'table = "t", mode = overwrite, partition_by = day, partition_overwrite_mode = dynamic',
    ),
    ("sink to parquet", f"{PARQUET}, partition_by = day, sort_by = [id, DAY]"),
    ("source from json", 'path = "a", mode = dropmalformed'),
    ("source from orc", 'path = "a", ignore_corrupt_files = true'),
    ("sink to json", f"{PARQUET}, sort_keys = true"),
    ("source from csv", f'{CSV}, raw {{ "HEADER" = true, "delimiter" = ";" }}'),
    (
        "sink to parquet",
        f'{PARQUET}, raw {{ "parquet.bloom.filter.enabled#id" = true, "a" = [], "b" = 1, "B" = 2}}',
    ),
    ("sink to parquet", f'{PARQUET}, raw "x"'),
    (
        "source from csv",
        f'{CSV}, header = "${{lake}}", max_columns = "${{flag}}", sampling_ratio = "x${{share}}"',
    ),
    ("source from csv", f'{CSV}, mode = permissive, column_name_of_corrupt_record = "${{lake}}"'),
    ("source from noop", ""),
]


def test_findings(check: Check, snapshot: SnapshotAssertion) -> None:
    """Each block with what is said of it."""
    assert "\n".join(check(head, block).display for head, block in WRONG) == snapshot


RIGHT = [
    ("source from csv", CSV, {"mode": "FAILFAST", "columnPruning": False}),
    (
        "source from csv",
        f"{CSV}, header = true",
        {"header": True, "mode": "FAILFAST", "columnPruning": False, "enforceSchema": False},
    ),
    ("source from csv", f"{CSV}, multi_line = true", {"multiLine": True, "mode": "FAILFAST"}),
    (
        "source from csv",
        'path = "a", infer_schema = true, sampling_ratio = 0.5',
        {"inferSchema": True, "samplingRatio": 0.5, "mode": "FAILFAST"},
    ),
    (
        "source from csv",
        f'{CSV}, mode = permissive, column_name_of_corrupt_record = "_c", enforce_schema = true,'
        " column_pruning = true",
        {
            "mode": "PERMISSIVE",
            "columnNameOfCorruptRecord": "_c",
            "enforceSchema": True,
            "columnPruning": True,
        },
    ),
    (
        "source from csv",
        f"{CSV}, mode = FailFast, unescaped_quote_handling = raise_error, column_pruning = false",
        {"mode": "FAILFAST", "unescapedQuoteHandling": "RAISE_ERROR", "columnPruning": False},
    ),
    (
        "source from csv",
        f'{CSV}, header = "${{flag}}", column_pruning = true',
        {"header": "param flag", "columnPruning": True, "enforceSchema": False, "mode": "FAILFAST"},
    ),
    ("source from parquet", 'path = "a"', {}),
    ("source from text", 'path = "a", wholetext = true', {"wholetext": True}),
    (
        "sink to parquet",
        f'{PARQUET}, row_group_size = 8 MB, bloom_filter_columns = [id, "a b"],'
        ' bloom_filter_expected_values = { "id" = 10 }',
        {
            "parquet.block.size": 8388608,
            "parquet.bloom.filter.enabled#id": True,
            "parquet.bloom.filter.enabled#a b": True,
            "parquet.bloom.filter.expected.ndv#id": "10",
        },
    ),
    (
        "sink to orc",
        f"{PARQUET}, bloom_filter_columns = [a, b], bloom_filter_fpp = 0.1",
        {"orc.bloom.filter.columns": "a,b", "orc.bloom.filter.fpp": 0.1},
    ),
    (
        "sink to csv",
        f'{PARQUET}, compression = "com.example.Codec", raw {{ "x.y" = 1, "z" = "${{lake}}/1" }}',
        {
            "compression": "com.example.Codec",
            "ignoreLeadingWhiteSpace": False,
            "ignoreTrailingWhiteSpace": False,
            "x.y": "1",
            "z": "text ${lake}/1",
        },
    ),
    ("sink to noop", "", {}),
]


@pytest.mark.parametrize(("head", "block", "options"), RIGHT)
def test_options(check: Check, head: str, block: str, options: dict[str, object]) -> None:
    checked = check(head, block)
    assert checked.report == ""
    assert {name: _display_value(value) for name, value in checked.options.items()} == options


def _display_value(value: object) -> object:
    if isinstance(value, ParamUse):
        return f"param {value.name}"
    parts = getattr(value, "parts", None)
    if parts is None:
        return value
    output = (f"${{{part.name}}}" if isinstance(part, ParamUse) else part for part in parts)
    return f"text {''.join(output)}"


def test_places(check: Check) -> None:
    block = (
        'path = "${lake}", table = "t", mode = overwrite, partition_by = day,'
        ' bucket_by = [id, "a.b"], buckets = 4, sort_by = id, repartition = "${count}"'
    )
    settings = check("sink to parquet", block).validated.settings
    places = {setting.option.place: setting.value for setting in settings.settings}
    assert [place.value for place in places] == [
        "path",
        "table",
        "mode",
        "partition_by",
        "bucket_by",
        "buckets",
        "sort_by",
        "repartition",
    ]
    assert _display_value(places[OptionPlacement.PATH]) == "param lake"
    assert places[OptionPlacement.MODE] == "overwrite"
    assert _display_value(places[OptionPlacement.REPARTITION]) == "param count"
    assert [c.name for c in settings.columns_at(OptionPlacement.BUCKET_BY)] == ["id", "a.b"]
    assert settings.sort_columns() == ()


def test_sorting_files_begins_with_their_folders(check: Check) -> None:
    block = 'path = "out", partition_by = "the day", sort_by = [id, "a`b", "a.b"]'
    settings = check("sink to parquet", block).validated.settings
    assert settings.sort_columns() == ("`the day`", "id", "`a``b`", "`a.b`")


def test_schema_and_added_columns(check: Check) -> None:
    block = f'{CSV}, mode = permissive, column_name_of_corrupt_record = "_c"'
    settings = check("source from csv", block).validated.settings
    schema = settings.at(OptionPlacement.SCHEMA)
    assert isinstance(schema.value, SchemaName)
    assert schema.value.name == "S"
    assert [column[:2] for column in settings.added_columns()] == [("_c", "STRING")]
    assert settings.find("mode").value == "PERMISSIVE"
    assert settings.find("nothing") is None


def test_paths_keep_their_shape(check: Check) -> None:
    one = check("source from text", 'path = "a"').validated.settings.at(OptionPlacement.LOAD)
    several = check("source from text", 'path = ["a", "b"]').validated.settings.at(
        OptionPlacement.LOAD
    )
    assert (one.value, several.value) == ("a", ("a", "b"))


def test_supplied_settings_say_why(check: Check) -> None:
    settings = check("source from csv", CSV).validated.settings
    assert [(s.option.name, s.span, s.reason) for s in settings.settings if s.reason] == [
        ("mode", None, "Spark's default would turn malformed rows into nulls."),
        (
            "column_pruning",
            None,
            "Only a row that is parsed whole shows that it has too few or too many fields.",
        ),
    ]


FIXES = [
    ("source from csv", 'path = "a", inferSchema = true', [("inferSchema", "infer_schema")]),
    ("source from csv", f'{CSV}, delimiter = ";"', [("delimiter", "sep")]),
    ("source from csv", f"{CSV}, heeder = true", [("heeder", "header")]),
    ("source from csv", f'{CSV}, header = "TRUE"', [('"TRUE"', "true")]),
    ("source from csv", f'{CSV}, max_columns = "5"', [('"5"', "5")]),
    ("source from csv", f"{CSV}, null_value = NULL", [("NULL", '"NULL"')]),
    ("source from csv", f"{CSV}, null_value = -1", [("-1", '"-1"')]),
    ("source from csv", 'path = "a", schema = "S"', [('"S"', "S")]),
    ("source from csv", f"{CSV}, mode = failFast", []),
    (
        "source from csv",
        f"{CSV}, unescaped_quote_handling = raiseError",
        [("raiseError", "raise_error")],
    ),
]


@pytest.mark.parametrize(("head", "block", "fixes"), FIXES)
def test_fixes(check: Check, head: str, block: str, fixes: list[tuple[str, str]]) -> None:
    checked = check(head, block)
    text = checked.source.text
    edits: list[Edit] = [edit for finding in checked.validated.findings for edit in finding.fix]
    assert [(text[edit.span.start : edit.span.end], edit.text) for edit in edits] == fixes


def test_no_second_finding_follows_from_the_first(check: Check) -> None:
    """A misspelt `path` is not missing as well, a broken `mode` violates no rule."""
    assert check("source from text", 'pth = "a"').report.count("error") == 1
    assert check("source from csv", f"{CSV}, mode = permisive").report.count("error") == 1


def test_older_targets(check: Check) -> None:
    old = check("sink to orc", f"{PARQUET}, compression = brotli", spark="3.5").report
    assert "`compression = brotli` came with Spark 4.0" in old
    assert check("sink to orc", f"{PARQUET}, compression = brotli", spark="4.0").report == ""


def test_unknown_connector() -> None:
    place = Span("x.ssbt", 0, 3)
    assert isinstance(resolve_connector("csv", place), Connector)
    near, far = resolve_connector("cvs", place), resolve_connector("../csv", place)
    assert isinstance(near, Diagnostic)
    assert isinstance(far, Diagnostic)
    assert near.message == "there is no connector `cvs`; did you mean `csv`?"
    assert far.help == (
        "the connectors here are `console`, `csv`, `delta`, `foreach_batch`, `hudi`, `iceberg`,"
        " `json`, `kafka`, `memory`, `noop`, `orc`, `parquet`, `rate`, `socket`, `table` or `text`",
    )


def test_findings_alone(check: Check) -> None:
    existing = resolve_connector("csv", Span("x", 0, 1))
    assert isinstance(existing, Connector)
    use = ConnectorUse(Role.SOURCE, False, Span("x", 0, 1), "4.1", lambda name: None)
    assert [finding.code.number for finding in check_options(existing, use, [])] == ["SSBT0308"] * 2


def test_columns_carry_their_places(check: Check) -> None:
    checked = check("sink to parquet", f"{PARQUET}, partition_by = [day, country]")
    columns = checked.validated.settings.columns_at(OptionPlacement.PARTITION_BY)
    assert columns[0] == ColumnName("day", columns[0].span)
    spans = [column.span for column in columns]
    assert [checked.source.text[span.start : span.end] for span in spans] == ["day", "country"]
