"""Tokens of a file that is being typed: only lines that changed are cut again."""

from __future__ import annotations

import random

from ssbt.compiler.syntax.tokens import tokenize, tokenize_file

_LINES = (
    "from orders",
    "|> where a = 'x' -- why",
    'path = "a//b/*.csv" # and so on',
    "s = r'\\' + `a b`; // c",
    "p = ${x} and 1.5e3",
    "it's",
    "",
    "\tx\u2028y\x0b",
)
_TYPED = (
    *('"', '""', '"""', "'", "`", "\\", "r", "/", "/*", "*/", "#", ":", "ä", " "),
    *("\n", "\r\n", "\r"),
)


def test_tokens_of_a_text_that_changes_are_those_of_the_text() -> None:
    generator = random.Random(1)
    for _ in range(300):
        text = "\n".join(generator.choices(_LINES, k=generator.randrange(8)))
        for _ in range(12):
            begin = generator.randrange(len(text) + 1)
            end = min(len(text), begin + generator.choice((0, 0, 0, 1, 5)))
            text = text[:begin] + generator.choice((*_TYPED, *_LINES)) + text[end:]
            assert tokenize_file(text) == tuple(tokenize(text)), repr(text)
            # An editor looks at another text between two versions of one.
            padded = f"  \n{text}"
            assert tokenize_file(padded) == tuple(tokenize(padded)), repr(padded)
