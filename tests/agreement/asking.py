"""Real Spark, asked for the columns of many steps over an empty table; no job ever runs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from ssbt.compiler.types.datatypes import (
    NULL,
    UNKNOWN,
    ArrayType,
    DataType,
    MapType,
    StringType,
    StructField,
    StructType,
)
from ssbt.compiler.types.ddl import parse_type
from ssbt.compiler.types.expression_types import Typed
from tests.agreement.answers import Question, Theirs

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

BATCH = 64
_TRUNCATION_WARNINGS = "org.apache.spark.sql.catalyst.util.StringUtils"


class SparkProbe:
    """A Spark session of its own, with its ANSI mode."""

    def __init__(self, spark: SparkSession, ansi: bool = True) -> None:
        self.session = spark.newSession()
        self.session.conf.set("spark.sql.ansi.enabled", str(ansi).lower())
        self.session.conf.set("spark.sql.timeType.enabled", "true")
        self.session.conf.set("spark.sql.geospatial.enabled", "true")
        # An error's text ends with its plan, which is of no use here and takes long to write.
        self.session.conf.set("spark.sql.maxPlanStringLength", "0")
        self.jvm = cast("Any", self.session._jvm)
        self._java: Any = self.session._jsparkSession
        self._gateway: Any = self.session.sparkContext._gateway
        logging = self.jvm.org.apache.logging.log4j
        configurator = logging.core.config.Configurator
        configurator.setLevel(_TRUNCATION_WARNINGS, logging.Level.ERROR)

    def table(self, columns: Mapping[str, str]) -> Any:
        """The empty table of these columns, each with its type in DDL."""
        ddl = ", ".join(f"`{name}` {kind}" for name, kind in columns.items())
        schema = self._java.sessionState().sqlParser().parseTableSchema(ddl)
        return self._java.createDataFrame(self.jvm.java.util.ArrayList(), schema)

    def query(self, text: str) -> Any:
        """The DataFrame of a whole query. Raises Py4JJavaError."""
        return self._java.sql(text)

    def answers(
        self, table: Any, questions: Sequence[Question], alone: Collection[Question] = ()
    ) -> dict[Question, Theirs]:
        """What Spark says of each question over the table.

        Many are put into one step; `alone` are those that are probably errors.
        """
        result: dict[Question, Theirs] = {}
        single = {*alone, *(question for question in questions if question.names > 1)}
        with plain_errors(), self.active():
            for question in single:
                result |= self._several(table, [question])
            for form in dict.fromkeys(question.form for question in questions):
                askable = list(
                    dict.fromkeys(q for q in questions if q.form == form and q not in single)
                )
                for start in range(0, len(askable), BATCH):
                    result |= self._several(table, askable[start : start + BATCH])
        return result

    @contextmanager
    def active(self) -> Iterator[None]:
        """This session as the thread's own: some checks of Spark ask that one for its settings."""
        sessions = self.jvm.org.apache.spark.sql.classic.SparkSession
        before = sessions.getActiveSession()
        sessions.setActiveSession(self._java)
        try:
            yield
        finally:
            sessions.clearActiveSession()
            if before.isDefined():
                sessions.setActiveSession(before.get())

    def _several(self, table: Any, questions: list[Question]) -> dict[Question, Theirs]:
        """The answers, by halves where one of them is an error."""
        from py4j.protocol import Py4JJavaError

        try:
            columns = columns_of(self._frame(table, questions))
        except Py4JJavaError as error:
            if len(questions) == 1:
                message = str(error.java_exception.getMessage()).replace("\n", " ")
                return {questions[0]: Theirs((), message[:300])}
            half = len(questions) // 2
            return self._several(table, questions[:half]) | self._several(table, questions[half:])
        if questions[0].form == "where":
            return dict.fromkeys(questions, Theirs(()))
        before = {"grouped": 2, "select": 1}.get(questions[0].form, 0)
        columns = columns[before:]
        if len(questions) == 1:
            return {questions[0]: Theirs(tuple(columns))}
        return {q: Theirs((column,)) for q, column in zip(questions, columns, strict=True)}

    def _frame(self, table: Any, questions: list[Question]) -> Any:
        if questions[0].form == "where":
            for question in questions:
                table = table.where(question.text)
            return table
        texts = self._gateway.new_array(self.jvm.String, len(questions))
        for place, question in enumerate(questions):
            names = ", ".join(f"y{place}x{number}" for number in range(question.names))
            texts[place] = f"{question.text} as {names if question.names == 1 else f'({names})'}"
        if questions[0].form == "select":
            return self._selected(table, list(texts))
        column = self.jvm.org.apache.spark.sql.functions.expr
        if questions[0].form == "aggregate":
            grouped = table.groupBy(
                self._gateway.new_array(self.jvm.org.apache.spark.sql.Column, 0)
            )
        else:
            more = self._gateway.new_array(self.jvm.String, 1)
            more[0] = "s"
            grouped = table.groupBy("i", more)
        rest = self._gateway.new_array(self.jvm.org.apache.spark.sql.Column, len(questions) - 1)
        for place, text in enumerate(list(texts)[1:]):
            rest[place] = column(text)
        return grouped.agg(column(texts[0]), rest)

    def _selected(self, table: Any, texts: list[str]) -> Any:
        """The select step; a column goes first, or an aggregate would be of the whole table."""
        texts = [f"`{table.columns()[0]}`", *texts]
        array = self._gateway.new_array(self.jvm.String, len(texts))
        for place, text in enumerate(texts):
            array[place] = text
        return table.selectExpr(array)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Without PySpark's own handler, which fetches each stack trace and takes ten times as long."""
    from py4j import java_gateway, protocol

    handler = java_gateway.get_return_value
    java_gateway.get_return_value = protocol.get_return_value
    try:
        yield
    finally:
        java_gateway.get_return_value = handler


def columns_of(frame: Any) -> list[Typed]:
    """The types of a Java DataFrame's columns."""
    fields = json.loads(frame.schema().json())["fields"]
    return [Typed(_type_of(field), field["nullable"]) for field in fields]


def _type_of(field: Any) -> DataType:
    """The type of a column or a field, whose collations stand in its metadata, by place."""
    collations = field.get("metadata", {}).get("__COLLATIONS", {})
    return type_from_json(field["type"], field["name"], collations)


def known_type(name: str) -> DataType:
    """The type that a name in DDL means."""
    names = NULL if name == "void" else parse_type(name)
    assert names is not None, name
    return names


def type_from_json(
    text: Any, place: str = "", collations: Mapping[str, str] = MappingProxyType({})
) -> DataType:
    """A type as Spark writes it in JSON; `collations` are those of texts in it, by their places."""
    if place in collations:
        return StringType(collations[place].partition(".")[2].upper())
    if isinstance(text, str):
        return UNKNOWN if text.startswith("geo") else known_type(text)
    match text["type"]:
        case "array":
            element = type_from_json(text["elementType"], f"{place}.element", collations)
            return ArrayType(element, text["containsNull"])
        case "map":
            key, value = (
                type_from_json(text[f"{part}Type"], f"{place}.{part}", collations)
                for part in ("key", "value")
            )
            return MapType(key, value, text["valueContainsNull"])
    return StructType(
        tuple(
            StructField(field["name"], _type_of(field), field["nullable"])
            for field in text["fields"]
        )
    )
