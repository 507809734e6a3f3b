"""Methods of other languages as Spark SQL, as texts: `status.upper()` is `upper(status)`."""

from __future__ import annotations

from collections.abc import Sequence
import re

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.syntax.foreign.renamed import RENAMED
from ssbt.compiler.syntax.strings import quote_string
from ssbt.compiler.types.foreign_datetime_patterns import translate_pattern
from ssbt.compiler.types.functions import find_function

# What people call the libraries whose functions they take.
MODULES = frozenset(
    ("f", "fn", "func", "functions", "sf", "psf", "sqlfunctions", "pl", "pd", "np", "math", "sql")
)
_STRING = lazy_pattern(r"(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\")")
_LISTED = lazy_pattern(r"[\[(]([\s\S]*)[\])]")
_PLAIN = lazy_pattern(r"['\"][\w ,:;/@#=-]*['\"]")
_TYPE = lazy_pattern(r"\w+(?:\([\d, ]+\))?")
_ACCESSORS = lazy_pattern(r"\.(?:str|dt|list|arr|cat)$")
# Methods that are operators here: how many arguments they take, and what they are.
_OPERATORS: dict[str, tuple[tuple[int, str], ...]] = {
    **dict.fromkeys(("isnull", "isna", "is_null"), ((0, "{0} is null"),)),
    **dict.fromkeys(("isnotnull", "notna", "notnull", "is_not_null"), ((0, "{0} is not null"),)),
    "desc": ((0, "{0} desc"),),
    "asc": ((0, "{0} asc"),),
    "desc_nulls_first": ((0, "{0} desc nulls first"),),
    "desc_nulls_last": ((0, "{0} desc nulls last"),),
    "asc_nulls_first": ((0, "{0} asc nulls first"),),
    "asc_nulls_last": ((0, "{0} asc nulls last"),),
    **dict.fromkeys(("between", "is_between"), ((2, "{0} between {1} and {2}"),)),
    "like": ((1, "{0} like {1}"),),
    "ilike": ((1, "{0} ilike {1}"),),
    "rlike": ((1, "{0} rlike {1}"),),
    "eqnullsafe": ((1, "{0} <=> {1}"),),
    **dict.fromkeys(("equalto", "equals", "eq"), ((1, "{0} = {1}"),)),
    **dict.fromkeys(("notequal", "ne", "neq"), ((1, "{0} != {1}"),)),
    "gt": ((1, "{0} > {1}"),),
    **dict.fromkeys(("geq", "ge", "gte"), ((1, "{0} >= {1}"),)),
    "lt": ((1, "{0} < {1}"),),
    **dict.fromkeys(("leq", "le", "lte"), ((1, "{0} <= {1}"),)),
    "isempty": ((0, "{0} = ''"),),
    "nonempty": ((0, "{0} != ''"),),
    "n_unique": ((0, "count(distinct {0})"),),
    "nunique": ((0, "count(distinct {0})"),),
    **dict.fromkeys(("get", "getitem"), ((1, "{0}[{1}]"),)),
    "replaceall": ((2, "regexp_replace({0}, {1}, {2})"),),
    **dict.fromkeys(("fill_null", "fillna", "getorelse", "orelse"), ((1, "coalesce({0}, {1})"),)),
    **dict.fromkeys(("isdefined", "is_some"), ((0, "{0} is not null"),)),
    "is_none": ((0, "{0} is null"),),
    "unwrap_or": ((1, "coalesce({0}, {1})"),),
    "clip": ((2, "least(greatest({0}, {1}), {2})"),),
    "day_name": ((0, "date_format({0}, 'EEEE')"),),
    "month_name": ((0, "date_format({0}, 'MMMM')"),),
    "dayofyear": ((0, "dayofyear({0})"),),
    "ordinal_day": ((0, "dayofyear({0})"),),
    "log": ((0, "ln({0})"),),
    **dict.fromkeys(("strip", "trim", "strip_chars"), ((0, "trim({0})"), (1, "btrim({0}, {1})"))),
    **dict.fromkeys(("lstrip", "ltrim"), ((0, "ltrim({0})"), (1, "trim(leading {1} from {0})"))),
    **dict.fromkeys(("rstrip", "rtrim"), ((0, "rtrim({0})"), (1, "trim(trailing {1} from {0})"))),
    "bitwiseand": ((1, "{0} & {1}"),),
    "bitwiseor": ((1, "{0} | {1}"),),
    "bitwisexor": ((1, "{0} ^ {1}"),),
}
# What these mean depends on where somebody comes from: counted from 0 or 1, Mondays or Sundays.
_ADVICE = {
    "substring": "write `substring({0}, START, LENGTH)`, which counts from 1",
    "slice": "write `substring({0}, START, LENGTH)`, or `slice(…)` of an array: both count from 1",
    "charat": "write `substring({0}, START, 1)`, which counts from 1",
    **dict.fromkeys(
        ("indexof", "find", "index"),
        "write `instr({0}, TEXT)`, which counts from 1 and gives 0 for nothing",
    ),
    **dict.fromkeys(("matches", "fullmatch"), "write `{0} rlike '^(?:PATTERN)$'`"),
    "match": "write `{0} rlike '^(?:PATTERN)'`",
    "extract": "write `regexp_extract({0}, PATTERN)`",
    "findall": "write `regexp_extract_all({0}, PATTERN, 0)`",
    "zfill": "write `lpad({0}, LENGTH, '0')`",
    "ljust": "write `rpad({0}, LENGTH)`",
    "rjust": "write `lpad({0}, LENGTH)`",
    "apply": "write what is computed; Python of your own comes in by the step `apply`",
    "weekday": "Monday is 0 in `weekday({0})`, and 1 in `extract(dayofweek_iso from {0})`",
    **dict.fromkeys(
        ("dayofweek", "day_of_week"),
        "Monday is 0 in `weekday({0})`, Sunday is 1 in `dayofweek({0})`",
    ),
    "week": "write `weekofyear({0})`",
    "isocalendar": "write `weekofyear({0})`, or `extract(yearofweek from {0})`",
    "date": "write `to_date({0})`",
    "plus": "write `{0} + …`",
    "minus": "write `{0} - …`",
    "contains": "write `contains({0}, TEXT)`, `{0} rlike PATTERN`, or `array_contains({0}, VALUE)`",
    "replace": "write `replace({0}, OLD, NEW)`, or `regexp_replace(…)` for a pattern",
    "split": "write `split({0}, PATTERN)`, which takes a regular expression",
    "over": "a window is written out: `… over (partition by … order by …)`",
    "otherwise": "write `case when CONDITION then VALUE else OTHER end`",
    "then": "write `case when CONDITION then VALUE else OTHER end`",
    "when": "write `case when CONDITION then VALUE else OTHER end`",
    "isin": "write `{0} in (…)`",
    "is_in": "write `{0} in (…)`",
    "cast": "write `cast({0} as TYPE)`",
    "astype": "write `cast({0} as TYPE)`",
    "alias": "write `… as NAME`",
    "format": "texts are put together by `||`, or by `format_string('%s …', …)`",
    "strftime": "write `date_format({0}, 'yyyy-MM-dd')`",
    "strptime": "write `to_timestamp({0}, 'yyyy-MM-dd HH:mm:ss')`",
    "shift": "write `lag({0}) over (order by …)`",
    "diff": "write `{0} - lag({0}) over (order by …)`",
    "cumsum": "write `sum({0}) over (order by …)`",
    "cum_sum": "write `sum({0}) over (order by …)`",
    "rolling": "write `avg({0}) over (order by … rows between 2 preceding and current row)`",
    "join": "write `array_join(ARRAY, SEPARATOR)`",
    "total_seconds": "write `extract(…)`, or `timestampdiff(second, START, END)`",
}
# Functions of Spark whose first argument is another than that of the method.
_NOT_FIRST = frozenset(
    (
        *("log", "locate", "position", "concat_ws", "find_in_set", "date_trunc", "date_part"),
        *("datepart", "extract", "format_string", "printf", "if", "elt", "trim", "ltrim", "rtrim"),
        *("timestampadd", "timestampdiff", "dateadd", "datediff", "date_diff", "months_between"),
        *("date_add", "date_sub", "str_to_map"),
    )
)
_LAMBDAS = ("map", "filter", "exists", "forall", "transform")
_PLACEHOLDER = lazy_pattern(r"(?<![\w.])_(?!\w)")
_TYPES = {"str": "string", "object": "string", "int64": "bigint", "float64": "double"}
_CALLABLE_TYPES = lazy_pattern(r"(?:\w+\.)?(\w+)Type\(\)", re.IGNORECASE)
_TYPE_WORDS = {"integer": "int", "long": "bigint", "short": "smallint", "byte": "tinyint"}


