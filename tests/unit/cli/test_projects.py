"""Sources that read what sinks of other pipelines of the project write."""

from __future__ import annotations

from collections.abc import Mapping
import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Ssbtc

WRITER = """\
pipeline ingest {
}
param root: string
schema Price { id: bigint, supply_price: decimal(12,2) }
source prices from csv { path = "${root}/in", schema = Price, header = true }
sink prices to parquet { path = "${root}/lake/prices", mode = overwrite }
"""
READER = """\
pipeline totals {
}
param root: string
schema Cost { id: bigint, supply_cost: decimal(12,2) }
source costs from parquet { path = "${root}/lake/prices", schema = Cost }
let total = from costs |> aggregate sum(supply_cost) as total
sink total to parquet { path = "${root}/totals", mode = overwrite }
"""
FOLDERS = "partition_by = id, partition_overwrite_mode = "
DYNAMIC = f"overwrite, {FOLDERS}dynamic"
CONFIGURATION = "environments = [dev, prod]\n"
PATH = "${root}/lake/prices"


def write(files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def codes(ssbtc: Ssbtc, *arguments: str) -> list[str]:
    document = json.loads(ssbtc("check", "--output-format", "json", *arguments).out)
    return [each["code"] for each in document["diagnostics"]]


@pytest.mark.parametrize("arguments", [[], ["."], ["ingest.ssbt"], ["totals.ssbt"]])
@pytest.mark.parametrize("cache", [[], ["--no-cache"]])
def test_a_column_that_was_renamed(
    project: Path, ssbtc: Ssbtc, arguments: list[str], cache: list[str]
):
    write({"ingest.ssbt": WRITER, "totals.ssbt": READER})
    for _ in range(2):
        assert codes(ssbtc, *arguments, *cache) == ["SSBT0640"]
    assert ssbtc("check", *arguments).code == 1


def test_the_finding_shows_both_ends(project: Path, ssbtc: Ssbtc, snapshot):
    write({"ingest.ssbt": WRITER, "totals.ssbt": READER})
    assert ssbtc("check").out == snapshot
    result = ssbtc("compile", "totals.ssbt")
    assert result.code == 1
    assert not Path("build").exists()


def test_a_pipeline_elsewhere_in_the_project(project: Path, ssbtc: Ssbtc):
    write({"ssbt.conf": "", "a/ingest.ssbt": WRITER, "b/c/totals.ssbt": READER})
    assert codes(ssbtc, "b") == ["SSBT0640"]
    write({"b/ssbt.conf": ""})
    assert codes(ssbtc, "b") == []


@pytest.mark.parametrize(
    ("written", "read", "meet"),
    [
        ("lake/prices", "./lake/prices/", True),
        ("lake/prices", "lake//prices", True),
        ("lake/prices", "lake/x/../prices", True),
        ("/lake/prices", "file:///lake/prices", True),
        ("/lake/prices", "file:/lake/prices", True),
        ("s3a://lake/prices", "s3://lake/prices/", True),
        ("s3a://lake/prices", "S3A://lake/prices", True),
        ("s3a://lake/prices", "s3a://other/prices", False),
        ("s3a://lake/prices", "s3a://lake/Prices", False),
        ("lake/prices", "/lake/prices", False),
        ("lake/prices", "lake/*", True),
        ("lake/prices", "lake/pri?es", True),
        ("lake/prices", "lake/{prices,costs}", True),
        ("lake/prices", "lake/{costs,sums}", False),
        ("lake/prices", "lake/[o-q]rices", True),
        ("lake/prices", "lake/[^p]rices", False),
        ("lake/prices", "*/prices", True),
        ("lake/prices", "lake/prices/*", True),
        ("lake/prices", "lake/prices/*.parquet", True),
        ("lake/prices", "lake/prices/part-*", True),
        ("lake/prices", "lake/prices/*.json", False),
        ("lake/prices", "lake/prices/*/*", False),
        ("lake/prices", "lake/prices/old", False),
        ("lake/prices", "lake", False),
        ("lake/prices", "lake/price", False),
        ("lake/prices", "lake/prices_2", False),
        ("lake/day=2026-01-31", "lake", True),
        ("lake/day=2026-01-31", "lake/day=*", True),
        ("${root}/prices", "${root}/prices/", True),
        ("${root}/prices", "${other}/prices", False),
        ("${root}/prices", "${root}/*", True),
        ("lake/${root}", "lake/*", True),
        ("lake/day=${root}", "lake", True),
        ("lake/${root}", "lake/prices", False),
    ],
)
def test_places(project: Path, ssbtc: Ssbtc, written: str, read: str, meet: bool):
    reader = READER.replace("param root", "param other: string\nparam root")
    # Its own sink is nowhere that a glob reads.
    reader = reader.replace("${root}/totals", "lake/totals/of_costs")
    write({"a.ssbt": WRITER.replace(PATH, written), "b.ssbt": reader.replace(PATH, read)})
    arguments = ["--no-cache", "b.ssbt"]
    assert [each for each in codes(ssbtc, *arguments) if each == "SSBT0640"] == ["SSBT0640"] * meet


def test_places_that_meet_in_some_environments(project: Path, ssbtc: Ssbtc):
    """Each pipeline has its own parameter, and only the configuration leads both to one place."""
    write(
        {
            "ssbt.conf": CONFIGURATION,
            "conf/dev.conf": 'params { root = "s3a://dev" }\n',
            "conf/prod.conf": 'params { root = "s3a://prod/lake" }\n',
            "conf/totals.conf": 'params { costs = "s3a://prod/lake/lake/prices" }\n',
            "ingest.ssbt": WRITER,
            "totals.ssbt": READER.replace("param root", "param costs: string\nparam root").replace(
                PATH, "${costs}"
            ),
        }
    )
    result = ssbtc("check", "totals.ssbt")
    assert result.out.count("SSBT0640") == 1
    assert "(in the environment `prod`)" in " ".join(result.out.split())
    assert codes(ssbtc, "--env", "dev") == []
    assert codes(ssbtc, "--env", "prod") == ["SSBT0640"]


def test_defaults_tell_places_apart(project: Path, ssbtc: Ssbtc):
    other = READER.replace("root: string", 'root: string = "/b"')
    write({"a.ssbt": WRITER.replace("root: string", 'root: string = "/a"'), "b.ssbt": other})
    assert codes(ssbtc) == []
    write({"b.ssbt": other.replace('"/b"', '"file:/a/"')})
    assert codes(ssbtc) == ["SSBT0640"]


def test_projects_do_not_meet_by_relative_paths(project: Path, ssbtc: Ssbtc):
    relative = {"${root}": "data"}
    files = {"a/ingest.ssbt": WRITER, "b/totals.ssbt": READER}
    for before, now in relative.items():
        files = {name: text.replace(before, now) for name, text in files.items()}
    files = {name: text.replace("param root: string\n", "") for name, text in files.items()}
    write(files)
    assert codes(ssbtc) == []
    write({"ssbt.conf": ""})
    assert codes(ssbtc) == ["SSBT0640"]
    write({"a/ssbt.conf": "", "b/ssbt.conf": ""})
    assert codes(ssbtc) == []


def test_a_repository_may_hold_many_projects(project: Path, ssbtc: Ssbtc):
    """Examples and fixtures beside a pipeline are not one of its neighbours."""
    write({".git/HEAD": "", "jobs/totals.ssbt": READER, "tests/case/ingest.ssbt": WRITER})
    assert ssbtc("check", "jobs").code == 0
    write({"ssbt.conf": ""})
    assert ssbtc("check", "jobs").code == 1


def test_a_writer_that_is_one_of_several(project: Path, ssbtc: Ssbtc):
    """What another sink writes to the same place is not null in every row."""
    other = WRITER.replace("pipeline ingest", "pipeline costs").replace(
        "supply_price", "supply_cost"
    )
    append = {"overwrite": "append"}
    files = {"ingest.ssbt": WRITER, "costs.ssbt": other, "totals.ssbt": READER}
    for before, now in append.items():
        files = {name: text.replace(before, now) for name, text in files.items()}
    write(files)
    assert "SSBT0640" not in codes(ssbtc)


@pytest.mark.parametrize("default", ["0", "null"])
def test_what_may_be_missing_has_a_default(project: Path, ssbtc: Ssbtc, default: str):
    cost = f"decimal(12,2) default {default}"
    write({"a.ssbt": WRITER, "b.ssbt": READER.replace("decimal(12,2)", cost)})
    assert codes(ssbtc) == []


@pytest.mark.parametrize(
    ("used", "expected"), [("supply_cost", ["SSBT0640"]), ("supply_price", [])]
)
def test_a_source_whose_schema_spark_finds(
    project: Path, ssbtc: Ssbtc, used: str, expected: list[str]
):
    """What its pipeline names has to be written; spark's test_contracts_without_schema has more."""
    reader = READER.replace(", schema = Cost", "").replace("schema Cost", "# ")
    write({"a.ssbt": WRITER, "b.ssbt": reader.replace("supply_cost", used)})
    assert codes(ssbtc) == expected


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("", "", []),
        ("supply_price", "supply_cost", ["SSBT0648"]),
        ("supply_price: decimal(12,2)", "supply_price: double", ["SSBT0648"]),
        ("id: bigint,", "", ["SSBT0648"]),
        ("to parquet", "to orc", ["SSBT0647"]),
        ("mode = append", "mode = append, partition_by = id", ["SSBT0647"]),
        ("lake/prices", "lake/prices_2", []),
    ],
)
def test_two_sinks_of_one_place(
    project: Path, ssbtc: Ssbtc, before: str, now: str, expected: list[str]
):
    one = WRITER.replace("overwrite", "append")
    other = one.replace("pipeline ingest", "pipeline again").replace(before, now)
    write({"a.ssbt": one, "b.ssbt": other})
    assert codes(ssbtc) == expected
    if expected == ["SSBT0648"]:
        allowed = other.replace("sink prices", "# allow SSBT0648: older prices\nsink prices")
        write({"b.ssbt": allowed})
        assert codes(ssbtc) == []


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("overwrite", "overwrite", 2),
        ("overwrite", "append", 1),
        ("append", "overwrite", 1),
        ("append", "append", 0),
        ("overwrite", "overwrite at lake/prices/daily", 1),
        ("overwrite", "append at lake/prices/daily", 1),
        ("append", "overwrite at lake", 1),
        ("append", "overwrite at lake/prices/daily", 0),
        ("overwrite", "overwrite at lake/prices_2", 0),
        (DYNAMIC, f"overwrite, {FOLDERS}static", 1),
        (DYNAMIC, DYNAMIC, 0),
        (DYNAMIC, "append at lake/prices/daily", 0),
    ],
)
def test_a_sink_that_deletes_what_another_pipeline_writes(
    project: Path, ssbtc: Ssbtc, one: str, other: str, count: int
):
    def with_mode(text: str) -> str:
        mode, _, path = text.partition(" at ")
        writer = WRITER.replace("mode = overwrite", f"mode = {mode}")
        return writer.replace("lake/prices", path) if path else writer

    second = with_mode(other).replace("pipeline ingest", "pipeline again")
    write({"a.ssbt": with_mode(one), "b.ssbt": second})
    assert codes(ssbtc) == ["SSBT0651"] * count
    # Two that overwrite each other's rows say so by themselves.
    assert codes(ssbtc, "a.ssbt") == codes(ssbtc, "b.ssbt") == ["SSBT0651"] * min(count, 1)
    if count:
        # The comment is at each sink that deletes.
        allow = "# allow SSBT0651: rebuilds it\nsink prices"
        is_first = one == "overwrite"
        write({"a.ssbt": with_mode(one).replace("sink prices", allow)} if is_first else {})
        assert codes(ssbtc) == ["SSBT0651"] * (count - is_first)
        write({"b.ssbt": second.replace("sink prices", allow)} if count > is_first else {})
        assert codes(ssbtc) == []


