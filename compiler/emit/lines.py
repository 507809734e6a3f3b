"""A line that may have to be split, as black sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ssbt.compiler.emit.characters import width
from ssbt.compiler.emit.leaves import CLOSING, OPENING, STANDALONE_COMMENT, Leaf

LINE_LENGTH = 88

COMMA_PRIORITY = 18
STRING_PRIORITY = 12
COMPARISON_PRIORITY = 10
UNION_PRIORITY = 9
SUM_PRIORITY = 5
_PRIORITIES = {"==": COMPARISON_PRIORITY, "|": UNION_PRIORITY, "+": SUM_PRIORITY}
DOT_PRIORITY = 1


class Line:
    """Leaves at an indentation.

    `delimiters` are the leaves after which the line may be split, by identity, with the priority;
    they are known for a statement that is whole or inside brackets. `imagined` are the imagined
    brackets that stand in no others.
    """

    def __init__(self, depth: int, *, inside_brackets: bool = False) -> None:
        self.depth = depth
        self.inside_brackets = inside_brackets
        self.should_split = False
        self.leaves: list[Leaf] = []
        self.delimiters: dict[int, int] = {}
        self.imagined: list[Leaf] = []
        self.has_imagined = False
        self._bracket_depth = 0
        self._last_marked: Leaf | None = None

    def append(self, leaf: Leaf, *, marked: bool) -> None:
        """Add a leaf; `marked` when its brackets and delimiters are to be noted."""
        if marked:
            self._mark(leaf)
        self.leaves.append(leaf)

    def _mark(self, leaf: Leaf) -> None:
        if leaf.kind in CLOSING:
            if self._bracket_depth == 0:
                return
            self._bracket_depth -= 1
        if self._bracket_depth == 0:
            self._mark_delimiter(leaf)
        if not leaf.value:
            self.has_imagined = True
            if self._bracket_depth == 0:
                self.imagined.append(leaf)
        if leaf.kind in OPENING:
            self._bracket_depth += 1
        self._last_marked = leaf

    def _mark_delimiter(self, leaf: Leaf) -> None:
        previous = self._last_marked
        if leaf.kind == ",":
            self.delimiters[id(leaf)] = COMMA_PRIORITY
        elif previous is not None:
            priority = _delimiter_priority(leaf, previous)
            if priority:
                self.delimiters[id(previous)] = priority

    def fits_comment(self, leaf: Leaf) -> bool:
        """Whether `leaf` may be appended, given that a comment has a line for itself."""
        if self._bracket_depth:
            return True
        return not self.is_comment and not (self.leaves and leaf.kind == STANDALONE_COMMENT)

    @property
    def is_comment(self) -> bool:
        """Whether the line is a comment and nothing else."""
        return len(self.leaves) == 1 and self.leaves[0].kind == STANDALONE_COMMENT

    @property
    def is_import(self) -> bool:
        """Whether the line is an import."""
        return bool(self.leaves) and self.leaves[0].value == "from"

    @property
    def is_def(self) -> bool:
        """Whether the line begins a function."""
        return bool(self.leaves) and self.leaves[0].value == "def"

    @property
    def has_comment_lines(self) -> bool:
        """Whether there is a comment that needs a line for itself."""
        return any(leaf.kind == STANDALONE_COMMENT for leaf in self.leaves)

    def is_short_enough(self, line_length: int = LINE_LENGTH) -> bool:
        """Whether the line can stay as it is."""
        return not self.has_comment_lines and width(str(self)) <= line_length

    def max_priority(self, exclude: Leaf | None = None) -> int:
        """The highest priority of a delimiter, 0 without one."""
        priorities = (priority for key, priority in self.delimiters.items() if key != id(exclude))
        return max(priorities, default=0)

    def count(self, priority: int) -> int:
        """The number of delimiters of a priority."""
        return sum(
            delimiter_priority == priority for delimiter_priority in self.delimiters.values()
        )

    def with_lengths(self, leaves: Iterable[Leaf]) -> Iterator[tuple[Leaf, int]]:
        """Leaves with their length, comment included."""
        for leaf in leaves:
            yield leaf, len(leaf) + len(leaf.comment)

    def __str__(self) -> str:
        first, *rest = self.leaves
        text = "".join(leaf.prefix + leaf.value for leaf in rest)
        comments = "".join(f"  {leaf.comment}" for leaf in self.leaves if leaf.comment)
        return f"{'    ' * self.depth}{first.value}{text}{comments}"


def _delimiter_priority(leaf: Leaf, previous: Leaf) -> int:
    if leaf.kind == "." and previous.kind in CLOSING:
        return DOT_PRIORITY
    if leaf.kind == "string" and previous.kind == "string":
        return STRING_PRIORITY
    return _PRIORITIES.get(leaf.kind, 0)


def build_line(leaves: Iterable[Leaf], depth: int) -> Line:
    """The line of a statement that has not been split."""
    line = Line(depth)
    for leaf in leaves:
        line.append(leaf, marked=True)
    return line
