"""Named values of a file that is being typed: only what is around a change is read again."""

from __future__ import annotations

import random

from ssbt.compiler.diagnostics.named_values import _Reader, find_values

_LINES = (
    'source a from jdbc { password = "x"',
    '  options = { "a.b" = \'c\', key = map("d", "e") }',
    "}",
    'param x: string = "y"',
    "let a =",
    "  from b",
    "  |> where password = 'x'",
    "secret s",
    "",
)
_TYPED = ('"', "'", '"""', *"{}()[]\n\r,=:", "\r\n", "==", "|>", "\\", "${", "secret ", " ")


def test_values_of_a_text_that_changes_are_those_of_the_text() -> None:
    generator = random.Random(1)
    for _ in range(400):
        text = "\n".join(generator.choices(_LINES, k=generator.randrange(12)))
        for _ in range(12):
            begin = generator.randrange(len(text) + 1)
            end = min(len(text), begin + generator.choice((0, 0, 0, 1, 1, 5)))
            text = text[:begin] + generator.choice((*_TYPED, *_LINES)) + text[end:]
            values = tuple(_Reader(text, is_pipeline=True).read())
            assert tuple(find_values(text, is_pipeline=True)) == values, repr(text)
