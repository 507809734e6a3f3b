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

Give the stream a new name (`sink orders to parquet as orders_2`) or move its checkpoint aside,
and think of what it will read again. A sink of files needs another folder as well, or a first
start with `--keep-output NAME`: Spark skips batches whose numbers the log of the folder already
has. Whoever is sure that the change does no harm starts the job once with
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

Give the stream a new name and, where it writes files, another folder, and let it read again what
it has to know. The runtime refuses to start such a stream on its old checkpoint.
""",
    wrong="",
    right="",
)

UNPROVED = Code(
    "SSBT0634",
    "A stream of which nothing proves that it may go on",
    """\
State may depend on what has changed, and nothing shows that it does not: the Python of a step or
of a processor, or what that imports; the rows that such code gets; a Spark setting such as the
time zone of the session; the addresses of a cluster. Spark would go on, right or wrong.

Look at the change. If no row and no value that the stream has counted would be another, start the
job once with `--accept-checkpoint-change NAME`; the runtime refuses to go on until it is told so.
Otherwise begin with a new checkpoint, as for SSBT0811.
""",
    wrong="",
    right="",
    severity=Severity.WARNING,
)

OLD_OUTPUT = Code(
    "SSBT0635",
    "A stream that begins anew over an old output",
    """\
The stream has another name, or the pipeline, or another folder for checkpoints: so it begins with
an empty checkpoint, and numbers its batches from 0. The folder that it writes to has a log with
such numbers already. Spark takes a batch whose number is in the log for one that it has written,
and skips it: its rows never arrive, and every run ends well. Where the folder has files without a
log, as a batch writes them, readers no longer see these once there is one.

The runtime refuses to start. Give the sink another folder. Or start it once with
`--keep-output NAME`: readers go on to see what they see, and new rows come behind it. Where only
a name has changed, keep the old one (`sink orders to json as old_name`), or move the folder of the
old checkpoint to the new name and start once with `--accept-checkpoint-change NAME`.
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