TABLES = """\
pipeline NAME { time_zone = "UTC" }
connection lake: iceberg { catalog = hadoop, warehouse = "/lake" }
schema Price { id: bigint not null, day: date }
source prices from parquet { path = "in", schema = Price }
sink prices to SINK, mode = append }
"""
READS = """\
pipeline report { time_zone = "UTC" }
connection lake: iceberg { catalog = hadoop, warehouse = "/lake" }
schema Read { id: COLUMN }
source prices from SOURCE, schema = Read }
let days = from prices |> where id is not null
sink days to parquet { path = "report", mode = overwrite }
"""
OF_ICEBERG = 'iceberg { connection = lake, table = "crm.prices"'
OF_LAKE = 'table { table = "lake.crm.prices"'
OF_DELTA, OF_SESSION = 'delta { table = "crm.prices"', 'table { table = "crm.prices"'


@pytest.mark.parametrize(
    ("sink", "source"),
    [
        (OF_ICEBERG, OF_ICEBERG),
        (OF_ICEBERG, OF_LAKE),
        (OF_LAKE, OF_ICEBERG),
        (OF_DELTA, OF_SESSION),
        (OF_SESSION, OF_DELTA),
        (OF_SESSION, OF_SESSION),
        (OF_SESSION, OF_LAKE),
    ],
)
def test_one_table_by_its_names(project: Path, ssbtc: Ssbtc, sink: str, source: str):
    write({"a.ssbt": TABLES.replace("NAME", "prices").replace("SINK", sink)})
    is_one = ("lake" in sink) == ("lake" in source)
    for type_, is_right in (("bigint", True), ("string", False), ("int", False)):
        write({"b.ssbt": READS.replace("SOURCE", source).replace("COLUMN", type_)})
        found = [each for each in codes(ssbtc) if each != "SSBT0209"]
        assert found == ([] if is_right or not is_one else ["SSBT0641"])


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (OF_ICEBERG, OF_LAKE, []),
        (OF_DELTA, f"{OF_SESSION}, format = delta, partition_by = day", []),
        (f"{OF_DELTA}, partition_by = id", f"{OF_DELTA}, partition_by = day", ["SSBT0647"]),
        ('parquet { path = "spark-warehouse/crm.db/prices"', OF_DELTA, ["SSBT0647"]),
    ],
)
def test_two_pipelines_write_one_table(
    project: Path, ssbtc: Ssbtc, one: str, other: str, expected: list[str]
):
    write(
        {
            f"{name}.ssbt": TABLES.replace("NAME", name).replace("SINK", sink)
            for name, sink in (("a", one), ("b", other))
        }
    )
    assert [each for each in codes(ssbtc) if each != "SSBT0209"] == expected


