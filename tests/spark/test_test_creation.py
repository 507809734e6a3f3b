"""`ssbtc test --create`: the tests that it writes pass, and tell nothing that is tagged."""

from __future__ import annotations

import json
from pathlib import Path
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest

from ssbt.compiler.cli.testing.plans import write_script
from ssbt.compiler.driver import check_pipeline, plan_sampling
from ssbt.compiler.testing.creating import find_wide_rows, render_test
from ssbt.compiler.testing.results import CreatedTest
from ssbt.runtime.sampling.creating import create_test
from ssbt.runtime.sampling.plans import parse_sampling_plan
from tests.spark.tested import outcomes, planned, run_all

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("interpreted")]

SHOP = Path(__file__).parent / "fixtures" / "created" / "shop.ssbt"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the pipeline and its data, in which the test runs."""
    shutil.copy(SHOP, tmp_path)
    (tmp_path / "clicks").mkdir()
    customers = (
        {
            "email": f"c{n}@example.org",
            "phones": [f"+49 {n % 7}", None],
            "born": f"19{n % 50 + 50}-03-01",
            "country": "DE" if n % 2 else None,
            "nickname": f"nick{n}",
        }
        for n in range(300)
    )
    orders = (
        {"id": n, "customer": f"c{n + 100 if n % 10 else 299}@example.org", "amount": n % 100}
        for n in range(400)
    )
    clicks = ({"page": f"p{n}", "at": "2026-01-01T10:00:00Z"} for n in range(10))
    for name, rows in (("customers", customers), ("orders", orders), ("clicks/one", clicks)):
        (tmp_path / f"{name}.json").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def create(spark: SparkSession, dataset: str, folder: Path) -> CreatedTest:
    """What a test of a dataset gives and expects; the test is written beside the pipeline."""
    pipeline = check_pipeline("shop.ssbt", lambda path: Path(path).read_bytes())
    script = write_script(pipeline, str(folder / f"script_{dataset}"))
    wish = plan_sampling(pipeline, dataset, 3)
    plan = {**wish["plan"], "script": script, "tests": []}
    event = create_test(spark, parse_sampling_plan({**wish, "plan": plan}), {"data": str(folder)})
    assert event["event"] == "created", event
    result = msgspec.convert(event["created"], CreatedTest)
    with Path("shop_test.ssbt").open("a") as file:
        files = {}
        for what, rows in find_wide_rows(result):
            files[what] = f"{dataset} {what}.jsonl"
            Path(files[what]).write_text("".join(f"{line}\n" for line in rows.lines))
        file.write(render_test(dataset, result, files))
    return result


def test_rows_that_meet_masked_and_passing(spark: SparkSession, shop: Path):
    """Masks are the same on both sides of a join, though one side of it has no tag."""
    large = create(spark, "large", shop)
    customers, orders = sorted(large.given, key=lambda each: each.dataset)
    assert customers.columns == ["email", "phones", "born", "country"]
    assert 1 <= len(orders.rows) <= 30
    assert len(customers.rows) <= 3
    emails = {row[0] for row in customers.rows}
    assert emails & {row[1] for row in orders.rows}
    assert any("'DE'" in row for row in large.then.rows)
    read = create(spark, "read", shop)
    assert "'p7'" in read.then.rows[0]
    nothing, mail = (
        create(spark, "nothing", shop),
        create(spark, "real_mail", shop),
    )
    assert len(nothing.given[0].rows) == len(mail.given[0].rows) == 3
    text = Path("shop_test.ssbt").read_text()
    assert not re.search(r"example\.org|\+49|'19|nick", text), text
    assert [bool(each.clock) for each in (large, read, nothing, mail)] == [True, *[False] * 3]
    notes = [each.notes for each in (large, read, nothing, mail)]
    assert notes == [
        [],
        [],
        ["no row of `nothing` came of the first 1,000,000 rows of each source"],
        ["no row of `real_mail` comes of the masked values, as a condition asks for a real one"],
    ]
    result = run_all(spark, planned("shop.ssbt", shop / "tested"), {"data": "unused"})
    assert len(result) == 4
    assert outcomes(result) == {}


def test_wide_rows_go_to_files_and_the_test_passes(
    spark: SparkSession, shop: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("ssbt.compiler.testing.creating._MAX_WIDTH", 10)
    for dataset in ("large", "read"):
        create(spark, dataset, shop)
    text = Path("shop_test.ssbt").read_text()
    assert (
        'given customers (email, phones, born, country) from "large given customers.jsonl"' in text
    )
    assert len(list(shop.glob("*.jsonl"))) == 5
    result = run_all(spark, planned("shop.ssbt", shop / "tested"), {"data": "unused"})
    assert len(result) == 2
    assert outcomes(result) == {}


def test_rows_that_are_never_the_same(spark: SparkSession, shop: Path):
    chance = create(spark, "chance", shop)
    assert chance.notes == ["the rows of `chance` are others each time: the test will not pass"]


def test_the_command(shop: Path):
    """The test goes to the file beside the pipeline, and a second one after it."""
    words = ["test", "--create", "real_mail", "--rows", "2", "--set", f"data={shop}"]
    process = subprocess.run(
        [
            sys.executable,
            "-c",
            "from ssbt.compiler.cli.main import main; main()",
            *words,
            *("-o", "shop_test.ssbt"),
        ],
        cwd=shop,
        capture_output=True,
        text=True,
        timeout=240,
    )
    note = "no row of `real_mail` comes of the masked values, as a condition asks for a real one"
    assert (process.returncode, process.stderr) == (0, f"note: {note}\n")
    assert Path("shop_test.ssbt").read_text() == TEST


TEST = """\
test "real_mail from real rows" {
  given customers (email) {
    ('masked 1')
    ('masked 2')
  }
  then real_mail {}
}
"""
