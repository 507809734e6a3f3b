"""Text, JSON and CSV in the keys and values of a broker's records.

Spark's own functions decode them, and skip what is wrong with the text itself: bytes that are
no UTF-8 become U+FFFD, half of a surrogate pair becomes `?`, and what follows the first value
of JSON is dropped.
"""

from collections.abc import Collection, Mapping

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from ssbt.runtime.errors.call_sites import without_call_sites
from ssbt.runtime.fitting.exponents import HUGE_EXPONENT, with_bounded_exponents
from ssbt.runtime.fitting.misfits import Looks, after_colon, utf8
from ssbt.runtime.records.decoding import Decoding
from ssbt.runtime.texts.decimal_signs import SIGN, unsigned_options
from ssbt.runtime.texts.field_problems import describe_fields
from ssbt.runtime.texts.json_objects import CORRUPT, MARK, NO_UTF8, JsonObjects, widen_type

_END = "_ssbt_end"
# A number that may be beyond what a FLOAT holds.
_LARGE_NUMBER = r"(?<![\w.])(?:[\d.]+[eE]\+?\d{2,}|\d{39,}(?:\.\d*)?)(?![\w.])"
_MAX_COLUMNS = 20_000


def string_decoding(data: Column) -> Decoding:
    """The text that the bytes are."""
    return Decoding(data.cast("string"), NO_UTF8, sound=utf8(data))


@without_call_sites()
def json_decoding(
    data: Column,
    schema: str | StructType,
    options: Mapping[str, str] | None = None,
    *,
    masked: Collection[str] = (),
) -> Decoding:
    """The object that the bytes are; values of fields that are `masked` stay out of errors."""
    type = _parse_struct(schema)
    objects = JsonObjects(data, type, options or {})
    first, row = objects.first_look(), objects.row()
    return Decoding(
        row if first is None else lambda parsed: F.coalesce(first.content(parsed), row),
        lambda row: objects.problem(row, masked),
        sound=objects.soundness(),
        first=None if first is None else first.parsed,
        type=type,
        looks=Looks(has_large_number=objects.has_large_number()),
        masked=frozenset(masked),
    )


@without_call_sites()
def csv_decoding(
    data: Column,
    schema: str,
    options: Mapping[str, str] | None = None,
    *,
    masked: Collection[str] = (),
) -> Decoding:
    """The values that the line is; those of fields that are `masked` stay out of errors."""
    type = _parse_struct(schema)
    line = _CsvLine(data, type, options or {})
    texts = line.parse(line.text_columns)
    detail = describe_fields(line.parse_unsigned(line.columns), texts, texts, type, masked)
    problem = F.concat(F.lit("no line of values that fits the schema"), after_colon(detail))
    return Decoding(
        line.parse_terminated(),
        F.when(~utf8(data), F.lit(NO_UTF8))
        .when(~line.is_bounded, F.lit(HUGE_EXPONENT))
        .otherwise(problem),
        sound=line.soundness(),
        is_whole=line.is_whole,
        content=lambda part: part.dropFields(_END, CORRUPT),
        type=type,
        looks=Looks(has_large_number=line.has_large_number()),
        masked=frozenset(masked),
    )


class _CsvLine:
    """Bytes as a line of values."""

    def __init__(self, data: Column, type: StructType, options: Mapping[str, str]) -> None:
        self._data, self._whole_text = data, data.cast("string")
        self._options = {**options, "mode": "PERMISSIVE", "columnNameOfCorruptRecord": CORRUPT}
        self._unsigned_options = unsigned_options(type, self._options)
        self._is_signed = self._whole_text.contains(SIGN)
        sep = options.get("sep", options.get("delimiter", ","))
        # Of more columns than it has room for, Spark's parser makes an error that ends the query.
        seps = F.length(self._whole_text) - F.length(F.replace(self._whole_text, F.lit(sep)))
        is_short = F.length(self._whole_text) < _MAX_COLUMNS
        self._fits = is_short | (seps < _MAX_COLUMNS * len(sep))
        self.text_columns = ", ".join(f"{_quote(name)} STRING" for name in type.names)
        bounded = with_bounded_exponents(self._whole_text, type, self._parse_texts, is_json=False)
        self._text: Column = self._whole_text if bounded is None else bounded
        self.is_bounded = F.lit(True) if bounded is None else bounded.isNotNull()
        # A quote that nothing closes takes the last value in, and Spark says nothing of it.
        self._is_empty = F.length(self._text) == 0
        terminated = F.concat(self._text, F.lit(sep + MARK))
        self._terminated = F.when(self._is_empty, self._text).otherwise(terminated)
        self.columns = _widen_columns(type)
        self._terminated_columns = f"{self.columns}, {_END} STRING"

    def _parse_texts(self, texts: StructType) -> Column:
        """Those columns whose names the type has, as texts."""
        row = self._parse(self._whole_text, self.text_columns, self._options)
        return F.struct(*(row[name].alias(name) for name in texts.names))

    def parse(self, columns: str) -> Column:
        """The values as these columns, and the line if it is not one of them."""
        return self._parse(self._text, columns, self._options)

    def parse_unsigned(self, columns: str) -> Column:
        """The same, where decimals must not have the sign that Spark would drop."""
        plain = self.parse(columns)
        if self._unsigned_options is None:
            return plain
        unsigned = self._parse(self._text, columns, self._unsigned_options)
        return F.when(self._fits & self._is_signed, unsigned).otherwise(plain)

    def parse_terminated(self) -> Column:
        """The values with a mark after the last, which is there only if all were closed."""
        return self._parse(self._terminated, self._terminated_columns, self._options)

    def is_whole(self, part: Column) -> Column:
        """Whether nothing of the line is missing in what `parse_terminated` gave."""
        return part[CORRUPT].isNull() & (self._is_empty | (part[_END] == MARK))

    def soundness(self) -> Column:
        """Whether the text has nothing in it that Spark would skip."""
        if self._unsigned_options is None:
            return utf8(self._data)
        parsed = self._parse(self._terminated, self._terminated_columns, self._unsigned_options)
        is_read = F.when(self._fits & self._is_signed, parsed[CORRUPT].isNull()).otherwise(True)
        return utf8(self._data) & is_read

    def has_large_number(self) -> Column:
        """Whether there may be a number that is too large for a real, and not called infinite."""
        return self._text.rlike(_LARGE_NUMBER)

    def _parse(self, line: Column, columns: str, options: Mapping[str, str]) -> Column:
        with_corrupt = f"{columns}, {CORRUPT} STRING"
        return F.when(self._fits, F.from_csv(line, with_corrupt, options))


def _widen_columns(type: StructType) -> str:
    """The columns of a line as DDL, wide enough to show what their own types would lose."""
    return ", ".join(
        f"{_quote(field.name)} {field.dataType.simpleString()}" for field in widen_type(type)
    )


def _quote(name: str) -> str:
    return f"`{name.replace('`', '``')}`"


def _parse_struct(schema: str | StructType) -> StructType:
    if isinstance(schema, StructType):
        return schema
    if hasattr(StructType, "fromDDL"):  # since Spark 4.0
        parsed = StructType.fromDDL(schema)
        assert isinstance(parsed, StructType)
        return parsed
    return SparkSession.active().createDataFrame([], schema).schema
