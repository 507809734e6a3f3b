"""`python -m ssbt.runtime.testing PLAN EVENTS`: run or write the tests of a plan in one session.

PLAN is a JSON file; EVENTS is the number of an open file that gets one JSON object a line.
"""

import json
import os
from pathlib import Path
import sys

from ssbt.runtime.expectations.plan import parse_plan
from ssbt.runtime.sampling.creating import create_test
from ssbt.runtime.sampling.plans import parse_sampling_plan
from ssbt.runtime.testing.running import run_tests
from ssbt.runtime.testing.sessions import builder


def main(plan: str, target: str) -> None:
    """Write and run all tests; `target` is the number of the file for the events."""
    document = json.loads(Path(plan).read_text(encoding="utf-8"))
    with os.fdopen(int(target), "w", encoding="utf-8", buffering=1) as out:
        spark = builder().config("spark.sql.warehouse.dir", document["warehouse"]).getOrCreate()
        out.write(json.dumps({"event": "session", "spark": spark.version}) + "\n")
        for each in document.get("wishes", []):
            out.write(
                json.dumps(create_test(spark, parse_sampling_plan(each), document["set"])) + "\n"
            )
        for each in document.get("scripts", []):
            for event in run_tests(spark, parse_plan(each), document["set"]):
                out.write(json.dumps(event) + "\n")
        spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
