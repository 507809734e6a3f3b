"""HOCON that hardly anybody writes: references that look back, at themselves and each other."""

from __future__ import annotations

import itertools
import random

_NAMES = (["a", "b", "c"], ["host", "port", "url", "name"], ["k1", "k2", "k3", "k4", "k5"])


class Texts:
    """Texts of one seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._names = self._random.choice(_NAMES)

    def text(self) -> str:
        """Up to six assignments."""
        count = self._random.randint(1, 6)
        return "\n".join(self._assignment(0) for _ in range(count))

    def _assignment(self, depth: int) -> str:
        sign = self._random.choices(["=", "+=", ":"], [8, 1, 1])[0]
        return f"{self._path()} {sign} {self._value(depth)}"

    def _path(self) -> str:
        name = self._random.choice(self._names)
        return name if self._random.random() < 0.7 else f"{name}.{self._random.choice(self._names)}"

    def _reference(self) -> str:
        return f"${{{self._random.choice(['', '?', ''])}{self._path()}}}"

    def _value(self, depth: int) -> str:
        kinds = ["number", "word", "reference", "joined"]
        kinds += ["object", "list", "object joined", "list joined"] if depth < 3 else []
        inner = range(self._random.randint(0, 3))
        match self._random.choices(kinds, [5, 2, 6, 3, 3, 2, 1, 1][: len(kinds)])[0]:
            case "number":
                return str(self._random.randint(0, 9))
            case "word":
                return self._random.choice(["x", "true", "null", '"q r"', "1.5", "x y"])
            case "reference":
                return self._reference()
            case "joined":
                between = self._random.choice(["", " ", "x", " y ", "/"])
                return (
                    f"{self._reference()}{between}{self._random.choice([self._reference(), 'z'])}"
                )
            case "object":
                return f"{{{', '.join(self._assignment(depth + 1) for _ in inner)}}}"
            case "list":
                return f"[{', '.join(self._value(depth + 1) for _ in inner)}]"
            case "object joined":
                return f"{self._reference()} {{{self._assignment(depth + 1)}}}"
            case _:
                return f"{self._reference()} [{self._value(depth + 1)}]"


def mutual_references() -> list[str]:
    """Two keys that refer to each other, in every order, under names that Java orders otherwise."""
    texts: list[str] = []
    for one, other in (("a", "b"), ("b", "a"), ("zeta", "alpha"), ("host", "url"), ("k2", "k1")):
        for option in ("", "?"):
            lines = [f"{one} = 1", f"{other} = ${{{one}}}", f"{one} = ${{{option}{other}}}"]
            texts += map("\n".join, itertools.permutations(lines))
            lines.append(f"{other} = 2")
            texts += map("\n".join, itertools.permutations(lines))
    return texts
