"""Columns with personal data, and the sinks that may be given them."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import PIPELINE, SCHEMA, SINK, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.pipeline import Let, Pipeline, Sink
from ssbt.compiler.ir.relations import Column

GUARDED = "pii"
_SCHEMA = SCHEMA.replace("status:    string", "status:    string\n  email:     string @pii")

PERSONAL_DATA = Code(
    "SSBT1304",
    "Personal data in a sink that does not allow it",
    """\
A column tagged `@pii` holds what tells who somebody is. The tag goes along through expressions,
joins, renames and steps in Python or SQL, and such a column reaches only sinks that say
`allow = [pii]`. Leave the column out before, or allow it.

A function whose result tells nothing about the person clears the tag when the pipeline says so:
`masking = [sha2]`. A hash of something that can be guessed, such as a telephone number, is no mask.
""",
    wrong=example(schema=_SCHEMA, steps="|> extend upper(email) as contact"),
    right=example(
        pipeline=PIPELINE.replace("}\n", "  masking     = [sha2]\n}\n"),
        schema=_SCHEMA,
        steps="|> set email = sha2(email, 256)",
        sink=SINK,
    ),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One for each sink, with all of its columns."""
    columns = {
        item.name: (item.query.output if isinstance(item, Let) else item.output).columns
        for item in pipeline.datasets
    }
    for sink in pipeline.sinks:
        personal = [each for each in columns.get(sink.dataset, ()) if GUARDED in each.tags]
        if personal and GUARDED not in sink.allow:
            yield _finding(sink, personal)


def _finding(sink: Sink, personal: list[Column]) -> Diagnostic:
    names = ", ".join(f"`{column.name}`" for column in personal)
    one = len(personal) == 1
    said = f"{names} {'is' if one else 'are'} personal data, which this sink does not allow"
    places = (c.declared for c in personal if c.declared is not None)
    also = tuple(Label(place, "it comes from here") for place in dict.fromkeys(places))
    help_ = ("leave it out before, mask it, or write `allow = [pii]`",)
    return Diagnostic(PERSONAL_DATA, said, Label(sink.span), also, help_)
