"""Columns with personal data, and the sinks that may be given them."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.specification import OptionPlacement, ValueKind
from ssbt.compiler.diagnostics.examples import PIPELINE, SCHEMA, SINK, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.merges import find_origin, stored_columns
from ssbt.compiler.ir.pipeline import Let, Pipeline, Sink, Source
from ssbt.compiler.ir.provenance import Origin
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.lineage.graph import Lineage, build_lineage

GUARDED = "pii"
_SCHEMA = SCHEMA.replace("status:    string", "status:    string\n  email:     string @pii")

PERSONAL_DATA = Code(
    "SSBT1304",
    "Personal data in a sink that does not allow it",
    """\
A column tagged `@pii` can tell who somebody is. It may flow only into sinks that say
`allow = [pii]`. Drop the column first, mask it, or allow it.

The rule follows the lineage that `ssbtc lineage` shows: a column has the tags of all columns from
which its **value** is made, however far away.

- *A flow of values* is an expression, a rename, a field taken out of a struct or put into one, an
  element or a key of an array or a map, a lambda, a generator, `unpivot`, an aggregate, the
  condition of a `case`, the argument of a window function and its partition and order, each side of
  a union or an `intersect`, and the key of a join with `using`. It counts even if little is left:
  `email is not null`, `count(email)`.
- Fields are tracked separately: after `struct(id, email) as s`, `s.email` is tagged and `s.id` is
  not.
- The columns of a `sql` step follow its query, as far as the compiler can read it. Where it cannot,
  and in `apply` and `stateful`, whose code it does not look into, each column that comes out is
  made from every column that goes in.
- The column for malformed rows of a file, and the key, value, headers and error of a dead letter,
  hold everything that the source holds. `_key` has the tags of its own schema; `_headers` and other
  metadata of a record do not belong to a column of a schema, and have none.
- *Not a flow of values*: a filter, the condition of a join, a sort, a grouping key that is not in
  the result, `distinct`, `limit`, the right side of `except`, the column of a pivot, the number of
  rows and the position that an `explode` makes. They decide which rows there are, not what is in
  them. They are allowed unless the pipeline says `implicit_flows = refuse` (SSBT1305).

Some functions return nothing that tells who the person is. They clear the tag if the pipeline lists
them: `masking = [sha2, "mask.py:masked"]`. Such a function is one of Spark SQL, also inside a
lambda or a `sql` step, or one of an `apply` or of a processor of a `stateful` step. A hash of
something that can be guessed, such as a telephone number, is not a mask.
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
    relations = {
        item.name: item.query.output if isinstance(item, Let) else item.output
        for item in pipeline.datasets
    }
    graph: Lineage | None = None
    for sink in pipeline.sinks:
        if GUARDED in sink.allow:
            continue
        relation = relations.get(sink.dataset, Relation())
        columns_written = _written_columns(sink, relation)
        personal = [each for each in columns_written if GUARDED in each.tags]
        if personal:
            graph = graph or build_lineage(pipeline)
            names = [find_origin(sink.settings, relation, each) for each in personal]
            yield _build_diagnostic(sink, personal, _find_tagged_sources(graph, sink, names))


def _written_columns(sink: Sink, relation: Relation) -> Iterator[Column]:
    """The columns of a dataset that a sink writes: all, or those that its options name."""
    chosen_names = {
        column.name.casefold()
        for setting in sink.settings.settings
        if setting.option.type.kind is ValueKind.COLUMN
        for column in setting.columns
    }
    chooses = bool(sink.settings.columns_at(OptionPlacement.VALUE_COLUMNS))
    columns = stored_columns(sink.settings, relation)
    return (each for each in columns if not chooses or each.name.casefold() in chosen_names)


def _find_tagged_sources(graph: Lineage, sink: Sink, personal: list[str]) -> list[Origin]:
    """The tagged columns of sources that these show, but those that are such columns themselves."""
    unmasked = graph.source_dependencies().unmasked
    origins = {o for name in personal for o in unmasked[Origin(sink.dataset, name)]}
    return sorted(
        o for o in origins if GUARDED in graph.tags.tags_at(o) and o.dataset != sink.dataset
    )


def _build_diagnostic(sink: Sink, personal: list[Column], sources: list[Origin]) -> Diagnostic:
    names = ", ".join(f"`{column.name}`" for column in personal)
    is_single = len(personal) == 1
    message = (
        f"{names} {'is' if is_single else 'are'} personal data, which this sink does not allow"
    )
    places = (c.declared for c in personal if c.declared is not None)
    also = tuple(Label(span, "it comes from here") for span in dict.fromkeys(places))
    source_list = ", ".join(f"`{each}`" for each in sources)
    origin_help = (f"made from {source_list}",) if source_list else ()
    help_ = (*origin_help, "leave it out before, mask it, or write `allow = [pii]`")
    return Diagnostic(PERSONAL_DATA, message, Label(sink.span), also, help_)


def is_tagged_source(item: Source | Let) -> bool:
    """Whether a dataset brings personal data in."""
    return isinstance(item, Source) and any(GUARDED in c.tags for c in item.output.columns)
