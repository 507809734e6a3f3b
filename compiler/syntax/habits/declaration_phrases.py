"""Phrases of other languages in place of declarations."""

from __future__ import annotations

import re

from ssbt.compiler.syntax.habits.dataset_phrases import QUERY_PHRASES
from ssbt.compiler.syntax.habits.expression_phrases import TYPES
from ssbt.compiler.syntax.habits.phrases import Phrase, phrase
from ssbt.compiler.syntax.habits.sql_queries import SELECT, convert_query

_LITERALS = (
    (r"[-+]?\d+", "int"),
    (r"[-+]?\d+\.\d+", "double"),
    (r"'[^']*'|\"[^\"]*\"", "string"),
    (r"true|false", "boolean"),
)
DECLARATION_PHRASES: tuple[Phrase, ...] = (
    phrase(
        r"^source\s+(\w+)\s*=\s*(?:read_?)?(csv|json|parquet|orc|text)\(\s*\"([^\"]*)\"\s*\)\s*$",
        r"write `source \1 from \2 { … }`",
        r'source \1 from \2 { path = "\3" }',
    ),
    phrase(
        r"^set\s+(spark\.[\w.]+)\s*=\s*([^;\s]+)\s*;?\s*$",
        r'a setting of Spark stands in `pipeline NAME { spark { "\1" = \2 } }`',
    ),
    phrase(
        r"^(?:(?:val|var|let)\s+)?(\w+)\s*=\s*(?:spark\.read\.|pd\.read_|pl\.(?:read|scan)_)"
        r"(csv|json|parquet|orc|text)\(\s*(?:\"([^\"]*)\"|'([^']*)')\s*\)\s*$",
        r"a dataset is read by `source \1 from \2 { … }`",
        r'source \1 from \2 { path = "\3\4" }',
    ),
    phrase(
        r"^(?:(?:val|var|let)\s+)?(\w+)\s*=\s*spark\.(?:read(?:Stream)?|table|sql)\b[\s\S]*",
        r"a dataset is read by `source \1 from CONNECTOR { … }`, and computed by `let \1 = from …`",
    ),
    phrase(
        SELECT,
        "the steps follow the dataset: `from … |> where … |> select …`",
        convert_query,
        flags=re.DOTALL,
    ),
    phrase(
        r"^create\s+(?:or\s+replace\s+)?(?:\w+\s+)?(?:view|table)\s+(\w+)\s+as\b",
        r"write `let \1 = from …`",
    ),
    phrase(
        r"^create\s+(?:\w+\s+)*table\s+(?:if\s+not\s+exists\s+)?(\w+)\s*\(",
        r"columns are a `schema \1 { … }`, and its data a `source` or a `sink`",
    ),
    phrase(r"^with\s+(\w+)\s+as\s*\(", r"each query takes a `let` of its own: `let \1 = from …`"),
    phrase(
        r"^insert\s+(?:into|overwrite)\b",
        "a dataset goes out with `sink DATASET to CONNECTOR { … }`",
    ),
    phrase(r"^(schema\s+\w+)\s+as\s*(?=\{)", r"write `\1 { … }`", r"\1 "),
    phrase(r"^source\s+stream\s+", "write `stream source NAME`", "stream source "),
    phrase(
        r"^(?:streaming\s+source|stream(?:ing)?(?!\s+source))\s+",
        "write `stream source NAME`",
        "stream source ",
    ),
    phrase(
        r"\b(from\s+\w+|to\s+\w+|^schema\s+\w+)\s*[(\[]([\s\S]*)[)\]]\s*$",
        "a block stands in braces: `{ … }`",
        r"\1 {\2}",
        is_certain=True,
    ),
    phrase(r"\b(from|to)\s+\"(\w+)\"(?=\s*\{)", r"a connector takes no quotes: `\2`", r"\1 \2"),
    phrase(
        r"\b(from|to)\s+(\w+)\s+(\"[^\"]*\")\s*$",
        r"write `\1 \2 { path = \3 }`",
        r"\1 \2 { path = \3 }",
    ),
    phrase(r"^pipeline\s+\"(\w+)\"", r"a name takes no quotes: `pipeline \1`", r"pipeline \1"),
    phrase(r"^test\s+(\w+)", r'a test takes its name in quotes: `test "\1"`', r'test "\1"'),
    phrase(
        r"^(pipeline\s+\w+|sink\s+.*\bto\s+\w+(?:\s+as\s+\w+)?)\s*$",
        "a block is missing: `{ … }`",
        r"\1 { }",
    ),
    phrase(
        r"\b([^\W\d]\w*(?:-\w+)+)", r"a name with other signs takes backticks: `` `\1` ``", r"`\1`"
    ),
    phrase(
        r"^sink\s+(\w+)\s+from\s+(\w+)\s+to\s+(\w+)",
        r"write `sink \2 to \3 as \1`",
        r"sink \2 to \3 as \1",
    ),
    phrase(r"^sink\s+(?=\()", "a sink takes a dataset by its name: give the query one with `let`"),
    phrase(r"^sink\s+to\s+", "a sink names the dataset that it writes: `sink NAME to …`"),
    *(
        phrase(
            rf"^(?:param|let|val|var|const|final|set|declare)\s+(\w+)\s*=\s*({literal})(?![\w.])",
            rf"write `param \1: {type_} = \2`",
            rf"param \1: {type_} = \2",
        )
        for literal, type_ in _LITERALS
    ),
    phrase(r"^param\s+(\w+)\s*(?:=|\{)", r"write `param \1: TYPE = DEFAULT`"),
    phrase(rf"^param\s+({TYPES})\s+(\w+)", r"write `param \2: \1`", r"param \2: \1"),
    phrase(
        r"^param\s+(\w+)\s*:\s*(\w+)\s+default\s+", r"write `param \1: \2 = …`", r"param \1: \2 = "
    ),
    phrase(
        r"\$([A-Z_]+)\b",
        r"a value from outside comes when the job runs, by `SSBT_PARAM_\1`: leave it out",
    ),
    phrase(r"^let\s+(\w+)\s*\{([\s\S]*)\}\s*$", r"write `let \1 = from …`", r"let \1 =\2"),
    phrase(
        r"^transform\s+([^{]*?)\s*\{([\s\S]*)\}\s*$",
        "write `transform NAME(…) = from …`",
        r"transform \1 =\2",
    ),
    phrase(r"^transform\s+(\w+)\s*\(\s*(\w+)\s*\)", r"a parameter has a schema: `\1(\2: SCHEMA)`"),
    phrase(r"^let\s+\w+\s*=\s*(\w+)\s*\.\s*(\w+)\s*\(", r"a query is written `from \1 |> \2 …`"),
    phrase(r"^from\s+(\"[^\"]+\")\s+import\s+.*$", r"write `import \1`", r"import \1"),
    phrase(
        r"^(?:import\s+(?!\S+\.ssbt)\w+(?:\.\w+)*(?:\s+as\s+\w+)?|from\s+[\w.]+\s+import\b.*)$",
        'Spark\'s functions are there as they are; declarations come by `import "FILE.ssbt"`',
    ),
    phrase(
        r"^secret\s+(\w+)\s*=\s*.*$",
        r"its value is given when the job runs, by `SSBT_SECRET_\1`; here stands `secret \1`",
        r"secret \1",
    ),
    phrase(
        r"^\{\{[\s\S]*?\}\}|^\{%[\s\S]*?%\}",
        "there are no templates: what differs is a `param`, and settings stand in `pipeline`",
    ),
    phrase(r"^(\w+)\s*=\s*(?=from\b)", r"write `let \1 = from …`", r"let \1 = "),
    phrase(r"^(\w+)\s*\.\s*write\b.*$", r"a dataset goes out with `sink \1 to CONNECTOR { … }`"),
    *QUERY_PHRASES,
)