@pytest.mark.parametrize(
    ("path", "upkeep", "count"),
    [
        ("lake/prices/eu", "remove_orphans = true", 1),
        ("lake/prices/eu", "compact = true", 0),
        ("lake/prices/_eu", "remove_orphans = true", 0),
        ("lake/prices_eu", "remove_orphans = true", 0),
    ],
)
def test_upkeep_that_deletes_what_another_pipeline_writes(
    project: Path, ssbtc: Ssbtc, path: str, upkeep: str, count: int
):
    table = WRITER.replace("to parquet", "to delta")
    assert "to delta" in table
    other = table.replace("lake/prices", path).replace("pipeline ingest", "pipeline again")
    maintained = f"{table}\nmaintain prices {{ expire_snapshots = 7 days, {upkeep} }}\n"
    write({"a.ssbt": maintained, "b.ssbt": other})
    assert codes(ssbtc) == ["SSBT0651"] * count


@pytest.mark.parametrize("order", ["aac", "aca", "caa", "acb", "abac", "bcaa", "acab", "acca"])
def test_each_sink_of_a_place_is_compared_with_all_others(project: Path, ssbtc: Ssbtc, order: str):
    """Those that differ from what most of them write are reported, whatever comes first.

    `a` and `b` write the same columns, `c` another one.
    """
    other = {"c": ("supply_price", "supply_cost")}
    for number, name in enumerate(order):
        text = WRITER.replace("overwrite", "append").replace("ingest", f"{name}{number}")
        write({f"{number}.ssbt": text.replace(*other.get(name, ("", "")))})
    document = json.loads(ssbtc("check", "--output-format", "json").out)
    reported = [
        each["primary"]["path"] for each in document["diagnostics"] if each["code"] == "SSBT0648"
    ]
    assert reported == [f"{number}.ssbt" for number, name in enumerate(order) if name == "c"]


