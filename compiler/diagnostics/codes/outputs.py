"""08xx: what is wrong with outputs, and with how files stand to each other."""

from ssbt.compiler.diagnostics.model import Code

SAME_NAME = Code(
    "SSBT0801",
    "Two pipelines of one name",
    """\
A pipeline's outputs are called after it: `pipeline orders` is compiled to `orders.py` and
`orders.json`. Of two pipelines with one name, in files that are compiled into one folder, the
second would silently overwrite the first. Upper and lower case count as equal, because on some
disks they are.

Rename one of them, or compile them into two folders with `--out`.
""",
    wrong="",
    right="",
)

EDITED = Code(
    "SSBT0802",
    "An output that was edited by hand",
    """\
The manifest beside each script holds the hash of every file that was written with it; it and the
source map are compared with what the sources give. This file differs: somebody changed it after
`ssbtc compile`. Compiling again would throw that change
away, and leaving it would let the script and its source say different things.

Move the change to the `.ssbt` file and compile with `--force`, which overwrites the output. To see
what would be lost, run `ssbtc compile --diff`.
""",
    wrong="",
    right="",
)

FOREIGN = Code(
    "SSBT0803",
    "A file in the way of an output",
    """\
Where an output has to be written there is something that `ssbtc` did not write: no manifest names
it, or it is a link or a folder. It may be the only copy of somebody's work.

Move it away, choose another folder with `--out`, or overwrite a file or a link with `--force` (the
file that a link points to stays as it is).
""",
    wrong="",
    right="",
)

MISSING = Code(
    "SSBT0804",
    "An output that is missing",
    """\
The pipeline has no such output: it was never compiled into this folder, or the file was deleted or
not committed. A script without its runtime does not run; without its manifest it cannot be
verified; and without its source map errors name no line of the source.

Run `ssbtc compile`, and commit what it writes if the outputs are kept under version control.
""",
    wrong="",
    right="",
)

STALE = Code(
    "SSBT0805",
    "An output that is stale",
    """\
The output was written by `ssbtc`, but from something else than what is there now: the pipeline, a
file that it imports or a Python module of it has changed since, or the compiler or the target has.
What runs is not what the source says.

Run `ssbtc compile`.
""",
    wrong="",
    right="",
)

ORPHANED = Code(
    "SSBT0806",
    "Outputs without their pipeline",
    """\
The manifest says that these files were compiled from a pipeline of this name, and there is none any
more: it was renamed or deleted. The script still runs, but nobody can change it at its source.

Delete the files that the message names. If the pipeline is kept in a folder that was not given,
give that folder too.
""",
    wrong="",
    right="",
)

UNFORMATTED = Code(
    "SSBT0807",
    "A file that is not formatted",
    """\
There is one way to lay out a pipeline, and `ssbtc fmt` decides it, so that a diff shows what was
meant and nothing else. This file is laid out differently.

Run `ssbtc fmt`; `ssbtc fmt --diff` shows what it would change.
""",
    wrong="",
    right="",
)

SHARED_OUTPUT = Code(
    "SSBT0808",
    "Two pipelines that write one file differently",
    """\
Beside their scripts, pipelines ship the Python modules that they use, under the name of the module.
Two pipelines in one output folder use different modules of one name: the second would overwrite
the first, and one of the scripts would run with the wrong code.

Rename one of the modules, or compile the pipelines into two folders with `--out`.
""",
    wrong="",
    right="",
)
