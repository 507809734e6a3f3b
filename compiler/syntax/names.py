"""Names, in backticks where they need them."""

from __future__ import annotations

from ssbt.compiler.patterns import lazy_pattern
from ssbt.grammar.words import DECLARATION_WORDS, STEPS_BEFORE_PARENTHESES, WORDS_AFTER_ITEMS

_PLAIN = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_WORD = lazy_pattern(r"[^\W\d]\w*\Z")
_DOTTED = lazy_pattern(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*\Z")
# Words that an expression would read as something else in some place, here or in Spark; the tests
# `unit/syntax/test_names.py` and `spark/test_syntax_agreement.py` find them.
_RESERVED = frozenset(
    (
        *("all", "array", "as", "both", "case", "distinct", "false", "for", "from", "interval"),
        *("leading", "map", "not", "null", "struct", "trailing", "true", "when"),
    )
)
# Those that are the names of functions as well.
_FUNCTIONS = frozenset(("array", "map", "struct"))
# Words that begin an expression of a form of its own before a `(`.
_FORMS = frozenset(("cast", "try_cast"))
# Words that begin a step of their own, even before a `(`.
_STEPS = frozenset(STEPS_BEFORE_PARENTHESES)
# Operators: a word before one of them is no keyword of a declaration.
_OPERATORS = frozenset(WORDS_AFTER_ITEMS)
# A word before one of them is no keyword of a declaration either, if a name follows.
_DECLARATIONS = frozenset(DECLARATION_WORDS)


def quote_name(name: str) -> str:
    """A name in backticks."""
    return "`" + name.replace("`", "``") + "`"


def name_text(name: str) -> str:
    """A name in an expression, where both this language and Spark SQL read it."""
    return name if _PLAIN.match(name) and name.lower() not in _RESERVED else quote_name(name)


def name_after_dot(name: str) -> str:
    """A name after a dot: no word is reserved there."""
    return name if _PLAIN.match(name) else quote_name(name)


def ssbt_name_text(name: str) -> str:
    """A name in an expression of a `.ssbt` file, which knows the letters of all alphabets."""
    return name if _WORD.match(name) and name.lower() not in _RESERVED else quote_name(name)


def function_name(name: str) -> str:
    """The name of a function, which may have dots."""
    if name.lower() in (_RESERVED | _FORMS) - _FUNCTIONS:
        return quote_name(name)
    return ".".join(name_after_dot(part) for part in name.split("."))


def declared_name(name: str) -> str:
    """A name where the language expects nothing else: after `from` and `as`, before a `:`."""
    return name if _WORD.match(name) else quote_name(name)


def declaration_name(name: str) -> str:
    """The name after the keyword of a declaration."""
    return quote_name(name) if name.lower() in _OPERATORS else declared_name(name)


def parameter_text(name: str) -> str:
    """The use of a parameter: `${name}`."""
    return f"${{{declared_name(name)}}}"


def secret_name(name: str) -> str:
    """The name of a secret, behind which another declaration may begin."""
    return quote_name(name) if name.lower() in _DECLARATIONS else declaration_name(name)


def option_name(name: str) -> str:
    """The name of an entry in a block, which may have dots."""
    return name if _DOTTED.match(name) else quote_name(name)


def step_name(name: str) -> str:
    """The name of a transform that is used as a step."""
    return quote_name(name) if name.lower() in _STEPS else declared_name(name)


def word_text(word: str) -> str:
    """A bare word as the value of an option; some are phrases of two words."""
    if word in ("available now", "real time"):
        return word
    return quote_name(word) if word.lower() in ("true", "false") else declared_name(word)


def kind_name(name: str) -> str:
    """The kind before a block that is the value of an option."""
    return quote_name(name) if name.lower() in ("true", "false") else declared_name(name)
