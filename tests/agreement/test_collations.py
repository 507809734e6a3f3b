"""Collations: whose a text has where several meet, over functions, operators and kinds of values.

The kind: `collate` goes before a column, and that before a literal; two columns of different
collations have none, and two different `collate` are refused. Every function of texts is crossed
with every kind of value; one in several is asked in each run, all where `AGREEMENT` is set.
"""

from __future__ import annotations

from itertools import product
import os
from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.types.expression_types import Typed
from tests.agreement.answers import Question, ours, relation_of, verdict
from tests.agreement.asking import SparkProbe, known_type

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.timeout(7200)]

AGREED = ("same", "null added", "rejected", "rejected early")
ONE_IN = 1 if os.environ.get("AGREEMENT") else 41

COLUMNS = {
    "s": "string",
    "u": "string collate UNICODE",
    "l": "string collate UTF8_LCASE",
    "n_u": "string collate UNICODE not null",
    "i": "int",
    "au": "array<string collate UNICODE>",
    "st": "struct<a: string collate UNICODE, b: string>",
}
VALUES = (
    *("s", "u", "l", "n_u", "'x'", "u collate UTF8_LCASE", "'x' collate UNICODE", "st.a", "au[0]"),
    *("cast(i as string)", "cast(u as string)", "upper('x')", "concat(u, 'x')"),
)
OF_ONE = (
    *("upper({x})", "trim({x})", "substr({x}, 1)", "repeat({x}, 2)", "initcap({x})", "hex({x})"),
    *("base64(cast({x} as binary))", "cast({x} as string)", "array({x})", "struct({x} as q)"),
    *("map({x}, 1)", "collation({x})", "split({x}, ',')", "sentences({x})", "soundex({x})"),
    *("left({x}, 1)", "right({x}, 1)", "lpad({x}, 3)", "rpad({x}, 5, 'x')", "quote({x})"),
    *("format_string({x})", "regexp_extract({x}, 'a', 0)", "regexp_extract_all({x}, 'a')"),
    *(
        "regexp_substr({x}, 'a')",
        "mask({x})",
        "concat_ws(',', {x})",
        "elt(1, {x})",
        "conv({x}, 10, 2)",
    ),
    *("make_valid_utf8({x})", "nvl({x}, 'a')", "array_join(array({x}), ',')", "str_to_map({x})"),
    *(
        "array_distinct(array({x}))",
        "map_keys(map({x}, 1))",
        "split_part({x}, ',', 1)",
        "reverse({x})",
    ),
    *(
        "substring_index({x}, ',', 1)",
        "overlay({x}, 'a', 1)",
        "array_repeat({x}, 2)",
        "length({x})",
    ),
    *("transform(array({x}), e -> upper(e))", "case when true then {x} end", "coalesce(null, {x})"),
)
OF_TWO = (
    *(
        "concat({x}, {y})",
        "{x} || {y}",
        "{x} = {y}",
        "{x} < {y}",
        "{x} <=> {y}",
        "{x} in ({y}, 'z')",
    ),
    *("coalesce({x}, {y})", "if(true, {x}, {y})", "case when true then {x} else {y} end"),
    *(
        "array({x}, {y})",
        "concat_ws(',', {x}, {y})",
        "concat_ws({x}, {y}, 'a')",
        "elt(1, {x}, {y})",
    ),
    *("lpad({x}, 5, {y})", "greatest({x}, {y})", "nullif({x}, {y})", "{x} like {y}"),
    *("replace({x}, {y}, 'a')", "translate({x}, {y}, 'a')", "trim({y} from {x})"),
    *("contains({x}, {y})", "instr({x}, {y})", "split({x}, {y})", "split_part({x}, {y}, 1)"),
    *("substring_index({x}, {y}, 1)", "regexp_replace({x}, 'a', {y})", "overlay({x}, {y}, 1)"),
    *("array_contains(array({x}), {y})", "array_union(array({x}), array({y}))"),
    *("array_join(array({x}), {y})", "nvl2(i, {x}, {y})", "struct({x} as a, {y} as b)"),
    *(
        "map({x}, {y})",
        "map({x}, 1)[{y}]",
        "format_string({x}, {y})",
        "case {x} when {y} then 1 end",
    ),
    *("array_append(array({x}), {y})", "{x} between {y} and 'z'", "map({x}, 1, {y}, 2)"),
)