def test_a_pipeline_that_reads_what_it_writes(project: Path, ssbtc: Ssbtc):
    """A cycle, over one file and over two."""
    loop = READER.replace("${root}/totals", PATH).replace("overwrite", "append")
    write({"loop.ssbt": loop})
    assert codes(ssbtc, "--no-cache") == ["SSBT0640", "SSBT0640"]
    back = WRITER.replace(
        'csv { path = "${root}/in", schema = Price, header = true',
        'parquet { path = "${root}/totals", schema = Price',
    )
    write({"loop.ssbt": READER, "back.ssbt": back})
    assert codes(ssbtc) == ["SSBT0640"] * 3


def test_a_pipeline_with_errors_hides_nothing_of_others(project: Path, ssbtc: Ssbtc):
    broken = WRITER.replace("pipeline ingest", "pipeline broken").replace("from csv", "from cvs")
    write({"a.ssbt": WRITER, "b.ssbt": READER, "c.ssbt": broken})
    assert codes(ssbtc, "b.ssbt") == ["SSBT0640"]


def test_streams_meet_batches(project: Path, ssbtc: Ssbtc):
    stream = (
        WRITER.replace("pipeline ingest {", 'pipeline ingest { checkpoint = "c"')
        .replace("source prices", "stream source prices")
        .replace(", mode = overwrite", "")
    )
    reader = (
        READER.replace("source costs", "stream source costs")
        .replace("pipeline totals {", 'pipeline totals { checkpoint = "c"')
        .replace("|> aggregate sum(supply_cost) as total", "|> where supply_cost > 0")
        .replace(", mode = overwrite", "")
    )
    for one in (WRITER, stream):
        for other in (READER, reader):
            write({"a.ssbt": one, "b.ssbt": other})
            assert "SSBT0640" in codes(ssbtc), (one, other)


