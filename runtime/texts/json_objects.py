"""JSON that Spark parses as a schema has it, and what Spark skips in its text."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
import secrets

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    BooleanType,
    ByteType,
    DataType,
    DecimalType,
    MapType,
    ShortType,
    StringType,
    StructField,
    StructType,
)

from ssbt.runtime.fitting.exponents import HUGE_EXPONENT, with_bounded_exponents
from ssbt.runtime.fitting.misfits import after_colon, utf8, with_more_places
from ssbt.runtime.texts.decimal_signs import SIGN, unsigned_options
from ssbt.runtime.texts.field_problems import (
    describe_fields,
    flat_texts,
    text_struct,
)
from ssbt.runtime.texts.first_look import FirstLook, look_at_json

NO_UTF8, _NO_CHARACTER = "no text in UTF-8", "JSON that escapes half of a character"
CORRUPT = "_ssbt_malformed"
# What a text is put between for parsing: a record that held this could seem to end before it does,
# so nobody who writes one can know it. Digits separate the values of no CSV.
MARK = str(secrets.randbits(64))
_ROWS = f"_ssbt_{MARK}"
# A number, and no text, that may be beyond what a FLOAT holds.
_LARGE_NUMBER = r"[:\[,]\s*-?(?:\d+(?:\.\d*)?[eE]\+?\d{2}|\d{39})"
# One half of a surrogate pair without the other, where each backslash begins an escape.
_HALF = r"\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB].{2})\\u[dD][c-fC-F]"


class JsonObjects:
    """Bytes as objects of a type, each column of which Spark computes for itself."""

    def __init__(self, data: Column, type: StructType, options: Mapping[str, str]) -> None:
        self._data, self._text, self._type = data, data.cast("string"), type
        self._wide_type = widen_type(type)
        self._options = {**options, "mode": "PERMISSIVE", "columnNameOfCorruptRecord": CORRUPT}
        self._unsigned_options = unsigned_options(type, self._options)
        self._is_signed = self._text.contains(SIGN) | self._text.contains("\\u2019")
        text, options = self._text, self._options
        bounded = with_bounded_exponents(
            text, type, lambda texts: F.from_json(text, texts, options), is_json=True
        )
        # What is parsed, null where parsing would not end.
        self._parsed_text = text if bounded is None else bounded
        self._is_bounded = None if bounded is None else bounded.isNotNull()

    def first_look(self) -> FirstLook | None:
        """What most objects are found by."""
        looked = look_at_json(self._data, self._wide_type, self._options, CORRUPT, _ROWS)
        if looked is None or self._is_bounded is None:
            return looked
        return replace(looked, parsed=F.when(self._is_bounded, looked.parsed))

    def row(self) -> Column:
        """The object; null where there is none, or something after it."""
        row_type = StructType([*self._wide_type.fields, StructField(_ROWS, BooleanType())])
        frame_type = StructType([StructField(_ROWS, ArrayType(row_type)), _corrupt_field()])
        # What has something after it, or closes the list itself, is not the first of two in it.
        start, end = f'{{"{_ROWS}":[', f'\n,{{"{_ROWS}":true}}]}}'
        framed = F.concat(F.lit(start), self._parsed_text, F.lit(end))
        frame = F.from_json(framed, frame_type, self._options)
        # An array of one, so that it is parsed once.
        return F.get(F.transform(F.array(frame), _only_row), F.lit(0))

    def soundness(self) -> Column:
        """Whether the text has nothing in it that Spark would skip."""
        is_sound = utf8(self._data) & ~_escapes_half(self._text)
        if self._unsigned_options is None:
            return is_sound
        parsed = F.from_json(
            self._parsed_text, self._with_corrupt(self._wide_type), self._unsigned_options
        )
        return is_sound & F.when(self._is_signed, parsed[CORRUPT].isNull()).otherwise(True)

    def has_large_number(self) -> Column:
        """Whether there may be a number that is too large for a real, and not called infinite."""
        return self._text.rlike(_LARGE_NUMBER)

    def problem(self, row: Column, masked: Collection[str]) -> Column:
        """What is wrong with bytes that are malformed, and of which `row` is what was found."""
        detail = describe_fields(
            self._parse_as(self._wide_type),
            self._parse_as(text_struct(self._wide_type)),
            self._parse_as(flat_texts(self._wide_type)),
            self._type,
            masked,
        )
        is_parsed = self._parse_as(self._wide_type)[CORRUPT].isNull()
        has_trailing = row.isNull() & is_parsed & (F.length(F.trim(self._text)) > 0)
        is_bounded = F.lit(True) if self._is_bounded is None else self._is_bounded
        return (
            F.when(~utf8(self._data), F.lit(NO_UTF8))
            .when(~is_bounded, F.lit(HUGE_EXPONENT))
            .when(_escapes_half(self._text), F.lit(_NO_CHARACTER))
            .when(has_trailing, F.lit("JSON with something after its object"))
            .otherwise(F.concat(F.lit("no JSON object that fits the schema"), after_colon(detail)))
        )

    def _parse_as(self, type: StructType) -> Column:
        with_corrupt = self._with_corrupt(type)
        plain = F.from_json(self._parsed_text, with_corrupt, self._options)
        if self._unsigned_options is None:
            return plain
        unsigned = F.from_json(self._parsed_text, with_corrupt, self._unsigned_options)
        return F.when(self._is_signed, unsigned).otherwise(plain)

    def _with_corrupt(self, type: StructType) -> StructType:
        return StructType([*type.fields, _corrupt_field()])


def _corrupt_field() -> StructField:
    return StructField(CORRUPT, StringType())


def _only_row(frame: Column) -> Column:
    """The row that was put into a frame, if it is the only one before the frame's own."""
    row, end = (F.get(frame[_ROWS], F.lit(place)) for place in (0, 1))
    is_ended = (F.size(frame[_ROWS]) == 2) & end[_ROWS].isNotNull()
    is_one_row = frame[CORRUPT].isNull() & row.isNotNull() & is_ended
    return F.when(is_one_row, row.dropFields(_ROWS))


def _escapes_half(text: Column) -> Column:
    """Whether JSON escapes one half of a character without the other, which Java makes a `?`."""
    single = F.replace(text, F.lit("\\\\"), F.lit("__"))
    return text.contains("\\u") & single.rlike(_HALF)


def widen_type(type: StructType) -> StructType:
    """The type with wider ones for TINYINT, in which Spark reads 128 as -128, and for decimals,
    which Spark rounds."""

    def widen(each: DataType) -> DataType:
        if isinstance(each, DecimalType):
            return with_more_places(each)
        return ShortType() if isinstance(each, ByteType) else each

    wide_type = _map_types(type, widen)
    assert isinstance(wide_type, StructType)
    return wide_type


def _map_types(type: DataType, leaf: Callable[[DataType], DataType]) -> DataType:
    match type:
        case StructType():
            fields = (
                StructField(f.name, _map_types(f.dataType, leaf), f.nullable, f.metadata)
                for f in type
            )
            return StructType(list(fields))
        case ArrayType():
            return ArrayType(_map_types(type.elementType, leaf), type.containsNull)
        case MapType():
            key, value = (_map_types(each, leaf) for each in (type.keyType, type.valueType))
            return MapType(key, value, type.valueContainsNull)
    return leaf(type)
