"""Tables whose files lie elsewhere than their path seems to say."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.diagnostics.examples import SINK, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.ir.locations import location
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.ir.written_folders import written_folder

_TABLE = SINK.replace("  mode", '  table = "paid"\n  mode')

WAREHOUSE_PATH = Code(
    "SSBT0531",
    "The path of a table that is relative to the warehouse",
    """\
A relative `path` starts from the folder that the job runs in, but together with `table` it starts
from the warehouse. Spark writes

| `path` | `table` | files |
|---|---|---|
| `out/paid` | | `out/paid` |
| `out/paid` | `paid` | `spark-warehouse/out/paid` |
| `/data/out/paid` | `paid` | `/data/out/paid` |

Whoever reads `out/paid` finds nothing there, or the result of an older run. Write the whole path,
or leave it out: the table is then in the warehouse under its own name.
""",
    wrong=example(sink=_TABLE),
    right=example(sink=_TABLE.replace("out/paid", "/data/out/paid")),
    severity=Severity.WARNING,
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each sink that says both."""
    for sink in pipeline.sinks:
        path = sink.settings.at(OptionPlacement.PATH)
        written = written_folder(pipeline, sink, {})
        if (
            path is None
            or path.span is None
            or written is None
            or sink.settings.at(OptionPlacement.TABLE) is None
        ):
            continue
        folder = location(path.value, {})
        if written.path != folder and not folder.startswith("${"):
            message = f"the files of `{sink.name}` lie in `{written.path}`"
            help_ = ("write the whole path, or leave it out",)
            yield Diagnostic(WAREHOUSE_PATH, message, Label(path.span), (), help_)
