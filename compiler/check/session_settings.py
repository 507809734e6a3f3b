"""Settings of Spark with which a connector of the pipeline cannot work."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.stream_findings import declaration_head
from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.pipeline import Let, Pipeline
from ssbt.compiler.ir.session_settings import needed_settings

_SETTING = "spark.sql.catalog.spark_catalog"
_PIPELINE = f"""\
pipeline paid_orders {{
  description = "Orders that were paid"
  spark {{
    "{_SETTING}" = "com.example.Catalog"
  }}
}}
"""
_SINK = """\
sink paid to delta {
  path = "lake/paid"
  mode = overwrite
}
"""

OTHER_SETTING = Code(
    "SSBT0539",
    "A setting that a connector needs otherwise",
    """\
Some connectors need settings of the session, which the script sets: Delta Lake needs a catalog of
its own. The pipeline sets the same one to something else, so the job would fail when it reads or
writes. Leave the setting out. `spark.sql.extensions` is a list: the script adds what is missing.
""",
    wrong=example(pipeline=_PIPELINE, sink=_SINK),
    right=example(sink=_SINK),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each setting that the pipeline gives another value."""
    own = {name.lower(): text for name, text in pipeline.spark}
    for setting, connector in needed_settings(pipeline):
        value = own.get(setting.name.lower(), setting.value)
        if setting.is_list or setting.is_default or value == setting.value:
            continue
        ends = (each for each in (*pipeline.datasets, *pipeline.sinks) if not isinstance(each, Let))
        span = next(each.span for each in ends if each.connector.name == connector)
        message = f"`{connector}` needs `{setting.name}` as `{setting.value}`, not `{value}`"
        help_ = (f"leave `{setting.name}` out of `spark {{ … }}`: the script sets it",)
        yield Diagnostic(OTHER_SETTING, message, Label(declaration_head(span)), (), help_)
