"""Text, JSON and CSV in the keys and values of a broker's records.

Spark's own functions decode them, and pass over what is wrong with the text itself: bytes that are
no UTF-8 become U+FFFD, half of a surrogate pair becomes `?`, and what stands behind the first value
of JSON is dropped.
"""

from collections.abc import Callable, Collection, Iterator, Mapping

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
from ssbt.runtime.values.fitting import field_text, utf8

# `en-CH` takes points in decimals alone, and drops this sign; `en-US` drops commas, and not this.
_SIGN, _SIGNED, _UNSIGNED = "\N{RIGHT SINGLE QUOTATION MARK}", "en-CH", "en-US"
_CORRUPT, _END = "_ssbt_malformed", "_ssbt_end"
_MOST_COLUMNS = 20_000
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
    wanted, text = _struct(schema), data.cast("string")
    wide, corrupt = _widened(wanted), StructField(_CORRUPT, StringType())
    given = {**(options or {}), "mode": "PERMISSIVE", "columnNameOfCorruptRecord": _CORRUPT}
    rows, end = StructField("rows", ArrayType(wide)), StructField("end", BooleanType())
    # What has something behind it is not the one row of this.
    whole = F.concat(F.lit('{"rows":['), text, F.lit('\n],"end":true}'))

    stricter, signed = _stricter(wanted, given), text.contains(_SIGN) | text.contains("\\u2019")

    def parsed(type: StructType) -> Column:
        of = StructType([*type.fields, corrupt])
        plain = F.from_json(text, of, given)
        return (
            F.when(signed, F.from_json(text, of, stricter)).otherwise(plain) if stricter else plain
        )

    def sound() -> Column:
        if stricter is None:
            return utf8(data) & ~_escapes_half(text)
        held = F.when(
            signed,
            F.from_json(text, StructType([*wide.fields, corrupt]), stricter)[_CORRUPT].isNull(),
        )
        return utf8(data) & ~_escapes_half(text) & held.otherwise(True)

    def is_one_row(part: Column) -> Column:
        one = (F.size(part["rows"]) == 1) & F.get(part["rows"], F.lit(0)).isNotNull()
        return part[_CORRUPT].isNull() & part["end"].isNotNull() & one

    def problem(part: Column) -> Column:
        no_row = "no JSON object that fits the schema"
        detail = _detail(parsed(wide), parsed(_texts(wide)), parsed(_flat(wide)), wanted, masked)
        behind = parsed(wide)[_CORRUPT].isNull() & (F.length(F.trim(text)) > 0)
        return (
            F.when(~utf8(data), F.lit(_NO_UTF8))
            .when(_escapes_half(text), F.lit(_NO_CHARACTER))
            .when(~is_one_row(part) & behind, F.lit("JSON with something behind its object"))
            .otherwise(_sentence(no_row, detail))
        )

    return Decoding(
        F.from_json(whole, StructType([rows, end, corrupt]), given),
        problem,
        sound=sound(),
        is_whole=is_one_row,
        content=lambda part: F.get(part["rows"], F.lit(0)),
        type=wanted,
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
    wanted, text, said = _struct(schema), data.cast("string"), options or {}
    given = {**said, "mode": "PERMISSIVE", "columnNameOfCorruptRecord": _CORRUPT}
    sep, empty = said.get("sep", said.get("delimiter", ",")), F.length(text) == 0
    # A quote that nothing closes takes the last value in, and Spark says nothing of it.
    whole = F.when(empty, text).otherwise(F.concat(text, F.lit(f"{sep}1")))
    # Of more columns than it has room for, Spark's parser makes an error that ends the query.
    seps = F.length(text) - F.length(F.replace(text, F.lit(sep)))
    fits = (F.length(text) < _MOST_COLUMNS) | (seps < _MOST_COLUMNS * len(sep))

    stricter, signed = _stricter(wanted, given), text.contains(_SIGN)

    def parsed(line: Column, columns: str) -> Column:
        return F.when(fits, F.from_csv(line, f"{columns}, {_CORRUPT} STRING", given))

    def held(line: Column, columns: str) -> Column:
        """The same, where decimals must not have the sign that Spark would drop."""
        plain = parsed(line, columns)
        if stricter is None:
            return plain
        strict = F.from_csv(line, f"{columns}, {_CORRUPT} STRING", stricter)
        return F.when(fits & signed, strict).otherwise(plain)

    texts = ", ".join(f"`{name.replace('`', '``')}` STRING" for name in wanted.names)
    found = parsed(text, texts)
    sound = F.when(
        fits & signed, held(whole, f"{schema}, {_END} STRING")[_CORRUPT].isNull()
    ).otherwise(True)
    detail = _detail(held(text, schema), found, found, wanted, masked)
    problem = _sentence("no line of values that fits the schema", detail)
    return Decoding(
        parsed(whole, f"{schema}, {_END} STRING"),
        F.when(utf8(data), problem).otherwise(F.lit(_NO_UTF8)),
        sound=utf8(data) if stricter is None else utf8(data) & sound,
        is_whole=lambda part: part[_CORRUPT].isNull() & (empty | (part[_END] == "1")),
        content=lambda part: part.dropFields(_END, _CORRUPT),
        type=wanted,
        masked=frozenset(masked),
    )


def _escapes_half(text: Column) -> Column:
    """Whether JSON escapes one half of a character without the other, which Java makes a `?`."""
    single = F.replace(text, F.lit("\\\\"), F.lit("__"))
    return text.contains("\\u") & single.rlike(_HALF)


def _stricter(type: StructType, options: Mapping[str, str]) -> dict[str, str] | None:
    """The options with which a decimal cannot have the sign that those given drop, if any."""
    has_decimals = "decimal(" in type.simpleString()
    is_signed = options.get("locale") == _SIGNED and has_decimals
    return {**options, "locale": _UNSIGNED} if is_signed else None


def _struct(schema: str | StructType) -> StructType:
    if isinstance(schema, StructType):
        return schema
    return SparkSession.active().createDataFrame([], schema).schema


def _widened(type: StructType) -> StructType:
    """The type with SMALLINT for TINYINT, in which Spark reads 128 as -128."""
    wide = _mapped(type, lambda each: ShortType() if isinstance(each, ByteType) else each)
    assert isinstance(wide, StructType)
    return wide


def _mapped(type: DataType, leaf: Callable[[DataType], DataType]) -> DataType:
    match type:
        case StructType():
            fields = (
                StructField(f.name, _mapped(f.dataType, leaf), f.nullable, f.metadata) for f in type
            )
            return StructType(list(fields))
        case ArrayType():
            return ArrayType(_mapped(type.elementType, leaf), type.containsNull)
        case MapType():
            key, value = (_mapped(each, leaf) for each in (type.keyType, type.valueType))
            return MapType(key, value, type.valueContainsNull)
    return leaf(type)


def _texts(type: StructType) -> StructType:
    """The fields as texts, those of structs too, also where these are in lists and maps."""

    def as_text(each: DataType) -> DataType:
        if isinstance(each, StructType):
            return _texts(each)
        if isinstance(each, ArrayType) and isinstance(each.elementType, StructType):
            return ArrayType(_texts(each.elementType))
        if isinstance(each, MapType) and isinstance(each.valueType, StructType):
            return MapType(StringType(), _texts(each.valueType))
        return StringType()

    return StructType([StructField(field.name, as_text(field.dataType)) for field in type])


def _flat(type: StructType) -> StructType:
    return StructType([StructField(field.name, StringType()) for field in type])


def _sentence(problem: str, detail: Column) -> Column:
    return F.concat(
        F.lit(problem), F.when(detail != "", F.concat(F.lit(": "), detail)).otherwise("")
    )


def _detail(
    row: Column, texts: Column, flat: Column, type: StructType, masked: Collection[str]
) -> Column:
    """What is wrong with the fields that have a text and no value."""
    hidden = frozenset(masked)

    def sentences(parsed: Column) -> Column:
        found = _fields(parsed["row"], parsed["texts"], parsed["flat"], type, "")
        return F.concat_ws(
            "; ",
            *(F.when(wrong, field_text(path, text, of, hidden)) for path, wrong, text, of in found),
        )

    # An array of one, so that each is parsed once for all fields.
    parsed = F.array(F.struct(row.alias("row"), texts.alias("texts"), flat.alias("flat")))
    return F.get(F.transform(parsed, sentences), F.lit(0))


def _fields(
    row: Column, texts: Column, flat: Column | None, type: StructType, above: str
) -> Iterator[tuple[str, Column, Column, DataType]]:
    for field in type:
        path, value, text = above + field.name, row[field.name], texts[field.name]
        element = _element(field.dataType)
        if element is None:
            yield path, value.isNull() & text.isNotNull(), text, field.dataType
            continue
        if flat is not None:
            whole = flat[field.name]
            yield path, value.isNull() & whole.isNotNull() & text.isNull(), whole, field.dataType
        if isinstance(field.dataType, StructType):
            yield from _fields(value, text, None, element, f"{path}.")
        else:
            yield from _fields_of_elements(value, text, field.dataType, element, f"{path}.")


def _element(type: DataType) -> StructType | None:
    """The struct that a type is, or has in a list or as the values of a map."""
    inner = getattr(type, "elementType", getattr(type, "valueType", type))
    return inner if isinstance(inner, StructType) else None


def _fields_of_elements(
    values: Column, texts: Column, type: DataType, element: StructType, above: str
) -> Iterator[tuple[str, Column, Column, DataType]]:
    """The same for the structs in a list or map: of each field the first one that is wrong."""
    if isinstance(type, MapType):
        values, texts = F.map_values(values), F.map_values(texts)
    pairs = F.zip_with(values, texts, lambda row, of: F.struct(row.alias("row"), of.alias("texts")))

    # Spark asks a function of one parameter for one column, so the place is not another.
    def wrong_text(place: int) -> Callable[[Column], Column]:
        def of_pair(pair: Column) -> Column:
            fields = [*_fields(pair["row"], pair["texts"], None, element, "")]
            _, wrong, text, _ = fields[place]
            return F.when(wrong, text)

        return of_pair

    for place, (path, _, _, of) in enumerate(_fields(values, texts, None, element, above)):
        found = F.filter(F.transform(pairs, wrong_text(place)), lambda each: each.isNotNull())
        first = F.get(found, F.lit(0))
        yield path, first.isNotNull(), first, of
