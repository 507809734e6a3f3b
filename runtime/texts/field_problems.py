"""What is wrong with the fields of a text that was parsed: those that have a text and no value."""

from collections.abc import Callable, Collection, Iterable, Iterator

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, MapType, StringType, StructField, StructType

from ssbt.runtime.fitting.misfits import sentence_parts, shorten_text

# Between texts that a plan has as one, which is smaller than a list of them.
_BETWEEN = "\0"


def describe_fields(
    row: Column, texts: Column, flat: Column, type: StructType, masked: Collection[str]
) -> Column:
    """The sentences about the fields of a row, by the same with texts; `flat` has no structs.

    Values of fields that are `masked` are not shown. The plan has a field's condition and no
    more for each: a stream plans every batch again, and its time grows with the expressions.
    """
    hidden_fields = frozenset(masked)

    def sentences(parsed: Column) -> Column:
        bad_fields = [*_find_bad_fields(parsed["row"], parsed["texts"], parsed["flat"], type, "")]
        if not bad_fields:
            return F.lit("")
        parts = [sentence_parts(path, of, hidden_fields) for path, _, _, of in bad_fields]
        texts = (
            F.when(wrong, text if is_shown else F.lit(""))
            for (_, wrong, text, _), (_, is_shown, _) in zip(bad_fields, parts, strict=True)
        )
        prefixes, _, suffixes = zip(*parts, strict=True)

        def pick(phrases: Iterable[str], place: Column) -> Column:
            return F.get(F.split(F.lit(_BETWEEN.join(phrases)), _BETWEEN), place)

        def sentence(text: Column, place: Column) -> Column:
            return F.concat(pick(prefixes, place), shorten_text(text), pick(suffixes, place))

        return F.concat_ws("; ", F.transform(F.array(*texts), sentence))

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


def text_struct(type: StructType) -> StructType:
    """The fields as texts, those of structs too, also where these are in lists and maps."""

    def as_text(each: DataType) -> DataType:
        if isinstance(each, StructType):
            return text_struct(each)
        if isinstance(each, ArrayType) and isinstance(each.elementType, StructType):
            return ArrayType(text_struct(each.elementType))
        if isinstance(each, MapType) and isinstance(each.valueType, StructType):
            return MapType(StringType(), text_struct(each.valueType))
        return StringType()

    return StructType([StructField(field.name, as_text(field.dataType)) for field in type])


def flat_texts(type: StructType) -> StructType:
    return StructType([StructField(field.name, StringType()) for field in type])
