"""Texts with random damage."""

from __future__ import annotations

import random
import re

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
_STRANGE = (
    *(
        "'",
        '"',
        '"""',
        "`",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "|>",
        "#",
        ";",
        "\\",
        "${",
        "$",
        "?",
        "\r",
    ),
    *(
        "let",
        "source x",
        "and",
        "case",
        "from",
        ",",
        "=",
        "\t",
        "😀",
        "\u2028",
        "é",
        "1e",
        "0x",
        "--",
    ),
)


def mutated(text: str, seed: int) -> str:
    """The text with a few tokens or characters left out, doubled, swapped or put in."""
    chance = random.Random(seed)
    pieces = _TOKEN.findall(text) if chance.random() < 0.7 else list(text)
    for _ in range(chance.randint(1, 6)):
        if len(pieces) < 2:
            break
        at = chance.randrange(len(pieces))
        kind = chance.randrange(5)
        if kind == 0:
            del pieces[at]
        elif kind == 1:
            pieces.insert(at, pieces[at])
        elif kind == 2:
            other = chance.randrange(len(pieces))
            pieces[at], pieces[other] = pieces[other], pieces[at]
        elif kind == 3:
            pieces.insert(at, chance.choice(_STRANGE))
        else:
            del pieces[at : at + chance.randint(1, 20)]
    return "".join(pieces)
