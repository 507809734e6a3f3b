"""One place, however its path is written: which ends meet, and which files are looked into."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, product

import pytest

from ssbt.compiler.contracts.endpoints import Endpoint
from ssbt.compiler.contracts.findings import check_contracts
from ssbt.compiler.contracts.neighbours import Neighbourhood
from ssbt.compiler.contracts.pairs import find_pairs
from ssbt.compiler.contracts.pipeline_endpoints import list_endpoints
from ssbt.compiler.driver import check_pipeline
from ssbt.compiler.ir.locations import is_same_place, normalize_path

# Each line is one place in all of its spellings; no two lines are.
PLACES = [
    [
        "hdfs://nn/lake/x",
        "hdfs://NN/lake/x",
        "HDFS://nn:8020/lake//x/",
        "hdfs://Nn:8020/lake/y/../x",
    ],
    ["hdfs://nn:9000/lake/x", "hdfs://NN:9000/lake/./x"],
    ["hdfs://other/lake/x"],
    ["hdfs://nn/Lake/x"],
    ["/lake/x", "/lake//x/", "hdfs:///lake/x", "HDFS:///lake/x/"],
    ["lake/x", "./lake/x/"],
    ["s3://b/lake/x", "s3a://b/lake/x", "s3n://b/lake/x/", "S3A://b//lake/x"],
    ["gs://b/lake/x"],
    ["abfss://c@a.dfs.core.windows.net/lake/x", "abfs://c@A.dfs.core.windows.net/lake/x"],
    ["webhdfs://nn/lake/x", "webhdfs://NN:9870/lake/x"],
    ["viewfs://cluster/lake/x"],
]
PAIRS = [
    *((first, second, True) for place in PLACES for first, second in combinations(place, 2)),
    *(
        (first, second, False)
        for one, other in combinations(PLACES, 2)
        for first, second in product(one, other)
    ),
    ("/lake/x", "file:/lake/x", True),
    ("/lake/x", "file:///lake/x", True),
    ("hdfs:///lake/x", "file:///lake/x", False),
    ("hdfs://nn/x", "hdfs:///x", False),
]
ENDS = "pipeline {} {{{{ }}}}\n{{}}source s from text {{{{ path = {} }}}}\n"
ENDS += "sink s to text {{{{ path = {} }}}}\n"
WRITER, READER = ENDS.format("w", '"in"', "{}"), ENDS.format("r", "{}", '"out"')
BOTH = 'pipeline b {{ }}\nsource s from text {{ path = "{}" }}\nsink s to text {{ path = "{}" }}\n'


def reader(text: str) -> Callable[[str], bytes]:
    return lambda _: text.encode()


def endpoints(text: str) -> tuple[Endpoint, ...]:
    pipeline = check_pipeline("p.ssbt", reader(text)).pipeline
    assert pipeline is not None
    return list_endpoints(pipeline)


@pytest.mark.parametrize(("one", "other", "same"), PAIRS)
def test_ends_meet(one: str, other: str, same: bool) -> None:
    """Of two pipelines, and within one, where Spark would delete what it reads."""
    for written, read in ((one, other), (other, one)):
        assert is_same_place(normalize_path(written), normalize_path(read)) is same
        ends = [*endpoints(WRITER.format("", f'"{written}"'))]
        ends += endpoints(READER.format("", f'"{read}"'))
        assert bool([*find_pairs(ends)]) is same
        text = BOTH.format(read, written)
        findings = check_pipeline("p.ssbt", reader(text)).findings
        assert bool([each for each in findings if "`s`" in each.message]) is same


PARAMETER = 'param place: string = "{}"\n'
SPELLINGS = ['"lake/costs"', '"lake//costs/"', '"./lake/costs"', '"lake/co\\u0073ts"']
SPELLINGS += ['"lake/cost*"']
USES = ["${place}", '"${place}"', "\n    ${place}", '["elsewhere", ${place}]']
USES += ["[\n    ${place}\n  ]"]


@pytest.mark.parametrize("read", [*SPELLINGS, *USES])
@pytest.mark.parametrize("written", [SPELLINGS[0], *USES[:3]])
def test_files_that_may_hold_a_reader_are_looked_into(written: str, read: str) -> None:
    """Wherever two ends meet, the file of each leads to the other one by its text alone."""
    parameter = PARAMETER.format("lake/costs")
    texts = [
        form.format(parameter if "$" in path else "", path)
        for form, path in ((WRITER, written), (READER, read))
    ]
    ends = [endpoints(text) for text in texts]
    assert [*find_pairs([*ends[0], *ends[1]])]
    for existing, other in ((ends[0], texts[1]), (ends[1], texts[0])):
        neighbourhood = Neighbourhood()
        for each in existing:
            neighbourhood.add(each)
        # The parameter may be declared in another file, which is imported.
        assert neighbourhood.can_meet(other.replace(parameter, 'import "shared.ssbt"\n'))


KEY_WRITER = """
pipeline w { }
schema S { id: bigint not null, shop: string, at: timestamp, price: int }
source s from parquet { path = "in", schema = S }
sink s to kafka {
  bootstrap_servers = "b:1", topic = "x", key = json, key_columns = [id, shop]
  value = json, value_columns = [price]
}
"""
KEY_READER = """
pipeline r { checkpoint = "c" }
schema K { FIELDS }
schema V { price: int }
stream source t from kafka {
  bootstrap_servers = "b:1", subscribe = "x", key = json, key_schema = K, value = json, schema = V
}
sink t to noop { trigger = available now }
"""
KEYS = [
    ("id: bigint, shop: string", None),
    ("shop: string, id: bigint not null", None),
    ("id: bigint", None),
    ("id: bigint, shop: string, more: int default 0", None),
    ("id: bigint, shp: string", "`_key.shp` is null in every row"),
    ("id: bigint, shop: string, more: int", "`_key.more` is null in every row"),
    ("Id: bigint, shop: string", "`_key.Id` is null in every row"),
    ("id: int, shop: string", "`_key.id` is written by the pipeline `w` as BIGINT and read as INT"),
    ("id: bigint, shop: int", "`_key.shop` is written by the pipeline `w` as STRING"),
    ("id: bigint, shop: string not null", "`_key.shop` is `not null` here"),
]


@pytest.mark.parametrize(("fields", "message"), KEYS)
def test_fields_of_keys(fields: str, message: str | None) -> None:
    ends = [
        end
        for text in (KEY_WRITER, KEY_READER)
        for end in endpoints(text.replace("FIELDS", fields))
    ]
    findings = [each.diagnostic for each in check_contracts(ends)]
    if message is None:
        assert findings == []
        return
    (finding,) = findings
    assert finding.message.startswith(message)
    if "shp" in message:
        assert finding.help[0] == "did you mean `shop`, which is written there?"
    if "not null" in message:
        assert finding.help[1].endswith("`where shop is not null`")
