"""How it is reported that two ends do not fit: at the source, with the sink beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.contracts.columns import Mismatch, MismatchKind
from ssbt.compiler.contracts.deletions import Deletion
from ssbt.compiler.contracts.endpoints import Endpoint, EndpointColumn, Payload
from ssbt.compiler.contracts.named import NamedColumn
from ssbt.compiler.contracts.options import Disagreement
from ssbt.compiler.contracts.pairs import EndpointPair
from ssbt.compiler.contracts.positions import Misplacement
from ssbt.compiler.contracts.verdicts import ReadVerdict
from ssbt.compiler.diagnostics.codes import contracts as codes
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.source import Span


class ContractFinding(Struct, frozen=True):
    """A finding with the two ends, and the column that it is about, if it is about one.

    `renaming` is the place of a column's name and the name that it is to have. `others` are further
    ends that it is about. `concerned` are the ends whose pipelines report it, if these are not all.
    """

    diagnostic: Diagnostic
    reader: Endpoint
    writer: Endpoint
    column: str = ""
    renaming: tuple[Span, str] | None = None
    environments: tuple[str, ...] = ()
    others: tuple[Endpoint, ...] = ()
    concerned: tuple[Endpoint, ...] = ()

    @property
    def parties(self) -> tuple[Endpoint, ...]:
        """The ends whose pipelines report it."""
        return self.concerned or (self.reader, self.writer, *self.others)


def format_mismatch(pair: EndpointPair, reader: Payload, writer: Payload) -> ContractFinding:
    """Another format than the one that is written."""
    name, owner = pair.reader.name, writer_name(pair)
    message = f"`{name}` reads {reader.format} where {owner} writes {writer.format}"
    is_topic = pair.reader.is_topic
    help_text = (
        f"read it as `{writer.format}`" if is_topic else f"read it with `from {writer.format}`"
    )
    label = writer.span or pair.writer.place, f"{writer.format} is written here"
    return build_finding(codes.OTHER_FORM, pair, message, reader.span, label, (help_text,))


def missing_key(pair: EndpointPair, reader: Payload) -> ContractFinding:
    """A key that is read where records have none."""
    message = f"`_key` is null in every row: {writer_name(pair)} writes records without a key"
    help_ = ("write a `key`, or read none",)
    return build_finding(codes.UNWRITTEN_COLUMN, pair, message, reader.span, None, help_, "_key")


def option_mismatch(
    pair: EndpointPair, reader: Payload, writer: Payload, difference: Disagreement
) -> ContractFinding:
    """An option that says something else at each end."""
    name, owner = difference.option, writer_name(pair)
    message = (
        f"`{name}` is {_display_value(difference.read)} where `{pair.reader.name}` reads,"
        f" and {_display_value(difference.written)} where {owner} writes"
    )
    help_text = f"write `{name} = {_display_value(difference.written)}` here, too"
    if difference.written is None:
        help_text = f"leave `{name}` out"
    if difference.option == "pretty":
        message = f"{owner} writes rows over several lines, of which Spark reads none or the first"
        help_text = "leave `pretty` out where it is written"
    elif difference.option == "multi_line":
        message = f"`{pair.reader.name}` reads one row a file, and {owner} writes one a line"
        help_text = "leave `multi_line` out"
    span = reader.option_span(name) or pair.reader.place
    label = writer.option_span(name) or pair.writer.place, "written so"
    return build_finding(codes.OTHER_OPTION, pair, message, span, label, (help_text,))


def misplaced_columns(pair: EndpointPair, misplacement: Misplacement) -> ContractFinding:
    """Columns that are found by their places, in another order or number."""
    stops = misplacement.verdict is ReadVerdict.FAILS
    consequence = "the job stops" if stops else "values change places"
    written_names, read_names = (
        ", ".join(f"`{each}`" for each in side)
        for side in (misplacement.written, misplacement.read)
    )
    message = (
        f"{writer_name(pair)} writes the columns {written_names}, and `{pair.reader.name}` reads"
        f" {read_names}: columns are found by their places, and {consequence}"
    )
    help_ = ("declare all columns in the order in which they are written",)
    return build_finding(codes.OTHER_PLACES, pair, message, None, None, help_)


def lost_folder(pair: EndpointPair, column: EndpointColumn) -> ContractFinding:
    """A column that the sink makes folders of, and that the source does not see."""
    message = (
        f"`{column.name}` is null in every row: {writer_name(pair)} makes folders of it,"
        f" and `{pair.reader.name}` reads below them"
    )
    help_ = ("read from the folder above, and keep the rows that you want with `where`",)
    if pair.reader.recursive:
        message = (
            f"`{column.name}` is null in every row: {writer_name(pair)} makes folders of it,"
            " which are no columns with `recursive_file_lookup`"
        )
        help_ = ("leave `recursive_file_lookup` out",)
    span = pair.writer.partitions_span
    label = (span, "folders are made here") if span is not None else None
    return build_finding(
        codes.LOST_FOLDERS, pair, message, pair.reader.place, label, help_, column.name
    )


def incompatible_sinks(pair: EndpointPair, difference: str) -> ContractFinding:
    """Two sinks whose files no reader can put together; `reader` is the second of them."""
    message = (
        f"`{pair.reader.name}` writes where {writer_name(pair)} writes, too, but {difference}:"
        " no reader can put these together"
    )
    help_ = ("write to another place, or write the same",)
    label = pair.writer.place, "the other one"
    return build_finding(codes.SINKS_APART, pair, message, pair.reader.place, label, help_)


def deleted_sinks(deletion: Deletion) -> ContractFinding:
    """Sinks of other pipelines whose rows are deleted; `reader` is the one that overwrites."""
    pair, more = deletion.pair, deletion.more
    name, owner = pair.reader.name, qualified_writer(pair)
    others = f"{owner} and {more} more sink{'s' if more > 1 else ''}" if more else owner
    have = "have" if more else "has"
    when = "each time it overwrites" if pair.reader.deletes else "with `remove_orphans`"
    message = f"`{name}` deletes what {others} {have} written, {when}"
    if deletion.is_mutual and more:
        message = f"`{name}`, {others} overwrite the same place: each deletes the others' rows"
    elif deletion.is_mutual:
        message = f"`{name}` and {others} overwrite the same place: each deletes the other's rows"
    help_ = ("write to another place, or say why this is meant: `# allow SSBT0651: …`",)
    finding = build_finding(codes.DELETED_SINK, pair, message, pair.reader.place, None, help_)
    return replace(finding, concerned=(pair.reader, *deletion.victims))


def differing_sinks(
    pair: EndpointPair, mismatches: Sequence[Mismatch], missing: Sequence[Mismatch]
) -> ContractFinding:
    """Two sinks that write other columns to one place; `reader` is the second of them."""
    parts = [
        f"has `{'.'.join(each.path)}`" for each in mismatches if each.kind is MismatchKind.MISSING
    ]
    parts += [f"lacks `{'.'.join(each.path)}`" for each in missing]
    parts += [
        f"has `{'.'.join(each.path)}` as {each.read}, not {each.written}"
        for each in mismatches
        if each.kind is MismatchKind.TYPE
    ]
    parts += [
        f"says `{each.read}`, not `{each.written}`"
        for each in mismatches
        if each.kind is MismatchKind.CASE
    ]
    remainder = f" and {len(parts) - 3} more" if len(parts) > 3 else ""
    message = (
        f"`{pair.reader.name}` writes other columns than {writer_name(pair)} to the same place:"
        f" it {', '.join(parts[:3])}{remainder}"
    )
    help_ = ("write the same columns, or to another place",)
    label = pair.writer.place, "the other one"
    return build_finding(codes.SINKS_DIFFER, pair, message, pair.reader.place, label, help_)


def guessed_folder(
    pair: EndpointPair, used: NamedColumn, column: EndpointColumn, guess: str
) -> ContractFinding:
    """A column of folders that a source without a schema reads as another type."""
    message = (
        f"`{column.name}` is {column.type} where {writer_name(pair)} makes folders of it,"
        f" and Spark guesses its type from their names: {guess}"
    )
    help_ = (f"declare a `schema` for `{pair.reader.name}`",)
    span = pair.writer.partitions_span
    label = (span, "folders are made here") if span is not None else None
    return build_finding(codes.GUESSED_FOLDERS, pair, message, used.span, label, help_, column.name)


def writer_name(pair: EndpointPair) -> str:
    """The writer as its reader knows it: the sink of the same pipeline, or another pipeline."""
    if pair.writer.pipeline == pair.reader.pipeline:
        return f"the sink `{pair.writer.name}`"
    return f"the pipeline `{pair.writer.pipeline}`"


def qualified_writer(pair: EndpointPair) -> str:
    """The sink that writes, with its pipeline."""
    return f"`{pair.writer.name}` of `{pair.writer.pipeline}`"


def _display_value(value: str | None) -> str:
    return "not given" if value is None else value if value in ("true", "false") else f'"{value}"'


def build_finding(
    code: Code,
    pair: EndpointPair,
    message: str,
    span: Span | None,
    label: tuple[Span, str] | None,
    help_: Iterable[str],
    column: str = "",
    renaming: tuple[Span, str] | None = None,
    also: tuple[Label, ...] = (),
) -> ContractFinding:
    """The finding with both ends, and the environments where they meet if these are not all."""
    every = {name for name, _ in pair.reader.locations}
    if "" not in pair.environments and every - {*pair.environments}:
        several = "s" if len(pair.environments) > 1 else ""
        names = " and ".join(f"`{each}`" for each in pair.environments)
        message += f" (in the environment{several} {names})"
    writer_label = label or (pair.writer.place, f"{qualified_writer(pair)} is written here")
    labels = (Label(*writer_label), *also)
    primary = Label(span or pair.reader.place)
    diagnostic = Diagnostic(code, message, primary, labels, tuple(help_))
    endpoints = pair.reader, pair.writer
    return ContractFinding(diagnostic, *endpoints, column, renaming, pair.environments)