SENDER = """\
pipeline sender {
}
connection broker: kafka { bootstrap_servers = "one:9092,two:9092" }
schema Price { id: bigint, price: decimal(12,2), day: date }
source prices from parquet { path = "/in", schema = Price }
sink prices to kafka {
  connection = broker
  topic = "prices"
  value = json
  key = bigint
  key_columns = id
}
"""
RECEIVER = """\
pipeline receiver {
}
connection broker: kafka { bootstrap_servers = "two:9092,one:9092" }
schema Price { id: bigint, price: decimal(12,2), day: date }
source prices from kafka {
  connection = broker
  subscribe = ["costs", "prices"]
  value = json
  key = bigint
  schema = Price
}
sink prices to noop { }
"""
OTHER = '''
schema Other from avro {
  schema = """
    {"type": "record", "name": "Price", "fields": [
      {"name": "day", "type": ["null", {"type": "int", "logicalType": "date"}]},
      {"name": "id", "type": ["null", "long"]}
    ]}
  """
}
'''


@pytest.mark.parametrize(
    ("sender", "receiver", "expected"),
    [
        (("", ""), ("", ""), []),
        (("", ""), ("price: ", "cost: "), ["SSBT0640"]),
        (("", ""), ("price: decimal", "Price: decimal"), ["SSBT0640"]),
        (("", ""), ("decimal(12,2)", "decimal(10,0)"), ["SSBT0641"]),
        (("", ""), ("day: date", "day: bigint"), ["SSBT0641"]),
        (("", ""), ("price: decimal(12,2)", "price: string"), []),
        (("value = json", 'value = json { date_format = "dd/MM/yyyy" }'), ("", ""), ["SSBT0644"]),
        (("value = json", "value = avro"), ("", ""), ["SSBT0643"]),
        (
            ("", ""),
            ("value = json\n  key = bigint\n  schema = Price", "value = string\n  key = bigint"),
            [],
        ),
        (("", ""), ("key = bigint", "key = int"), ["SSBT0643"]),
        (("  key = bigint\n  key_columns = id\n", ""), ("", ""), ["SSBT0640"]),
        (('topic = "prices"', 'topic = "other"'), ("price: ", "cost: "), []),
        (("one:9092", "three:9092"), ("price: ", "cost: "), ["SSBT0640"]),
        (("one:9092,two:9092", "three:9092,four:9092"), ("price: ", "cost: "), []),
        (
            ("value = json", "value = avro"),
            (
                "value = json\n  key = bigint\n  schema = Price",
                "value = avro\n  key = bigint\n  schema = Other",
            ),
            ["SSBT0645"],
        ),
    ],
)
def test_topics(
    project: Path,
    ssbtc: Ssbtc,
    sender: tuple[str, str],
    receiver: tuple[str, str],
    expected: list[str],
):
    read = RECEIVER.replace(*receiver) if receiver[0] else RECEIVER
    read += OTHER if "Other" in read else ""
    write({"a.ssbt": SENDER.replace(*sender) if sender[0] else SENDER, "b.ssbt": read})
    reported = [each for each in codes(ssbtc, "b.ssbt") if each.startswith("SSBT064")]
    assert reported == expected


