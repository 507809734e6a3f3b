"""The language for Pygments, which finds this module by its entry point.

It colours words without parsing: a keyword is one wherever it is no name by its surroundings.
"""

import re
from typing import ClassVar

from pygments.lexer import RegexLexer, bygroups, include, words
from pygments.token import (
    Comment,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Text,
    Whitespace,
)

from ssbt.grammar.words import (
    BEFORE_BY,
    CLAUSES,
    CONSTANTS,
    DECLARATION_WORDS,
    OPERATORS,
    STEP_WORDS,
    TYPES,
    UNITS,
)

_NAME = r"(?:[^\W\d]\w*|`(?:[^`\r\n]|``)+`)"
_WORD_END = r"(?!\w)"
_DECLARATION = (
    rf"({'|'.join(DECLARATION_WORDS)})(\s+)"
    rf"(?!(?:from|as|{'|'.join(OPERATORS)}){_WORD_END})({_NAME})"
)


class SsbtLexer(RegexLexer):
    """Pipelines for SSBT, the compiler to PySpark."""

    name = "SSBT"
    aliases: ClassVar = ["ssbt"]
    filenames: ClassVar = ["*.ssbt"]
    mimetypes: ClassVar = ["text/x-ssbt"]
    url = ""
    flags = re.IGNORECASE | re.MULTILINE

    tokens: ClassVar = {
        "root": [
            # What begins a line, before its white space is gone.
            (
                rf"^([^\S\r\n]*){_DECLARATION}",
                bygroups(Whitespace, Keyword.Declaration, Whitespace, Name.Class),
            ),
            (
                r"^([^\S\r\n]*)([^\W\d][\w.]*)([^\S\r\n]*)(=)(?![=>])",
                bygroups(Whitespace, Name.Attribute, Whitespace, Operator),
            ),
            (r"[^\S\r\n]+|\r\n|[\r\n]|\ufeff", Whitespace),
            (r"#[^\r\n]*", Comment.Single),
            include("strings"),
            include("numbers"),
            (r"\$\{[^}\r\n]*\}", String.Interpol),
            (rf"(@)({_NAME})", bygroups(Punctuation, Name.Decorator)),
            (r"\|>", Punctuation.Marker),
            (rf"({_NAME})(\s*)(:)(?!:)", bygroups(Name.Attribute, Whitespace, Punctuation)),
            (rf"(\.)(\s*)({_NAME})", bygroups(Punctuation, Whitespace, Name)),
            include("words"),
            (rf"{_NAME}(?=\s*\()", Name.Function),
            (_NAME, Name),
            (r"->|=>|<=>|<=|>=|<>|!=|!<|!>|==|::|\|\||<<|>>>?|[-+*/%=<>!&|^~]", Operator),
            (r"[(){}\[\],.:@]", Punctuation),
            (r"[^\w\s]", Text),
        ],
        "strings": [
            (r'"""', String.Double, "lines"),
            (r'[rx]\s*"[^"\r\n]*"', String.Other),
            (r"[rx]\s*'[^'\r\n]*'", String.Other),
            (r'"(?!"")', String.Double, "double"),
            (r"'(?:[^'\\\r\n]|\\[^\r\n]|'')*'", String.Single),
        ],
        "double": [
            (r'"', String.Double, "#pop"),
            (r"\$\$\{", String.Escape),
            (r"\$\{[^}\"\r\n]*\}", String.Interpol),
            (r"\\[^\r\n]", String.Escape),
            (r'[^"\\$\r\n]+|\$', String.Double),
            (r"\\?[\r\n]", Whitespace, "#pop"),
            (r"\\", String.Double),
        ],
        "lines": [
            (r'"""', String.Double, "#pop"),
            (r"\$\$\{", String.Escape),
            (r"\$\{[^}\"\r\n]*\}", String.Interpol),
            (r"\\[\s\S]", String.Escape),
            (r'[^"\\$]+|"|\$|\\', String.Double),
        ],
        "numbers": [
            (
                rf"(\d+(?:\.\d+)?)([ \t]*)({'|'.join(sorted(UNITS, reverse=True))}){_WORD_END}",
                bygroups(Number, Whitespace, Keyword.Type),
            ),
            (r"(?:\d+\.\d*|\.\d+)(?:e[+-]?\d+)?(?:bd|[dfy])?(?!\w)", Number.Float),
            (r"\d+e[+-]?\d+(?:bd|[df])?(?!\w)", Number.Float),
            (r"\d+(?:bd|[lsydf])?(?!\w)", Number.Integer),
            (r"\d\w*", Number),
        ],
        "words": [
            (words(CONSTANTS, suffix=_WORD_END), Keyword.Constant),
            (words(OPERATORS, suffix=_WORD_END), Operator.Word),
            (words(TYPES, suffix=rf"{_WORD_END}(?!\s*\()"), Keyword.Type),
            (r"(?:decimal|char|varchar|time)(?=\s*\(\s*\d)", Keyword.Type),
            (words(BEFORE_BY, suffix=r"(?=\s+by(?!\w))"), Keyword),
            (words(STEP_WORDS, suffix=rf"{_WORD_END}(?!\s*=)"), Keyword),
            (words(CLAUSES, prefix=r"(?<!\w)", suffix=rf"{_WORD_END}(?!\s*=)"), Keyword),
        ],
    }
