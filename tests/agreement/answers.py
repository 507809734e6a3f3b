"""A step as the compiler reads it and as Spark does, and how their answers compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ssbt.compiler.diagnostics.model import Diagnostic, Severity
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.expressions import Expression, ParameterText
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.declarations import TypingSettings
from ssbt.compiler.resolve.query_context import ProgramLookup, QueryContext
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.steps.queries import resolve_step
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.parsing import parse_fragment
from ssbt.compiler.types import casts
from ssbt.compiler.types.coercion import as_nullable
from ssbt.compiler.types.datatypes import DataType
from ssbt.compiler.types.expression_types import Typed

WORDS = {"select": "", "aggregate": "", "grouped": " group by i, s", "where": ""}


@dataclass(frozen=True)
class Question:
    """An expression in a step over the empty table.

    `form` is a key of `WORDS`; `names` is how many columns it makes, more than one for some
    generators. Whole steps are asked as they are with the form "steps", of which all columns count.
    """

    text: str
    form: str = "select"
    names: int = 1

    @property
    def step(self) -> str:
        """The step in our language, or the steps."""
        if self.form == "steps":
            return self.text
        names = ", ".join(f"x{number}" for number in range(self.names))
        alias = "" if self.form == "where" else f" as {names if self.names == 1 else f'({names})'}"
        word = "aggregate" if self.form == "grouped" else self.form
        return f"{word} {self.text}{alias}{WORDS[self.form]}"


@dataclass(frozen=True)
class Ours:
    """What the compiler says: the new columns, or why there are none.

    `text` is the expression as the script will have it.
    """

    parsed: bool
    columns: tuple[Typed, ...]
    refusals: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Theirs:
    """What Spark says: the new columns, or its error."""

    columns: tuple[Typed, ...]
    error: str | None = None


def relation_of(columns: Mapping[str, Typed]) -> Relation:
    """A dataset of these columns; one called `window` is what Spark has made of a time."""
    return Relation(
        tuple(
            Column(name, of.type, of.nullable, time_window=name == "window")
            for name, of in columns.items()
        )
    )


def ours(
    question: Question,
    relation: Relation,
    ansi: bool = True,
    target: str = "4.1",
    others: Mapping[str, Relation] = MappingProxyType({}),
) -> Ours:
    """What the compiler says of a step over the relation, which may take `others`, too."""
    report = Report()
    lookup = lookup_of(others)
    flow = QueryContext(relation, {}, TypingSettings(target, ansi), report, lookup)
    step, findings = None, list[Diagnostic]()
    for text in question.step.split(" |> ") if question.form == "steps" else [question.step]:
        source = Source("question.ssbt", text)
        actual = parse_fragment(source, "step", 0, len(text))
        findings += actual.findings
        if actual.node is None:
            return Ours(
                False, (), tuple(result.message for result in actual.findings), question.text
            )
        step = resolve_step(actual.node, flow)
        if step is None:
            break
        flow.relation = step.output
    refusals = tuple(
        f"{result.code.number} {result.message}"
        for result in (*findings, *report.findings)
        if result.severity is Severity.ERROR
    )
    if refusals or step is None:
        return Ours(True, (), refusals or ("refused",), question.text)
    return Ours(True, _output_types(question, step), (), _text_of(question, step))


def _output_types(question: Question, step: ir.Step) -> tuple[Typed, ...]:
    if question.form == "where":
        return ()
    if question.form == "steps":
        return tuple(Typed(c.type, c.nullable) for c in step.output.columns)
    return tuple(Typed(c.type, c.nullable) for c in step.output.columns[-question.names :])


def _text_of(question: Question, step: ir.Step) -> str:
    if question.form == "steps":
        return question.text
    match step:
        case ir.Filter(condition=expression):
            return _text(expression)
        case ir.Project(columns=named):
            return _text(named[0].expression)
        case ir.Aggregate(aggregates=named):
            return _text(named[0].expression)
    raise AssertionError(f"no question makes a {type(step).__name__}")


def _text(expression: Expression) -> str:
    pieces = (piece for piece in expression.text if not isinstance(piece, ParameterText))
    return "".join(pieces)


def none_found(*inputs: object) -> None:
    """A finder for steps that use no other dataset."""
    del inputs


def lookup_of(others: Mapping[str, Relation]) -> ProgramLookup:
    """The datasets that steps may take, and nothing else."""

    def find_input(use: s.DatasetUse, flow: QueryContext) -> tuple[ir.Input, Relation] | None:
        del flow
        relation, alias = others.get(use.name.text), (use.alias or use.name).text
        if relation is None:
            return None
        return ir.Input(use.name.text, None, alias), scopes.requalify(relation, alias)

    return ProgramLookup(find_input, *[none_found] * 4)


def is_known(kind: DataType) -> bool:
    """Whether the compiler knows the whole type."""
    return "UNKNOWN" not in kind.sql


def verdict(one: Ours, other: Theirs) -> str:
    """How our answer stands to Spark's, in one of the words of `table.VERDICTS`."""
    if not one.parsed:
        return "rejected" if other.error is not None else "not parsed"
    if other.error is not None:
        return "rejected" if one.refusals else "accepted falsely"
    if one.refusals:
        # A constant that would fail with the first row, or a credential that is written down.
        early = all(
            refusal.startswith(("SSBT0417", "SSBT0430", "SSBT1301")) for refusal in one.refusals
        )
        return "rejected early" if early else "rejected falsely"
    if len(one.columns) != len(other.columns):
        return "another type"
    words = [_column_verdict(*pair) for pair in zip(one.columns, other.columns, strict=True)]
    order = ("another type", "null missed", "type not known", "null added", "same")
    return min(words, key=order.index, default="same")


def _column_verdict(one: Typed, other: Typed) -> str:
    if not is_known(one.type) or not is_known(other.type):
        return "type not known"
    if as_nullable(one.type) != as_nullable(other.type):
        return "another type"
    # Whatever may be null inside for Spark may be for us.
    if (other.nullable and not one.nullable) or not casts.can_cast(other.type, one.type, ansi=True):
        return "null missed"
    return "same" if one == other else "null added"