def test_brokers_of_environments(project: Path, ssbtc: Ssbtc):
    """Two connections that are one in production alone."""
    prod = 'connections.broker.bootstrap_servers = "prod:9092"\n'
    write(
        {
            "ssbt.conf": "environments = [dev, prod]\n",
            "conf/dev.conf": "",
            "conf/prod.conf": prod,
            "a.ssbt": SENDER.replace("one:9092,two:9092", "a:9092"),
            "b.ssbt": RECEIVER.replace("one:9092", "b:9092").replace("price: ", "cost: "),
        }
    )
    result = ssbtc("check", "b.ssbt")
    assert result.out.count("SSBT0640") == 1
    assert "(in the environment `prod`)" in " ".join(result.out.split())


def test_lineage_goes_on_in_other_pipelines(project: Path, ssbtc: Ssbtc):
    write({"ingest.ssbt": WRITER, "totals.ssbt": READER.replace("supply_cost", "supply_price")})
    upstream = ssbtc("lineage", "totals.ssbt", "total").out
    assert "   └─ from ingest: prices.supply_price" in upstream
    downstream = ssbtc("lineage", "ingest.ssbt", "prices.supply_price", "--downstream").out
    assert downstream.endswith("└─ sink prices\n   └─ read by totals: costs\n")
    document = json.loads(ssbtc("lineage", "totals.ssbt", "--output-format", "json").out)
    (source,) = [each for each in document["datasets"] if each["source"]]
    assert source["columns"][0]["written_by"] == [
        {"pipeline": "ingest", "name": "prices", "column": "supply_price"}
    ]


def test_the_fix_of_a_renamed_column(project: Path, ssbtc: Ssbtc):
    """In the schema and where it is used; not where more than one edit could be meant."""
    write({"ingest.ssbt": WRITER, "totals.ssbt": READER})
    output = ssbtc("check", "--diff").out
    assert "+schema Cost { id: bigint, supply_price: decimal(12,2) }" in output
    assert "+let total = from costs |> aggregate sum(supply_price) as total" in output
    assert ssbtc("check", "--fix").code == 0
    assert Path("totals.ssbt").read_text() == READER.replace("supply_cost", "supply_price")
    assert codes(ssbtc) == []
    copied = READER.replace("|> aggregate sum(supply_cost) as total", "|> where supply_cost > 0")
    write({"totals.ssbt": copied})
    assert ssbtc("check", "--fix").code == 1
    assert Path("totals.ssbt").read_text() == copied


def test_environments_go_before_names_of_parameters(project: Path, ssbtc: Ssbtc):
    """`${root}` is the same in both files, and another place in each environment."""
    files = {
        "ssbt.conf": CONFIGURATION,
        "conf/dev.conf": 'params { root = "s3a://dev" }\n',
        "conf/prod.conf": 'params { root = "s3a://prod" }\n',
        "ingest.ssbt": WRITER,
        "totals.ssbt": READER,
    }
    write(files)
    result = ssbtc("check")
    assert result.out.count("SSBT0640") == 1
    assert "in the environment" not in result.out
    write({"conf/totals.conf": 'params { root = "s3a://other" }\n'})
    assert codes(ssbtc) == []