# Collations as people write them: the names of ICU, with their modifiers.
NAMES = (
    "UNICODE_CI",
    "UNICODE_AI",
    "de",
    "de_CI_AI",
    "tr_CI",
    "UTF8_BINARY_RTRIM",
    "UNICODE_RTRIM",
)
NAMED = (
    *("s collate {c}", "upper(s collate {c})", "s collate {c} = 'x'", "s collate {c} = u"),
    *("concat(s collate {c}, 'x')", "coalesce(s, 'x' collate {c})", "collation('x' collate {c})"),
    *("array(s collate {c}, 'x')", "cast(s as string collate {c})", "s collate {c} in ('x', s)"),
    "s collate {c} < 'x' collate UNICODE",
)
NAMED_AGGREGATES = (
    *("max(s collate {c})", "listagg(s collate {c}, ',')", "listagg(s collate {c})"),
    *("listagg(s, ',' collate {c})", "listagg(s collate {c}, ',' collate {c})"),
    *("collect_set(s collate {c})", "collect_set(array(s collate {c}))", "min(s collate {c})"),
    *("listagg(distinct s collate {c}, null)", "mode(s collate {c})", "count(s collate {c})"),
    *("listagg(s, ',') within group (order by s collate {c})", "max_by(i, s collate {c})"),
)
AGGREGATES = (
    *("min({x})", "max({x})", "mode({x})", "any_value({x})", "first({x})", "collect_set({x})"),
    *(
        "collect_list({x})",
        "listagg({x}, ',')",
        "listagg({x})",
        "listagg(distinct {x}, ',')",
        "count(distinct {x})",
    ),
    *("max_by({x}, i)", "min_by(i, {x})", "listagg({x}, ',') within group (order by {x})"),
    *(
        "approx_count_distinct({x})",
        "max(struct({x} as q))",
        "array_agg({x})",
        "histogram_numeric(i, 2)",
    ),
)


def questions() -> list[Question]:
    """All of them in a fixed order, or one in several."""
    texts = [
        *(form.format(x=x) for form, x in product(OF_ONE, VALUES)),
        *(form.format(x=x, y=y) for form, x, y in product(OF_TWO, VALUES, VALUES)),
    ]
    # Of these there are few, so that each run asks for more of them.
    few = [
        *(Question(form.format(c=c)) for form, c in product(NAMED, NAMES)),
        *(Question(form.format(c=c), "aggregate") for form, c in product(NAMED_AGGREGATES, NAMES)),
        *(Question(form.format(x=x), "aggregate") for form, x in product(AGGREGATES, VALUES)),
    ]
    return [*map(Question, texts[::ONE_IN]), *few[:: min(ONE_IN, 3)]]


def test_collations_agree(spark: SparkSession) -> None:
    """Verdicts, collations, however deep, and nullability."""
    probe = SparkProbe(spark)
    relation = relation_of(
        {
            name: Typed(known_type(kind.removesuffix(" not null")), not kind.endswith("not null"))
            for name, kind in COLUMNS.items()
        }
    )
    answers = {question: ours(question, relation) for question in questions()}
    refused = [question for question, one in answers.items() if one.refusals]
    theirs = probe.answers(probe.table(COLUMNS), list(answers), refused)
    wrong = [
        (question.text, verdict(one, theirs[question]), one.columns, one.refusals, theirs[question])
        for question, one in answers.items()
        if verdict(one, theirs[question]) not in AGREED
    ]
    print(f"\ncollations: {len(answers)}, of which {len(wrong)} do not agree")
    assert wrong == []
