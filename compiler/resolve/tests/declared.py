"""Tests: what they give and expect, and whether a script can answer them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from msgspec import Struct, field

from ssbt.compiler.diagnostics.codes import names as name_codes
from ssbt.compiler.diagnostics.codes import tests as codes
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir import tests as it
from ssbt.compiler.ir.expressions import Expression, ParameterText
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.ir.row_orders import is_ordered, ordered_datasets
from ssbt.compiler.resolve.datasets import Datasets
from ssbt.compiler.resolve.expressions.time_literals import literal_problem
from ssbt.compiler.resolve.files import Reader
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.schemas.declared import DeclaredSchema
from ssbt.compiler.resolve.scopes import same
from ssbt.compiler.resolve.tests.answers import check, missing
from ssbt.compiler.resolve.tests.rows import rows_of
from ssbt.compiler.resolve.used import Used
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.values import TextValue
from ssbt.compiler.syntax.formatting.expressions import parameter_text


class Scripted(Struct, frozen=True):
    """What the script of the pipeline has, and the names that tests may use.

    `unused_parameters` are those that it has not, in lower case. `read` gives the project's files.
    """

    used: Used
    sinks: Sequence[ir.Sink]
    datasets: Datasets
    schemas: Mapping[str, DeclaredSchema]
    unused_parameters: Set[str]
    report: Report
    read: Reader


def tests(nodes: Iterable[d.Test], scripted: Scripted) -> tuple[it.Test, ...]:
    """The tests in order; findings for what is wrong with them."""
    reader = _Reader(scripted)
    first: dict[str, d.Test] = {}
    found = []
    for node in nodes:
        name = _plain(node.name)
        if first.setdefault(name, node) is not node:
            also = (Label(first[name].name.span, "the first one"),)
            message = "two tests have this name"
            scripted.report.add(codes.BAD_TEST, node.name.span, message, also=also)
        found.append(reader.test(name, node))
    return tuple(found)


class _Subject(Struct):
    """What a test is about: datasets of the pipeline, or one transform with its parameters.

    `relations` are those parameters and the result, by name in lower case.
    """

    transform: ir.Transform | None = None
    relations: dict[str, tuple[str, Relation]] = field(default_factory=dict)


class _Reader:
    """Reads tests one by one."""

    def __init__(self, scripted: Scripted) -> None:
        self._scripted = scripted
        self._report = scripted.report
        self._made = {item.name: item for item in scripted.used.datasets}
        self._ordered = ordered_datasets(scripted.used.datasets)

    def test(self, name: str, node: d.Test) -> it.Test:
        """One test; what is wrong with it is told."""
        mistakes = len(self._report.findings)
        subject = self._subject(node)
        given: list[it.Given] = []
        then: list[it.Then] = []
        clocks: list[it.Clock] = []
        fails: str | None = None
        for clause in node.clauses:
            match clause:
                case d.Fails(message=message):
                    fails = _plain(message)
                case d.Clock():
                    clocks += self._clock(clause, given)
                case d.Rows(clause="given"):
                    given += self._given(clause, subject, given)
                case d.Rows():
                    then += self._then(clause, subject)
        for rows in (*(each.rows for each in given), *(each.rows for each in then)):
            self._check_parameters(rows)
        runs = tuple(dict.fromkeys(each.rows.dataset for each in then))
        if fails is not None and not runs:
            sinks = dict.fromkeys(sink.dataset for sink in self._scripted.sinks)
            runs = tuple(name for name in sinks if not missing(name, given, self._made))
        transform = subject.transform.name if subject.transform is not None else None
        span = node.name.span
        test = it.Test(name, tuple(given), tuple(then), fails, transform, runs, tuple(clocks), span)
        if len(self._report.findings) == mistakes:
            # Behind a mistake, what is missing may be what is wrong.
            check(test, subject.transform, self._made, self._report)
        return test

    def _bad(self, span: Span, message: str, help_: str = "") -> None:
        self._report.add(codes.BAD_TEST, span, message, help=help_ or ())

    # ---- what it is about

    def _subject(self, node: d.Test) -> _Subject:
        """The transform that a `then` names, if one does."""
        for clause in node.clauses:
            if not isinstance(clause, d.Rows) or clause.clause == "given":
                continue
            key = clause.dataset.text.casefold()
            known = self._scripted.datasets.transforms.get(key)
            if known is not None:
                if all(known.name != each.name for each in self._scripted.used.transforms):
                    self._not_in_script(clause.dataset, "is used by no sink")
                return _Subject(known, dict(self._around(known)))
        return _Subject()

    def _around(self, transform: ir.Transform) -> Iterator[tuple[str, tuple[str, Relation]]]:
        """The parameters of a transform and its result, as datasets."""
        for name, schema_name in transform.parameters:
            schema = self._scripted.schemas.get(schema_name.casefold())
            columns = schema.when_read() if schema is not None else ()
            yield name.casefold(), (name, Relation(columns, schema is None))
        output = transform.query.output.with_streaming(False)
        yield transform.name.casefold(), (transform.name, output)

    def _dataset(self, name: e.Name, subject: _Subject) -> tuple[str, Relation] | None:
        """What a clause names; None, with a finding, where it is no good."""
        key = name.text.casefold()
        if subject.transform is not None:
            if key not in subject.relations:
                message = f"`{name.text}` is no parameter of `{subject.transform.name}`"
                known = [each for each, _ in subject.transform.parameters]
                code = name_codes.UNKNOWN_DATASET
                self._report.unknown(code, name.span, message, name.text, known, "parameters")
            return subject.relations.get(key)
        found = self._scripted.datasets.named(name)
        if found is not None and found[0] not in self._made:
            self._not_in_script(name, "reaches no sink")
            return None
        return found

    def _not_in_script(self, name: e.Name, why: str) -> None:
        message = f"`{name.text}` {why}, so that the script does not have it"
        self._report.add(codes.NOT_IN_SCRIPT, name.span, message)

    # ---- clauses

    def _given(
        self, clause: d.Rows, subject: _Subject, before: Sequence[it.Given]
    ) -> Iterator[it.Given]:
        found = self._dataset(clause.dataset, subject)
        if found is None:
            return
        name, relation = found
        if subject.transform is not None and same(name, subject.transform.name):
            self._bad(clause.dataset.span, f"`{name}` is what is tested, and cannot be given")
            return
        earlier = [each for each in before if each.rows.dataset == name]
        if earlier and not relation.streaming:
            message = f"`{name}` is given twice, and is no stream"
            self._bad(clause.dataset.span, message, "put all its rows into one `given`")
        rows = rows_of(
            clause, name, relation, self._scripted.datasets, self._report, self._scripted.read
        )
        batch = len(earlier) + 1
        known = relation.columns, relation.is_open, batch, relation.streaming
        yield it.Given(rows, *known, tuple(self._defaults(name, subject)))

    def _defaults(self, name: str, subject: _Subject) -> Iterator[tuple[str, Expression]]:
        """Those of the schema of a source, or of a transform's parameter."""
        source = self._made.get(name)
        schema = source.schema if isinstance(source, ir.Source) and not source.part else None
        if subject.transform is not None:
            schema = dict(subject.transform.parameters).get(name)
        declared = self._scripted.schemas.get(schema.casefold()) if schema is not None else None
        for column, default in declared.defaults.items() if declared is not None else ():
            yield column, self._scripted.datasets.constant(default.node, self._report)

    def _then(self, clause: d.Rows, subject: _Subject) -> Iterator[it.Then]:
        found = self._dataset(clause.dataset, subject)
        if found is None:
            return
        name, relation = found
        ordered = name in self._ordered
        if subject.transform is not None:
            if not same(name, subject.transform.name):
                message = f"a test of `{subject.transform.name}` expects rows of nothing else"
                self._bad(clause.dataset.span, message)
                return
            ordered = is_ordered(subject.transform.query, {})
        if clause.after is not None and not relation.streaming:
            message = f"`after` counts micro-batches, and `{name}` is no stream"
            self._bad(clause.dataset.span, message)
        rows = rows_of(
            clause, name, relation, self._scripted.datasets, self._report, self._scripted.read
        )
        yield it.Then(rows, clause.after, ordered, relation.streaming)

    def _clock(self, clause: d.Clock, given: Sequence[it.Given]) -> Iterator[it.Clock]:
        problem = literal_problem("timestamp", clause.time.value)
        if problem is None:
            batch = max((each.batch for each in given), default=0) + 1
            yield it.Clock(clause.time.value, batch, clause.span)
        else:
            self._report.add(codes.BAD_TEST_VALUE, clause.time.span, problem)

    def _check_parameters(self, rows: it.Rows) -> None:
        """The parameters in rows must be those of the script."""
        for value in (value for row in rows.rows for value in row):
            for part in value.text:
                name = part.name if isinstance(part, ParameterText) else None
                if name is not None and name.casefold() in self._scripted.unused_parameters:
                    self._not_in_script(e.Name(value.span, name), "is used by no sink")


def _plain(node: TextValue) -> str:
    """The text as it is written: names of tests and messages have no parameters."""
    return "".join(part if isinstance(part, str) else parameter_text(part) for part in node.parts)
