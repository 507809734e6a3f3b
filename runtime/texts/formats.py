"""Text, JSON and CSV in the keys and values of a broker's records.

Spark's own functions decode them, and pass over what is wrong with the text itself: bytes that are
no UTF-8 become U+FFFD, half of a surrogate pair becomes `?`, and what stands behind the first value
of JSON is dropped.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
import secrets

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    BooleanType,
    ByteType,
    DataType,
    MapType,
    ShortType,
    StringType,
    StructField,
    StructType,
)

from ssbt.runtime.records.decoding import Decoding
from ssbt.runtime.texts.first_look import look_at_json
from ssbt.runtime.values.fitting import field_text, utf8

# `en-CH` takes points in decimals alone, and drops this sign; `en-US` drops commas, and not this.
_SIGN, _SIGNED, _UNSIGNED = "\N{RIGHT SINGLE QUOTATION MARK}", "en-CH", "en-US"
_CORRUPT, _END = "_ssbt_malformed", "_ssbt_end"
# What a text is put between for parsing: a record that held these could seem to end before it does,
# so nobody who writes one can know them. Digits separate the values of no CSV.
_MARK = str(secrets.randbits(64))
_ROWS = f"_ssbt_{_MARK}"
_MAX_COLUMNS = 20_000
_NO_UTF8, _NO_CHARACTER = "no text in UTF-8", "JSON that escapes half of a character"
# One half of a surrogate pair without the other, where each backslash begins an escape.
_HALF = r"\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB].{2})\\u[dD][c-fC-F]"


def string_decoding(data: Column) -> Decoding:
    """The text that the bytes are."""
    return Decoding(data.cast("string"), _NO_UTF8, sound=utf8(data))


def json_decoding(
    data: Column,
    schema: str | StructType,
    options: Mapping[str, str] | None = None,
    *,
    masked: Collection[str] = (),
) -> Decoding:
    """The object that the bytes are; values of fields that are `masked` stay out of errors."""
    target, text = _parse_struct(schema), data.cast("string")
    wide_type, corrupt = _widen(target), StructField(_CORRUPT, StringType())
    spark_options = {**(options or {}), "mode": "PERMISSIVE", "columnNameOfCorruptRecord": _CORRUPT}
    marked_type = StructType([*wide_type.fields, StructField(_ROWS, BooleanType())])
    # What has something behind it, or closes the list itself, is not the first of the two in it.
    wrapped = F.concat(F.lit(f'{{"{_ROWS}":['), text, F.lit(f'\n,{{"{_ROWS}":true}}]}}'))

    strict_options, signed = (
        _strict_options(target, spark_options),
        text.contains(_SIGN) | text.contains("\\u2019"),
    )

    def parse_as(type: StructType) -> Column:
        with_corrupt = StructType([*type.fields, corrupt])
        plain = F.from_json(text, with_corrupt, spark_options)
        return (
            F.when(signed, F.from_json(text, with_corrupt, strict_options)).otherwise(plain)
            if strict_options
            else plain
        )

    def soundness() -> Column:
        if strict_options is None:
            return utf8(data) & ~_escapes_half(text)
        sign_condition = F.when(
            signed,
            F.from_json(text, StructType([*wide_type.fields, corrupt]), strict_options)[
                _CORRUPT
            ].isNull(),
        )
        return utf8(data) & ~_escapes_half(text) & sign_condition.otherwise(True)

    frame_type = StructType([StructField(_ROWS, ArrayType(marked_type)), corrupt])
    frame = F.from_json(wrapped, frame_type, spark_options)

    def is_one_row(part: Column) -> Column:
        row, end = (F.get(part[_ROWS], F.lit(place)) for place in (0, 1))
        is_ended = (F.size(part[_ROWS]) == 2) & end[_ROWS].isNotNull()
        return part[_CORRUPT].isNull() & row.isNotNull() & is_ended

    def only_row(part: Column) -> Column:
        return F.when(is_one_row(part), F.get(part[_ROWS], F.lit(0)).dropFields(_ROWS))

    # An array of one, so that it is parsed once.
    row = F.get(F.transform(F.array(frame), only_row), F.lit(0))
    first = look_at_json(data, wide_type, spark_options, _CORRUPT, _ROWS)

    def problem(part: Column) -> Column:
        no_row = "no JSON object that fits the schema"
        detail = _describe_fields(
            parse_as(wide_type),
            parse_as(_text_struct(wide_type)),
            parse_as(_flat_texts(wide_type)),
            target,
            masked,
        )
        has_trailing = parse_as(wide_type)[_CORRUPT].isNull() & (F.length(F.trim(text)) > 0)
        return (
            F.when(~utf8(data), F.lit(_NO_UTF8))
            .when(_escapes_half(text), F.lit(_NO_CHARACTER))
            .when(part.isNull() & has_trailing, F.lit("JSON with something behind its object"))
            .otherwise(_sentence(no_row, detail))
        )

    return Decoding(
        row if first is None else lambda parsed: F.coalesce(first.content(parsed), row),
        problem,
        sound=soundness(),
        first=None if first is None else first.parsed,
        type=target,
        masked=frozenset(masked),
    )


def csv_decoding(
    data: Column,
    schema: str,
    options: Mapping[str, str] | None = None,
    *,
    masked: Collection[str] = (),
) -> Decoding:
    """The values that the line is; those of fields that are `masked` stay out of errors."""
    target, text, given_options = _parse_struct(schema), data.cast("string"), options or {}
    spark_options = {**given_options, "mode": "PERMISSIVE", "columnNameOfCorruptRecord": _CORRUPT}
    sep, empty = given_options.get("sep", given_options.get("delimiter", ",")), F.length(text) == 0
    # A quote that nothing closes takes the last value in, and Spark says nothing of it.
    terminated = F.when(empty, text).otherwise(F.concat(text, F.lit(sep + _MARK)))
    # Of more columns than it has room for, Spark's parser makes an error that ends the query.
    seps = F.length(text) - F.length(F.replace(text, F.lit(sep)))
    fits = (F.length(text) < _MAX_COLUMNS) | (seps < _MAX_COLUMNS * len(sep))

    strict_options, signed = _strict_options(target, spark_options), text.contains(_SIGN)

    def parse_line(line: Column, columns: str) -> Column:
        return F.when(fits, F.from_csv(line, f"{columns}, {_CORRUPT} STRING", spark_options))

    def parse_strictly(line: Column, columns: str) -> Column:
        """The same, where decimals must not have the sign that Spark would drop."""
        plain = parse_line(line, columns)
        if strict_options is None:
            return plain
        strict = F.from_csv(line, f"{columns}, {_CORRUPT} STRING", strict_options)
        return F.when(fits & signed, strict).otherwise(plain)

    texts = ", ".join(f"`{name.replace('`', '``')}` STRING" for name in target.names)
    text_values = parse_line(text, texts)
    sound = F.when(
        fits & signed, parse_strictly(terminated, f"{schema}, {_END} STRING")[_CORRUPT].isNull()
    ).otherwise(True)
    detail = _describe_fields(
        parse_strictly(text, schema), text_values, text_values, target, masked
    )
    problem = _sentence("no line of values that fits the schema", detail)
    return Decoding(
        parse_line(terminated, f"{schema}, {_END} STRING"),
        F.when(utf8(data), problem).otherwise(F.lit(_NO_UTF8)),
        sound=utf8(data) if strict_options is None else utf8(data) & sound,
        is_whole=lambda part: part[_CORRUPT].isNull() & (empty | (part[_END] == _MARK)),
        content=lambda part: part.dropFields(_END, _CORRUPT),
        type=target,
        masked=frozenset(masked),
    )


def _escapes_half(text: Column) -> Column:
    """Whether JSON escapes one half of a character without the other, which Java makes a `?`."""
    single = F.replace(text, F.lit("\\\\"), F.lit("__"))
    return text.contains("\\u") & single.rlike(_HALF)


def _strict_options(type: StructType, options: Mapping[str, str]) -> dict[str, str] | None:
    """The options with which a decimal cannot have the sign that those given drop, if any."""
    has_decimals = "decimal(" in type.simpleString()
    is_signed = options.get("locale") == _SIGNED and has_decimals
    return {**options, "locale": _UNSIGNED} if is_signed else None


def _parse_struct(schema: str | StructType) -> StructType:
    if isinstance(schema, StructType):
        return schema
    return SparkSession.active().createDataFrame([], schema).schema


def _widen(type: StructType) -> StructType:
    """The type with SMALLINT for TINYINT, in which Spark reads 128 as -128."""
    wide_type = _map_types(type, lambda each: ShortType() if isinstance(each, ByteType) else each)
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


def _text_struct(type: StructType) -> StructType:
    """The fields as texts, those of structs too, also where these are in lists and maps."""

    def as_text(each: DataType) -> DataType:
        if isinstance(each, StructType):
            return _text_struct(each)
        if isinstance(each, ArrayType) and isinstance(each.elementType, StructType):
            return ArrayType(_text_struct(each.elementType))
        if isinstance(each, MapType) and isinstance(each.valueType, StructType):
            return MapType(StringType(), _text_struct(each.valueType))
        return StringType()

    return StructType([StructField(field.name, as_text(field.dataType)) for field in type])


def _flat_texts(type: StructType) -> StructType:
    return StructType([StructField(field.name, StringType()) for field in type])


def _sentence(problem: str, detail: Column) -> Column:
    return F.concat(
        F.lit(problem), F.when(detail != "", F.concat(F.lit(": "), detail)).otherwise("")
    )


def _describe_fields(
    row: Column, texts: Column, flat: Column, type: StructType, masked: Collection[str]
) -> Column:
    """What is wrong with the fields that have a text and no value."""
    hidden_fields = frozenset(masked)

    def sentences(parsed: Column) -> Column:
        bad_fields = _find_bad_fields(parsed["row"], parsed["texts"], parsed["flat"], type, "")
        return F.concat_ws(
            "; ",
            *(
                F.when(wrong, field_text(path, text, of, hidden_fields))
                for path, wrong, text, of in bad_fields
            ),
        )

    # An array of one, so that each is parsed once for all fields.
    combined = F.array(F.struct(row.alias("row"), texts.alias("texts"), flat.alias("flat")))
    return F.get(F.transform(combined, sentences), F.lit(0))


def _find_bad_fields(
    row: Column, texts: Column, flat: Column | None, type: StructType, prefix: str
) -> Iterator[tuple[str, Column, Column, DataType]]:
    for field in type:
        path, value, text = prefix + field.name, row[field.name], texts[field.name]
        element = _element_struct(field.dataType)
        if element is None:
            yield path, value.isNull() & text.isNotNull(), text, field.dataType
            continue
        if flat is not None:
            flat_text = flat[field.name]
            yield (
                path,
                value.isNull() & flat_text.isNotNull() & text.isNull(),
                flat_text,
                field.dataType,
            )
        if isinstance(field.dataType, StructType):
            yield from _find_bad_fields(value, text, None, element, f"{path}.")
        else:
            yield from _find_bad_element_fields(value, text, field.dataType, element, f"{path}.")


def _element_struct(type: DataType) -> StructType | None:
    """The struct that a type is, or has in a list or as the values of a map."""
    inner = getattr(type, "elementType", getattr(type, "valueType", type))
    return inner if isinstance(inner, StructType) else None


def _find_bad_element_fields(
    values: Column, texts: Column, type: DataType, element: StructType, prefix: str
) -> Iterator[tuple[str, Column, Column, DataType]]:
    """The same for the structs in a list or map: of each field the first one that is wrong."""
    if isinstance(type, MapType):
        values, texts = F.map_values(values), F.map_values(texts)
    pairs = F.zip_with(values, texts, lambda row, of: F.struct(row.alias("row"), of.alias("texts")))

    # Spark asks a function of one parameter for one column, so the place is not another.
    def wrong_text(place: int) -> Callable[[Column], Column]:
        def of_pair(pair: Column) -> Column:
            fields = [*_find_bad_fields(pair["row"], pair["texts"], None, element, "")]
            _, wrong, text, _ = fields[place]
            return F.when(wrong, text)

        return of_pair

    for index, (path, _, _, of) in enumerate(
        _find_bad_fields(values, texts, None, element, prefix)
    ):
        wrong_texts = F.filter(F.transform(pairs, wrong_text(index)), lambda each: each.isNotNull())
        first = F.get(wrong_texts, F.lit(0))
        yield path, first.isNotNull(), first, of
