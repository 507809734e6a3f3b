"""Most records of JSON, parsed in two thirds of the time that all of them would take.

A record is looked at twice: first as what nearly all records are, one object that begins and ends
with its braces and whose times have the usual form. What is anything else, or malformed, is null
here and goes the long way. So this may be narrow, but whatever it gives is what the long way gives.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import (
    BooleanType,
    DataType,
    DateType,
    StringType,
    StructField,
    StructType,
    TimestampNTZType,
    TimestampType,
)

# Days that every year has, in years where no offset leads out of those that Spark holds: no cast of
# these fails. The end is `\z`: `$` matches before a last line feed, too, which a cast takes.
# Groups give nothing back (`?>`, `?+`), which takes a quarter less time.
_DATE = (
    r"^[1-8]\d\d\d-(?>(?>0[1-9]|1[0-2])-(?>[01][1-9]|[12]0|2[1-8])"
    r"|(?>0[13-9]|1[0-2])-(?>29|30)|(?>0[13578]|1[02])-31)"
)
_TIME, _SECONDS = r"[T ](?>[01]\d|2[0-3]):[0-5]\d", r":[0-5]\d(?>\.\d{1,6}+)?+"
_OFFSET = r"(?>Z|[+-](?>0\d|1[0-7]):[0-5]\d)?+"
_FORMS: dict[type[DataType], str] = {
    DateType: rf"{_DATE}\z",
    TimestampNTZType: rf"{_DATE}(?>{_TIME}(?>{_SECONDS})?+)?+\z",
    TimestampType: rf"{_DATE}(?>{_TIME}(?>{_SECONDS}{_OFFSET})?+)?+\z",
}
# The options with their patterns, and the patterns that take all texts of these forms.
_PATTERNS: dict[type[DataType], tuple[str, str]] = {
    DateType: ("dateFormat", "yyyy-MM-dd"),
    TimestampNTZType: ("timestampNTZFormat", "yyyy-MM-dd[['T'][ ]HH:mm[:ss[.SSSSSSSSS]]]"),
    TimestampType: ("timestampFormat", "yyyy-MM-dd[['T'][ ]HH:mm[:ss[.SSSSSSSSS]][XXX][X]]"),
}


@dataclass(frozen=True)
class FirstLook:
    """A parsed column, and the object in it, or null, as a function of that column."""

    parsed: Column
    content: Callable[[Column], Column]


def look_at_json(
    data: Column, type: StructType, options: Mapping[str, str], corrupt: str, mark: str
) -> FirstLook | None:
    """The objects of the type that are found at once; None if these options allow none.

    `mark` is a field that no record has. It takes the place of the last brace: it is in the object
    only if nothing follows that, and within no other object, which would not be closed.
    """
    if options.get("allowComments", "false").lower() != "false":
        return None
    text, data = data.cast("string"), data.cast("binary")
    start = F.substr(data, F.lit(1), F.octet_length(data) - 1)
    marked = F.concat(start, F.lit(f',"{mark}":true}}').cast("binary")).cast("string")
    texts = {each for each in _FORMS if _can_be_cast(each, options)}
    fields = [*_texts_for_times(type, texts).fields, StructField(mark, BooleanType())]
    parsed_type = StructType([*fields, StructField(corrupt, StringType())])

    def content(parsed: Column) -> Column:
        is_whole = parsed[corrupt].isNull() & parsed[mark].isNotNull()
        usual = reduce(and_, _usual_times(parsed, type, texts), is_whole)
        return F.when(usual, _cast_times(parsed, type, texts))

    is_likely = text.startswith("{") & text.endswith("}")
    return FirstLook(F.when(is_likely, F.from_json(marked, parsed_type, options)), content)


def _can_be_cast(type: type[DataType], options: Mapping[str, str]) -> bool:
    """Whether a cast, which takes a fifth of the time, reads the usual forms as the pattern does.

    A cast goes by the session's time zone.
    """
    option, pattern = _PATTERNS[type]
    return options.get(option) == pattern and "timeZone" not in options


def _texts_for_times(type: StructType, texts: set[type[DataType]]) -> StructType:
    """The type with strings for the times in it, but for those in lists and maps."""

    def field_type(each: DataType) -> DataType:
        if isinstance(each, StructType):
            return _texts_for_times(each, texts)
        return StringType() if each.__class__ in texts else each

    return StructType([StructField(field.name, field_type(field.dataType)) for field in type])


def _usual_times(value: Column, type: StructType, texts: set[type[DataType]]) -> Iterator[Column]:
    for field in type:
        each = value[field.name]
        if isinstance(field.dataType, StructType):
            yield from _usual_times(each, field.dataType, texts)
        elif field.dataType.__class__ in texts:
            yield each.isNull() | each.rlike(_FORMS[field.dataType.__class__])


def _cast_times(value: Column, type: StructType, texts: set[type[DataType]]) -> Column:
    """The struct with the type's own fields, those that are texts for times cast."""

    def cast_field(each: Column, of: DataType) -> Column:
        if isinstance(of, StructType):
            return F.when(each.isNotNull(), _cast_times(each, of, texts))
        return each.cast(of) if of.__class__ in texts else each

    return F.struct(
        *(cast_field(value[field.name], field.dataType).alias(field.name) for field in type)
    )
