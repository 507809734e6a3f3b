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
from ssbt.compiler.resolve.datasets import DatasetResolver
from ssbt.compiler.resolve.expressions.time_literals import literal_problem
from ssbt.compiler.resolve.files import Reader
from ssbt.compiler.resolve.reachability import ReachableDeclarations
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.schemas.declarations import DeclaredSchema
from ssbt.compiler.resolve.scopes import is_same_name
from ssbt.compiler.resolve.tests.checks import check_test, list_missing_sources
from ssbt.compiler.resolve.tests.rows import resolve_rows
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.ast.values import TextValue
from ssbt.compiler.syntax.formatting.names import parameter_text


class ScriptContents(Struct, frozen=True):
    """What the script of the pipeline has, and the names that tests may use.

    `unused_parameters` are those that it has not, in lower case. `read` gives the project's files.
    """

    reachable: ReachableDeclarations
    sinks: Sequence[ir.Sink]
    datasets: DatasetResolver
    schemas: Mapping[str, DeclaredSchema]
    unused_parameters: Set[str]
    report: Report
    read: Reader


def resolve_tests(nodes: Iterable[d.Test], script: ScriptContents) -> tuple[it.Test, ...]:
    """The tests in order; findings for what is wrong with them."""
    reader = _TestReader(script)
    first_by_name: dict[str, d.Test] = {}
    resolved_tests = []
    for node in nodes:
        name = _plain_text(node.name)
        if first_by_name.setdefault(name, node) is not node:
            also = (Label(first_by_name[name].name.span, "the first one"),)
            message = "two tests have this name"
            script.report.add(codes.BAD_TEST, node.name.span, message, also=also)
        resolved_tests.append(reader.read_test(name, node))
    return tuple(resolved_tests)


class _TestSubject(Struct):
    """What a test is about: datasets of the pipeline, or one transform with its parameters.

    `relations` are those parameters and the result, by name in lower case.
    """

    transform: ir.Transform | None = None
    relations: dict[str, tuple[str, Relation]] = field(default_factory=dict)