def test_columns_that_options_fill_are_not_written(project: Path, ssbtc: Ssbtc):
    permissive = 'mode = permissive, column_name_of_corrupt_record = "bad", schema = Cost'
    reader = READER.replace("supply_cost: ", "supply_price: ").replace(
        "sum(supply_cost) as total", "sum(supply_price) as total, max(bad) as bad"
    )
    reader = reader.replace("decimal(12,2) }", "decimal(12,2), bad: string }")
    reader = reader.replace("schema = Cost", permissive).replace("from parquet", "from json")
    write({"a.ssbt": WRITER.replace("to parquet", "to json"), "b.ssbt": reader})
    assert codes(ssbtc) == []


NULLS = {
    "from raw": "SSBT0649",
    "from raw |> where status is not null": "",
    "from raw |> where status = 'PAID' and id > 1": "",
    "from raw |> where status = 'PAID' or id > 1": "SSBT0649",
    "from raw |> where id > 1 |> distinct": "SSBT0649",
    "from raw |> set status = coalesce(status, 'none')": "",
    "from raw |> select id, city as status": "SSBT0649",
    "from raw |> select id, name as status": "",
    "from raw |> where city is not null |> select id, city as status": "",
    "from raw |> select id, name |> join cities using (id)": "",
    "from raw |> select id, name |> left join labels using (id)": "SSBT0649",
    "from raw |> select id, status |> union all named": "SSBT0649",
    "from named |> union all named": "",
    "from raw |> aggregate max(status) as status group by id": "",
}


@pytest.mark.parametrize("query", NULLS)
def test_a_column_that_is_not_null_for_its_reader(project: Path, ssbtc: Ssbtc, query: str):
    """Nulls that a schema lets in or a join makes are followed; what is computed is not known."""
    writer = f"""\
pipeline ingest {{
  time_zone = "UTC"
}}
param root: string
schema Raw {{ id: bigint not null, status: string, city: string, name: string not null }}
schema Label {{ id: bigint not null, status: string not null }}
source raw from parquet {{ path = "${{root}}/raw", schema = Raw }}
source labels from parquet {{ path = "${{root}}/labels", schema = Label }}
let cities = from raw |> where city is not null |> select id, city as status
let named = from raw |> select id, name as status
let made = {query} |> select id, status
sink made to parquet {{ path = "${{root}}/made", mode = overwrite }}
"""
    reader = """\
pipeline totals {
  time_zone = "UTC"
}
param root: string
schema Made { id: bigint not null, status: string not null }
source made from parquet { path = "${root}/made", schema = Made }
let total = from made |> aggregate count(*) as n group by status
sink total to parquet { path = "${root}/total", mode = overwrite }
"""
    write({"ingest.ssbt": writer, "totals.ssbt": reader})
    unused = "SSBT0209"
    assert [code for code in codes(ssbtc) if code != unused] == [*filter(None, [NULLS[query]])]


@pytest.mark.parametrize(
    ("option", "expected"),
    [("", []), (', encoding = "utf-8"', []), (', encoding = "ISO-8859-1"', ["SSBT0644"])],
)
def test_text_is_written_in_one_encoding(
    project: Path, ssbtc: Ssbtc, option: str, expected: list[str]
):
    """A text sink has no such option, and a source that reads what it writes has."""
    line = (
        'source rows from text { path = "in" }\nsink rows to text { path = "out", mode = append }\n'
    )
    read = f'source rows from text {{ path = "out"{option} }}\nsink rows to noop {{}}\n'
    write({"a.ssbt": f"pipeline a {{}}\n{line}", "b.ssbt": f"pipeline b {{}}\n{read}"})
    assert codes(ssbtc) == expected


ROUND = """\
pipeline NAME { checkpoint = "checkpoints/NAME" }
param topic: string = "quiet"
stream source s from kafka { bootstrap_servers = "one:9092", subscribe = "READ", value = string }
sink s to kafka as out {
  bootstrap_servers = "one:9092"
  topic = "WRITTEN"
  value = string
}
"""


def round_pipeline(name: str, read: str, written: str) -> str:
    return ROUND.replace("NAME", name).replace("READ", read).replace("WRITTEN", written)


