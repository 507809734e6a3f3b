"""05xx: conditions that sinks take."""

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Severity

_DELETES = """\
sink paid to delta {
  path        = "lake/paid"
  mode        = merge
  keys        = [id]
  sequence_by = placed_on
  delete_when = CONDITION
}
"""
_CHECKED = """\
sink paid to delta {
  path       = "lake/paid"
  mode       = append
  constraint = CONDITION
}
"""

CHANCE = Code(
    "SSBT0589",
    "A condition that chance decides",
    """\
`delete_when`, `replace` and `constraint` say what becomes of rows of a table. With a random number
in it, a run that is repeated deletes others, and Spark itself evaluates the condition several times
in one statement, each time with another result. To take a sample, use the step `sample`, or compute
a column from the row: `pmod(hash(id), 10) = 0` is true for a tenth of the keys, and always for the
same.
""",
    wrong=example(sink=_DELETES.replace("CONDITION", "rand() < 0.1")),
    right=example(sink=_DELETES.replace("CONDITION", "pmod(hash(id), 10) = 0")),
)

KEPT_PARAMETER = Code(
    "SSBT0590",
    "A parameter in what a table keeps",
    """\
A table is given its `constraint` when it is created, with the value that the parameter has in that
run. It keeps that: a later run with another value finds another constraint, and stops. Write the
value itself, or check rows in a step, where each run has its own.
""",
    wrong=example(
        preamble="param least: int = 0\n", sink=_CHECKED.replace("CONDITION", "amount > ${least}")
    ),
    right=example(sink=_CHECKED.replace("CONDITION", "amount > 0")),
    severity=Severity.WARNING,
)
