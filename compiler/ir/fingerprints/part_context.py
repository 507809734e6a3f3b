"""What the parts of single steps are made from: definitions, meanings, and what is used."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.definitions import Definitions
from ssbt.compiler.ir.expressions import Text
from ssbt.compiler.ir.fingerprints.meanings import Meanings
from ssbt.compiler.ir.fingerprints.parts import join_texts
from ssbt.compiler.ir.fingerprints.used_columns import ColumnNames
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Pipeline

# Beyond it, an expression is shown as it was written: some double with every step.
_LONGEST = 2_000


class PartContext:
    """The tables of the operators below `root`; `used` are the columns used after each.

    Long texts are cut and distinguished by a hash, unless they are `whole`, for people.
    """

    def __init__(
        self,
        used: dict[int, ColumnNames],
        pipeline: Pipeline,
        root: Operator,
        *,
        whole: bool = False,
    ) -> None:
        self.used, self._whole = used, whole
        self.meanings = Meanings(root)
        self.connections = {each.name.casefold(): each for each in pipeline.connections}
        self.modules = {each.name: each for each in pipeline.modules}

    @cached_property
    def definitions(self) -> Definitions:
        """How columns are defined in terms of those of sources."""
        return Definitions(_LONGEST, whole=True) if self._whole else Definitions()

    def matching_text(self, step: s.Join, operator: Operator) -> Text:
        """The kind of a join and how its rows are matched."""
        if step.condition is not None:
            return (
                f"{step.kind} on ",
                *self.definitions.expand_expression(step.condition, operator),
            )
        columns = self.column_texts(step.using, operator)
        return (f"{step.kind} using ", *columns) if step.using else (step.kind,)

    def column_texts(self, columns: Iterable[str], operator: Operator) -> Text:
        """The definitions of columns that a step names."""
        return join_texts(self.definitions.expand_columns(columns, operator))
