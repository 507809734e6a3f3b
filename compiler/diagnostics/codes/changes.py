"""081x: what `ssbtc diff` finds between two versions of a pipeline."""

from ssbt.compiler.diagnostics.model import Code, Severity

NEW_CHECKPOINT = Code(
    "SSBT0811",
    "A stream that needs a new checkpoint",
    """\
A stream goes on from its checkpoint: how far it has read, and what it has counted so far. After
this change the two do not belong together. Spark either stops with an error, as it does where the
state has other columns or the number of sources differs, or does not say what it makes of them, as
after another watermark or another filter before an aggregation.

Give the stream a new name (`sink orders to parquet as orders_2`) or delete its checkpoint, and
think of what it will read again. Whoever is sure that the change does no harm starts the job with
`--accept-checkpoint-change NAME`.
""",
    wrong="",
    right="",
    severity=Severity.WARNING,
)

SILENTLY_WRONG = Code(
    "SSBT0812",
    "A stream that would go on and be wrong",
    """\
When a stream starts again, Spark compares the types in its state with those of the query, and
little else. Where another column of the same type becomes the grouping key, `sum(a)` becomes
`sum(b)`, an inner join a left one or a window of 10 seconds one of a minute, it takes the old state
for the new one and goes on: no error, and wrong results from then on. The same holds for rows: a
sink that writes to another folder leaves the rows so far in the old one.

Give the stream a new name or delete its checkpoint, and let it read again what it has to know. The
runtime refuses to start such a stream on its old checkpoint.
""",
    wrong="",
    right="",
)

BREAKING = Code(
    "SSBT0813",
    "A change that others must follow",
    """\
Who reads what the pipeline writes, who delivers what it reads, or who starts it has to do
something before this version runs: a sink or one of its columns is gone, of another type or in
another place, a sink promises less, a parameter has no default any more, a secret is needed that
was not.

Tell them, or keep what they rely on: write the new columns beside the old ones, give the sink a new
name and place, or the parameter a default.
""",
    wrong="",
    right="",
)

BEHAVIOUR = Code(
    "SSBT0814",
    "A change of what a pipeline does",
    """\
The same inputs give other rows or values, or a run goes otherwise than before: another condition,
another expression, another option, another Spark setting. Nobody has to follow, and the checkpoints
of streams stay good; it is told so that it is meant.
""",
    wrong="",
    right="",
    severity=Severity.WARNING,
)