def rename_method(method: str) -> str:
    """The function that does what a method does, if there is one."""
    name = method.casefold()
    return {"len": "length", "len_chars": "length", "map": "transform"}.get(
        name, RENAMED.get(name, method)
    )


def is_atom(text: str) -> bool:
    """Whether a text is one operand, however tight the operator beside it is."""
    if text.startswith("case ") and text.endswith(" end"):
        return True
    return re.fullmatch(r"[\w.`]+(?:\([^()]*\)|\[[^\[\]]*\])*|'[^']*'|\"[^\"]*\"", text) is not None


def convert_method(receiver: str, method: str, arguments: Sequence[str]) -> str | None:
    """The method as an expression; None where it is not known to be the same."""
    name, is_list = method.casefold(), receiver.endswith((".list", ".arr"))
    receiver = _ACCESSORS.sub("", receiver)
    for count, template in _OPERATORS.get(name, ()):
        if count == len(arguments):
            return template.format(receiver, *arguments)
    if name in ("isin", "is_in") and arguments:
        values = ", ".join(arguments)
        listed = _LISTED.fullmatch(values) if len(arguments) == 1 else None
        return f"{receiver} in ({listed[1] if listed else values})"
    if name in ("cast", "astype") and len(arguments) == 1:
        type_name = _type_text(arguments[0])
        return f"cast({receiver} as {type_name})" if type_name else None
    if name == "getfield" and len(arguments) == 1 and (match := _STRING.fullmatch(arguments[0])):
        return f"{receiver}.{match[1] or match[2]}"
    if name == "join" and len(arguments) == 1 and _STRING.fullmatch(receiver):
        return f"array_join({arguments[0]}, {receiver})"
    if name == "strftime" and len(arguments) == 1 and (match := _STRING.fullmatch(arguments[0])):
        translation = translate_pattern(match[1] or match[2] or "")
        if translation is None or "%" in translation.pattern:
            return None
        return f"date_format({receiver}, {quote_string(translation.pattern)})"
    if name in _LAMBDAS and len(arguments) == 1 and (used := _PLACEHOLDER.findall(arguments[0])):
        # Scala's `_`, once: twice it stands for two arguments.
        if len(used) > 1:
            return None
        arguments = [f"x -> {_PLACEHOLDER.sub('x', arguments[0])}"]
    function = rename_method(method)
    if is_list and name == "len":
        function = "cardinality"
    if arguments and function in _NOT_FIRST:
        return None
    if name in _ADVICE and not _is_unmistakable(name, arguments):
        return None
    if find_function(function) is None:
        return None
    return f"{function}({', '.join((receiver, *arguments))})"


def advise_method(receiver: str, method: str) -> str | None:
    """The way out for a method that could mean several things."""
    advice = _ADVICE.get(method.casefold())
    return advice.format(_ACCESSORS.sub("", receiver)) if advice else None


def _is_unmistakable(name: str, arguments: Sequence[str]) -> bool:
    """Whether a text is given that is no pattern of regular expressions either."""
    if name in ("contains", "replace", "split"):
        count = 2 if name == "replace" else 1
        return len(arguments) == count and _PLAIN.fullmatch(arguments[0]) is not None
    return False


def _type_text(argument: str) -> str | None:
    """A type as it is given to `cast`, in quotes or by a class."""
    if match := _STRING.fullmatch(argument):
        word = match[1] or match[2] or ""
    elif match := _CALLABLE_TYPES.fullmatch(argument):
        word = _TYPE_WORDS.get(match[1].casefold(), match[1].casefold())
    elif argument in ("str", "int", "float", "bool"):
        word = argument
    else:
        return None
    word = _TYPES.get(word.casefold(), word)
    return word if _TYPE.fullmatch(word) else None
