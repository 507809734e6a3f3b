"""The phrases, by the rule of the grammar in whose place they are written."""

from __future__ import annotations

from ssbt.compiler.syntax.habits.block_phrases import COLUMN_PHRASES, ENTRY_PHRASES
from ssbt.compiler.syntax.habits.dataset_phrases import DATASET_PHRASES
from ssbt.compiler.syntax.habits.declaration_phrases import DECLARATION_PHRASES
from ssbt.compiler.syntax.habits.expression_phrases import EXPRESSION_PHRASES
from ssbt.compiler.syntax.habits.frame_phrases import FRAME_PHRASES
from ssbt.compiler.syntax.habits.join_phrases import JOIN_PHRASES
from ssbt.compiler.syntax.habits.phrases import Phrase
from ssbt.compiler.syntax.habits.python_phrases import PYTHON_PHRASES
from ssbt.compiler.syntax.habits.step_phrases import STEP_PHRASES
from ssbt.compiler.syntax.habits.template_phrases import TEMPLATE_PHRASES
from ssbt.compiler.syntax.habits.type_phrases import TYPE_PHRASES

PHRASES: dict[str, tuple[Phrase, ...]] = {
    "step": (
        *FRAME_PHRASES,
        *JOIN_PHRASES,
        *STEP_PHRASES,
        *DATASET_PHRASES,
        *TYPE_PHRASES,
        *EXPRESSION_PHRASES,
        *PYTHON_PHRASES,
        *TEMPLATE_PHRASES,
    ),
    "declaration": (*DECLARATION_PHRASES, *TEMPLATE_PHRASES),
    "file": (*DECLARATION_PHRASES, *TEMPLATE_PHRASES),
    "entry": ENTRY_PHRASES,
    "schema_column": (*TYPE_PHRASES, *COLUMN_PHRASES),
}