class _TestReader:
    """Reads tests one by one."""

    def __init__(self, script: ScriptContents) -> None:
        self._script = script
        self._report = script.report
        self._script_datasets = {item.name: item for item in script.reachable.datasets}
        self._ordered_datasets = ordered_datasets(script.reachable.datasets)

    def read_test(self, name: str, node: d.Test) -> it.Test:
        """One test; what is wrong with it is reported."""
        finding_count = len(self._report.findings)
        subject = self._find_subject(node)
        given: list[it.GivenRows] = []
        then: list[it.ExpectedRows] = []
        clocks: list[it.Clock] = []
        fails: str | None = None
        for clause in node.clauses:
            match clause:
                case d.Fails(message=message):
                    fails = _plain_text(message)
                case d.Clock():
                    clocks += self._read_clock(clause, given)
                case d.Rows(clause="given"):
                    given += self._read_given(clause, subject, given)
                case d.Rows():
                    then += self._read_then(clause, subject)
        for rows in (*(each.rows for each in given), *(each.rows for each in then)):
            self._check_parameters(rows)
        runs = tuple(dict.fromkeys(each.rows.dataset for each in then))
        if fails is not None and not runs:
            sinks = dict.fromkeys(sink.dataset for sink in self._script.sinks)
            runs = tuple(
                name
                for name in sinks
                if not list_missing_sources(name, given, self._script_datasets)
            )
        transform = subject.transform.name if subject.transform is not None else None
        span = node.name.span
        test = it.Test(name, tuple(given), tuple(then), fails, transform, runs, tuple(clocks), span)
        if len(self._report.findings) == finding_count:
            # Behind a mistake, what is missing may be what is wrong.
            check_test(test, subject.transform, self._script_datasets, self._report)
        return test

    def _report_bad_test(self, span: Span, message: str, help_: str = "") -> None:
        self._report.add(codes.BAD_TEST, span, message, help=help_ or ())

    # ---- what it is about

    def _find_subject(self, node: d.Test) -> _TestSubject:
        """The transform that a `then` names, if one does."""
        for clause in node.clauses:
            if not isinstance(clause, d.Rows) or clause.clause == "given":
                continue
            key = clause.dataset.text.casefold()
            transform = self._script.datasets.transforms.get(key)
            if transform is not None:
                if all(transform.name != each.name for each in self._script.reachable.transforms):
                    self._report_not_in_script(clause.dataset, "is used by no sink")
                return _TestSubject(transform, dict(self._transform_relations(transform)))
        return _TestSubject()

    def _transform_relations(
        self, transform: ir.Transform
    ) -> Iterator[tuple[str, tuple[str, Relation]]]:
        """The parameters of a transform and its result, as datasets."""
        for name, schema_name in transform.parameters:
            schema = self._script.schemas.get(schema_name.casefold())
            columns = schema.columns_as_read() if schema is not None else ()
            yield name.casefold(), (name, Relation(columns, schema is None))
        output = transform.query.output.with_streaming(False)
        yield transform.name.casefold(), (transform.name, output)

    def _find_dataset(self, name: Name, subject: _TestSubject) -> tuple[str, Relation] | None:
        """What a clause names; None, with a finding, where it is no good."""
        key = name.text.casefold()
        if subject.transform is not None:
            if key not in subject.relations:
                message = f"`{name.text}` is no parameter of `{subject.transform.name}`"
                names = [each for each, _ in subject.transform.parameters]
                code = name_codes.UNKNOWN_DATASET
                self._report.add_unknown_name(
                    code, name.span, message, name.text, names, "parameters"
                )
            return subject.relations.get(key)
        dataset = self._script.datasets.resolve_dataset(name)
        if dataset is not None and dataset[0] not in self._script_datasets:
            self._report_not_in_script(name, "reaches no sink")
            return None
        return dataset

    def _report_not_in_script(self, name: Name, reason: str) -> None:
        message = f"`{name.text}` {reason}, so that the script does not have it"
        self._report.add(codes.NOT_IN_SCRIPT, name.span, message)

    # ---- clauses

    def _read_given(
        self, clause: d.Rows, subject: _TestSubject, givens: Sequence[it.GivenRows]
    ) -> Iterator[it.GivenRows]:
        dataset = self._find_dataset(clause.dataset, subject)
        if dataset is None:
            return
        name, relation = dataset
        if subject.transform is not None and is_same_name(name, subject.transform.name):
            self._report_bad_test(
                clause.dataset.span, f"`{name}` is what is tested, and cannot be given"
            )
            return
        earlier = [each for each in givens if each.rows.dataset == name]
        if earlier and not relation.streaming:
            message = f"`{name}` is given twice, and is no stream"
            self._report_bad_test(clause.dataset.span, message, "put all its rows into one `given`")
        rows = resolve_rows(
            clause, name, relation, self._script.datasets, self._report, self._script.read
        )
        batch = len(earlier) + 1
        input_fields = relation.columns, relation.is_open, batch, relation.streaming
        yield it.GivenRows(rows, *input_fields, tuple(self._resolve_defaults(name, subject)))

    def _resolve_defaults(
        self, name: str, subject: _TestSubject
    ) -> Iterator[tuple[str, Expression]]:
        """Those of the schema of a source, or of a transform's parameter."""
        source = self._script_datasets.get(name)
        schema = source.schema if isinstance(source, ir.Source) and not source.part else None
        if subject.transform is not None:
            schema = dict(subject.transform.parameters).get(name)
        declared_schema = (
            self._script.schemas.get(schema.casefold()) if schema is not None else None
        )
        for column, default in (
            declared_schema.defaults.items() if declared_schema is not None else ()
        ):
            yield column, self._script.datasets.resolve_constant(default.node, self._report)

    def _read_then(self, clause: d.Rows, subject: _TestSubject) -> Iterator[it.ExpectedRows]:
        dataset = self._find_dataset(clause.dataset, subject)
        if dataset is None:
            return
        name, relation = dataset
        has_order = name in self._ordered_datasets
        if subject.transform is not None:
            if not is_same_name(name, subject.transform.name):
                message = f"a test of `{subject.transform.name}` expects rows of nothing else"
                self._report_bad_test(clause.dataset.span, message)
                return
            has_order = is_ordered(subject.transform.query, {})
        if clause.after is not None and not relation.streaming:
            message = f"`after` counts micro-batches, and `{name}` is no stream"
            self._report_bad_test(clause.dataset.span, message)
        rows = resolve_rows(
            clause, name, relation, self._script.datasets, self._report, self._script.read
        )
        yield it.ExpectedRows(rows, clause.after, has_order, relation.streaming)

    def _read_clock(self, clause: d.Clock, given: Sequence[it.GivenRows]) -> Iterator[it.Clock]:
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
                if name is not None and name.casefold() in self._script.unused_parameters:
                    self._report_not_in_script(Name(value.span, name), "is used by no sink")


def _plain_text(node: TextValue) -> str:
    """The text as it is written: names of tests and messages have no parameters."""
    return "".join(part if isinstance(part, str) else parameter_text(part) for part in node.parts)
