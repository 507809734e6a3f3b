"""Steps of data frames that read as the use of a transform: `unionByName(orders)`, `count()`."""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.names import declared_name
from ssbt.compiler.syntax.vocabulary import NON_STEPS, OTHER_STEPS, STEP_FORMS
from ssbt.grammar.words import STEPS

# Data frames keep what is there twice in a union, and SQL does not.
_UNION = "`|> union all {0}` keeps rows that are there twice, `|> union {0}` does not"
# Steps that take a dataset and nothing else.
_OF_DATASETS = ("union all", "cross join", "except", "except all", "intersect", "intersect all")


def report_step(use: s.UseTransform, message: str, report: Report) -> bool:
    """Report a transform that is a step, with how that is written; whether it is one."""
    word = use.name.text.lower()
    if word == "count" and not use.arguments:
        help_ = "rows are counted by `|> aggregate count(*) as n`"
        edit = Edit(use.span, "aggregate count(*) as n")
        report.add(codes.UNKNOWN_TRANSFORM, use.name.span, message, help=help_, fix=(edit,))
        return True
    step = OTHER_STEPS.get(word, word)
    if step in (*STEPS, *_OF_DATASETS):
        help_, fix = _suggest_step(use, word, step)
        report.add(codes.UNKNOWN_TRANSFORM, use.name.span, message, help=help_, fix=fix)
        return True
    if word in ("transform", "pipe") and len(use.arguments) == 1:
        text = f"{use.arguments[0].name.text}()"
        help_, edit = f"a transform is used by its name: `|> {text}`", Edit(use.span, text)
        report.add(codes.UNKNOWN_TRANSFORM, use.name.span, message, help=help_, fix=(edit,))
        return True
    if word in NON_STEPS:
        report.add(codes.UNKNOWN_TRANSFORM, use.name.span, message, help=NON_STEPS[word])
        return True
    return False


def _suggest_step(use: s.UseTransform, word: str, step: str) -> tuple[str, tuple[Edit, ...]]:
    datasets = [each.name.text for each in use.arguments if each.arguments is None]
    if len(use.arguments) == len(datasets) == 1:
        dataset = declared_name(datasets[0])
        if word == "union":
            return _UNION.format(dataset), ()
        if step in _OF_DATASETS:
            text = f"{step} {dataset}"
            return f"write `|> {text}`", (Edit(use.span, text),)
    if not use.arguments and step == "distinct":
        return "write `|> distinct`", (Edit(use.span, "distinct"),)
    return f"the step is written `{STEP_FORMS.get(step, f'|> {step} …')}`", ()