@pytest.mark.parametrize("arguments", [[], ["a.ssbt"], ["b.ssbt"], ["c.ssbt"]])
def test_streams_that_go_round(project: Path, ssbtc: Ssbtc, arguments: list[str]):
    """One finding whoever is asked for, which the comment at the first sink silences."""
    first = round_pipeline("a", "x", "y")
    write(
        {
            "a.ssbt": first,
            "b.ssbt": round_pipeline("b", "y", "z"),
            "c.ssbt": round_pipeline("c", "z", "x"),
            "d.ssbt": round_pipeline("d", "x", "elsewhere"),
        }
    )
    for cache in ([], [], ["--no-cache"]):
        document = json.loads(ssbtc("check", "--output-format", "json", *arguments, *cache).out)
        (findings,) = [each for each in document["diagnostics"] if each["code"] == "SSBT0561"]
        assert findings["primary"]["path"] == "a.ssbt"
    write({"a.ssbt": first.replace('"y"', '"y" # allow SSBT0561: a header counts the tries')})
    assert "SSBT0561" not in codes(ssbtc, *arguments)


def test_streams_that_go_round_in_an_environment(project: Path, ssbtc: Ssbtc):
    write(
        {
            "ssbt.conf": CONFIGURATION,
            "conf/dev.conf": "",
            "conf/prod.conf": "params.topic = x\n",
            "a.ssbt": round_pipeline("a", 'x", "of-${topic}', "y").replace(
                '"x", "of-${topic}"', '["x", "of-${topic}"]'
            ),
            "b.ssbt": round_pipeline("b", "y", "${topic}"),
        }
    )
    document = json.loads(ssbtc("check", "--output-format", "json").out)
    (findings,) = [each for each in document["diagnostics"] if each["code"] == "SSBT0561"]
    assert "in the environment `prod`" in findings["message"]


STREAM = """\
pipeline {name} {{ checkpoint = "c/{name}" }}
stream source s from kafka {{
  bootstrap_servers = "b1:9092"
  subscribe         = "{reads}"
  value             = string
}}
sink s to kafka {{
  bootstrap_servers = "b1:9092"
  topic             = "{writes}"
  value             = string
}}
"""


@pytest.mark.parametrize("count", [2, 3, 4, 5, 9])
def test_circles_of_any_length_are_found_from_one_file(project: Path, ssbtc: Ssbtc, count: int):
    files = {
        f"p{n}.ssbt": STREAM.format(name=f"p{n}", reads=f"t{n}", writes=f"t{(n + 1) % count}")
        for n in range(count)
    }
    # What only takes rows out of the circle is not in it.
    files["leaf.ssbt"] = STREAM.format(name="leaf", reads="t1", writes="elsewhere")
    write({"ssbt.conf": "", **files})
    for n in range(count):
        assert codes(ssbtc, f"p{n}.ssbt") == ["SSBT0561"]
    assert codes(ssbtc, "leaf.ssbt") == []
    assert codes(ssbtc) == ["SSBT0561"]


def test_a_long_circle_by_what_environments_say(project: Path, ssbtc: Ssbtc):
    names = "abcde"
    following = dict(zip(names, names[1:] + names[:1], strict=True))
    texts = {
        name: STREAM.format(name=name, reads=f"${{{name}}}", writes=f"${{{following[name]}}}")
        for name in names
    }
    parameters = "".join(f'param {name}: string = "own_{{pipeline}}_{name}"\n' for name in names)
    write(
        {
            "ssbt.conf": "environments = [dev, prod]",
            "conf/prod.conf": "params {" + ", ".join(f'{n} = "t_{n}"' for n in names) + "}",
        }
    )
    for name, text in texts.items():
        head = parameters.replace("{pipeline}", name)
        write({f"{name}.ssbt": text.replace("stream source", head + "stream source")})
    result = ssbtc("check", "--output-format", "json", "c.ssbt")
    every = json.loads(result.out)["diagnostics"]
    (finding,) = [each for each in every if each["code"] == "SSBT0561"]
    assert "prod" in finding["message"]
    assert "dev" not in finding["message"]
