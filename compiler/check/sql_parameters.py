"""Parameters of `sql` steps in a session whose parser does not pass them on."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.pipeline import Let, Pipeline
from ssbt.compiler.ir.session_settings import needed_settings
from ssbt.compiler.ir.steps import SqlQuery

_PARSERS_BEFORE_PARAMETERS = ("4.1", "4.2")
_SINK = """\
sink paid to delta {
  path = "lake/paid"
  mode = overwrite
}
"""
_PARAM = "param low: int = 10\n"

DROPPED = Code(
    "SSBT0547",
    "A parameter in a `sql` step beside a connector with a parser of its own",
    """\
The extension that Delta Lake needs replaces Spark's parser. From Spark 4.1 on, the parser puts in
the parameters of a query, and Delta's does not do it: the job would stop with
`UNBOUND_SQL_PARAMETER`. Steps other than `sql` take parameters in any session. Write the condition
as such a step, or the query in a pipeline of its own.
""",
    wrong=example(
        preamble=_PARAM,
        steps='|> sql "select * from {input} where id > ${low}" returns Order',
        sink=_SINK,
    ),
    right=example(
        preamble=_PARAM,
        steps='|> where id > ${low}\n|> sql "select * from {input}" returns Order',
        sink=_SINK,
    ),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each `sql` step with parameters."""
    if pipeline.target not in _PARSERS_BEFORE_PARAMETERS:
        return
    names = [name for each, name in needed_settings(pipeline) if each.drops_parameters]
    queries = [each.query for each in pipeline.datasets if isinstance(each, Let)]
    queries += [each.query for each in pipeline.transforms]
    for query in queries if names else ():
        for step in query.steps:
            if isinstance(step, SqlQuery) and step.parameters:
                message = f"`{names[0]}` has a parser that does not pass on parameters of `sql`"
                help_ = ("use the parameter in a step such as `where`, before or after this one",)
                yield Diagnostic(DROPPED, message, Label(step.span), (), help_)
