"""A sink that overwrites what the pipeline reads."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.paths import read_paths, written_path
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.diagnostics.examples import SINK, SOURCE, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.pipeline import Pipeline, Source

OVERWRITES_SOURCE = Code(
    "SSBT0521",
    "A sink that overwrites what is being read",
    """\
Spark reads while it writes: with `mode = overwrite` the files of the source would be deleted before
they have been read. Write to another path.
""",
    wrong=example(
        source=SOURCE.replace("data/orders.csv", "data/orders"),
        sink=SINK.replace("out/paid", "data/orders"),
    ),
    right=example(),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each overwriting sink and each source that it would empty."""
    for sink in pipeline.sinks:
        target = written_path(sink.settings)
        mode = sink.settings.at(OptionPlacement.MODE)
        if target is None or mode is None or mode.value != "overwrite":
            continue
        for source in pipeline.datasets:
            if not isinstance(source, Source):
                continue
            for path, span in read_paths(source.settings):
                if path == target[0] or path.startswith(target[0].rstrip("/") + "/"):
                    message = f"`{sink.name}` overwrites what `{source.name}` reads"
                    also = (Label(span, "read from here"),)
                    help_ = ("write to another path",)
                    yield Diagnostic(OVERWRITES_SOURCE, message, Label(target[1]), also, help_)
