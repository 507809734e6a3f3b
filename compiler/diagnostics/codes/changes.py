"""081x: what `ssbtc diff` finds between two versions of a pipeline."""

from ssbt.compiler.diagnostics.model import Code, Severity

NEW_CHECKPOINT = Code(
    "SSBT0811",
    "A stream that needs a new checkpoint",
    """\
A stream continues from its checkpoint, which holds how far it has read and what it has counted so
far. After this change, the stream and its checkpoint no longer fit together. Spark stops with an
error, for instance if the state has other columns or the number of sources differs. Or it continues
in a way that it does not explain, for instance after a change to the watermark or to a filter
before an aggregation.

Give the stream a new name (`sink orders to parquet as orders_2`) or move its checkpoint away, and
think about what it will read again. A file sink also needs another folder, or a first start with
`--keep-output NAME`: Spark skips batches whose numbers are already in the folder's log. If you are
sure that the change does no harm, start the job once with `--accept-checkpoint-change NAME`.
""",
    wrong="",
    right="",
    severity=Severity.WARNING,
)

SILENTLY_WRONG = Code(
    "SSBT0812",
    "A stream that would continue with wrong results",
    """\
When a stream starts again, Spark compares the types in its state with those of the query, and
little else. Say another column of the same type becomes the grouping key, `sum(a)` becomes
`sum(b)`, an inner join becomes a left join, or a window of 10 seconds becomes one of a minute.
Spark takes the old state for the new one and continues: no error, and wrong results from then on.
The same goes for rows: a sink that writes to another folder leaves the earlier rows in the old one.

Give the stream a new name and, if it writes files, another folder, and let it read again what it
needs to know. The runtime refuses to start such a stream on its old checkpoint.
""",
    wrong="",
    right="",
)

UNPROVED = Code(
    "SSBT0634",
    "A stream that cannot be shown to be safe to continue",
    """\
The state may depend on what has changed, and nothing shows that it does not: the Python of a step
or of a processor, or what that imports; the rows that such code gets; a Spark setting such as the
session's time zone; the addresses of a cluster. Spark would continue, right or wrong.

Look at the change. If every row and every value that the stream has counted would stay the same,
start the job once with `--accept-checkpoint-change NAME`; without it the runtime refuses to
continue. Otherwise begin with a new checkpoint, as for SSBT0811.
""",
    wrong="",
    right="",
    severity=Severity.WARNING,
)

OLD_OUTPUT = Code(
    "SSBT0635",
    "A stream that starts from scratch over an old output",
    """\
The stream or the pipeline has a new name, or checkpoints are in another folder. So the stream
begins with an empty checkpoint, and numbers its batches from 0. The folder that it writes to
already has a log with such numbers. If a number is in the log, Spark believes that it has already
written that batch, and skips it: its rows never arrive, and every run succeeds. If the folder has
files without a log, as a batch writes them, readers no longer see these once there is a log.

The runtime refuses to start. Give the sink another folder. Or start it once with
`--keep-output NAME`: readers still see what they saw before, and new rows follow. If only a name
has changed, keep the old one (`sink orders to json as old_name`), or move the folder of the old
checkpoint to the new name and start once with `--accept-checkpoint-change NAME`.
""",
    wrong="",
    right="",
)

BREAKING = Code(
    "SSBT0813",
    "A change that requires others to act",
    """\
Somebody has to act before this version runs: whoever reads what the pipeline writes, delivers what
it reads, or starts it. A sink or one of its columns is gone, has another type or is in another
place; a sink guarantees less; a parameter has lost its default; or a new secret is needed.

Tell them, or keep what they rely on: write the new columns next to the old ones, give the sink a
new name and place, or give the parameter a default.
""",
    wrong="",
    right="",
)

BEHAVIOUR = Code(
    "SSBT0814",
    "A change to what a pipeline does",
    """\
The same inputs give other rows or values, or a run proceeds differently: a condition, an
expression, an option or a Spark setting has changed. Nobody else has to act, and the checkpoints of
streams stay valid. The change is reported so that you can check that you meant it.
""",
    wrong="",
    right="",
    severity=Severity.WARNING,
)
