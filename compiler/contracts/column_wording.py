"""How a column differs from what its reader expects: absent, of another type, or null."""

from __future__ import annotations

from ssbt.compiler.contracts.columns import Mismatch, MismatchKind
from ssbt.compiler.contracts.endpoints import EndpointColumn
from ssbt.compiler.contracts.inferred import found_columns
from ssbt.compiler.contracts.named import NamedColumn
from ssbt.compiler.contracts.pairs import EndpointPair
from ssbt.compiler.contracts.verdicts import ReadVerdict
from ssbt.compiler.contracts.wording import (
    ContractFinding,
    build_finding,
    qualified_writer,
    writer_name,
)
from ssbt.compiler.diagnostics.codes import contracts as codes
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.source import Span

_OUTCOMES = {
    ReadVerdict.WRONG: "silently gives other values",
    ReadVerdict.WRONG_FOR_SOME: "silently gives other values for some",
    ReadVerdict.FAILS: "fails",
    ReadVerdict.FAILS_FOR_SOME: "fails for values that the type cannot hold",
}


def column_mismatch(pair: EndpointPair, difference: Mismatch) -> ContractFinding:
    """A column that nobody writes, that is read as another type, or that may be null."""
    if difference.kind is MismatchKind.TYPE:
        return _type_mismatch(pair, difference)
    name, owner = _full_name(pair, difference), writer_name(pair)
    if difference.kind is MismatchKind.NULLS:
        return _null_mismatch(pair, difference, name)
    noun = "field" if len(difference.path) > 1 or pair.part else "column"
    outcome = "stops the job" if pair.reader.is_table else "is null in every row"
    message = f"`{name}` {outcome}: {owner} writes no such {noun}"
    if difference.kind is MismatchKind.CASE:
        message += f", but `{difference.written}`: in {pair.reader.value.format} case counts"
    source = difference.source or _find_candidate(pair, difference)
    span = _reader_span(pair, difference.column)
    help_ = ["write the column, or take it out of the schema"]
    is_missing = len(difference.path) == 1 and difference.kind is MismatchKind.MISSING
    if is_missing and not pair.reader.is_table:
        help_.append("if it may be missing, say so in the schema: `default null`, or another value")
    renaming = None
    also: tuple[Label, ...] = ()
    if source is not None and len(difference.path) == 1:
        help_.insert(0, f"did you mean `{source.name}`, which is written there?")
        if span == difference.column.span:
            renaming = span, source.name
        if source.span is not None:
            also = (Label(source.span, f"`{source.name}` is made here"),)
    return build_finding(
        codes.UNWRITTEN_COLUMN, pair, message, span, None, help_, name, renaming, also
    )


def _null_mismatch(pair: EndpointPair, mismatch: Mismatch, name: str) -> ContractFinding:
    """A column that is not null for its reader, and may be for its writer."""
    message = f"`{name}` is `not null` here, and {writer_name(pair)} may write nulls"
    help_ = (
        "leave `not null` out and say what becomes of nulls",
        f"or keep them out where they are written: `where {'.'.join(mismatch.path)} is not null`",
    )
    source = mismatch.source
    also = (Label(source.span, "it comes from here"),) if source is not None and source.span else ()
    span = _reader_span(pair, mismatch.column)
    return build_finding(codes.NULLS, pair, message, span, None, help_, name, also=also)


def _type_mismatch(pair: EndpointPair, mismatch: Mismatch) -> ContractFinding:
    name = _full_name(pair, mismatch)
    message = (
        f"`{name}` is written by {writer_name(pair)} as {mismatch.written} and read as"
        f" {mismatch.read}, which {_OUTCOMES[mismatch.verdict]}"
    )
    code = (
        codes.DOUBTFUL_TYPE if mismatch.verdict is ReadVerdict.FAILS_FOR_SOME else codes.OTHER_TYPE
    )
    source = mismatch.source
    label = None
    if source is not None and source.span is not None:
        label = source.span, f"{qualified_writer(pair)} gets it from here"
    help_ = (f"read it as {mismatch.written.lower()}, and cast it in a step",)
    span = _reader_span(pair, mismatch.column)
    return build_finding(code, pair, message, span, label, help_, name)


def _find_candidate(pair: EndpointPair, mismatch: Mismatch) -> EndpointColumn | None:
    """The column that was meant: near by its name, or the only one left of the type."""
    if len(mismatch.path) > 1:
        return None
    written_columns = {each.name.casefold(): each for each in pair.writer.value.columns or ()}
    read_columns = {each.name.casefold(): each for each in pair.reader.value.columns or ()}
    unread = {each.name: each for key, each in written_columns.items() if key not in read_columns}
    near = did_you_mean(mismatch.column.name, unread)
    if near is not None:
        return unread[near]
    alike = [each for each in unread.values() if each.type == mismatch.column.type]
    lacking = [
        each
        for key, each in read_columns.items()
        if key not in written_columns and each.type == mismatch.column.type
    ]
    return alike[0] if len(alike) == len(lacking) == 1 else None


def unwritten_name(pair: EndpointPair, used: NamedColumn) -> ContractFinding:
    """A column that a pipeline names of a source without a schema, and that nobody writes."""
    name, owner = ".".join(used.parts), writer_name(pair)
    effect = "it is silently ignored" if used.silently else "the job stops"
    message = f"`{name}` is used here, and {owner} writes no such column: {effect}"
    if len(used.parts) > 1:
        message = message.replace("column", "field")
    read = {each.parts[0].casefold() for each in pair.reader.value.named}
    columns = found_columns(pair) or {}
    unread = {each.name: each for key, each in columns.items() if key not in read}
    near = did_you_mean(name, unread) if len(used.parts) == 1 else None
    help_ = ["write the column, or use one that is written"]
    also: tuple[Label, ...] = ()
    if near is not None:
        help_.insert(0, f"did you mean `{near}`, which is written there?")
        span = unread[near].span
        also = (Label(span, f"`{near}` is made here"),) if span is not None else ()
    help_.append(f"a schema for `{pair.reader.name}` would say what it reads")
    return build_finding(
        codes.UNWRITTEN_COLUMN, pair, message, used.span, None, help_, name, also=also
    )


def _full_name(pair: EndpointPair, mismatch: Mismatch) -> str:
    """As the reader's pipeline has it: `_key.id` for a field of a key."""
    return ".".join((*((pair.part,) if pair.part else ()), *mismatch.path))


def _reader_span(pair: EndpointPair, column: EndpointColumn) -> Span:
    """The column in the schema, or the source where the schema is that of another file."""
    reader = pair.reader
    if column.span is not None and column.span.path == reader.place.path:
        return column.span
    return (reader.value.span if pair.part else None) or reader.place
