"""08xx: what is wrong with outputs, and with how files stand to each other."""

from ssbt.compiler.diagnostics.model import Code

SAME_NAME = Code(
    "SSBT0801",
    "Two pipelines with the same name",
    """\
A pipeline's outputs are named after it: `pipeline orders` is compiled to `orders.py` and
`orders.json`. If two pipelines with the same name are compiled into one folder, the second would
silently overwrite the first. Upper and lower case count as equal, because on some disks they are.

Rename one of them, or compile them into two folders with `--out`.
""",
    wrong="",
    right="",
)

EDITED = Code(
    "SSBT0802",
    "An output that was edited by hand",
    """\
The manifest next to each script holds the hash of every file that was written with it. It and the
source map are compared with what the sources compile to. This file differs: somebody changed it
after `ssbtc compile`. If you compiled again, the change would be lost; if you left it, the script
and its source would say different things.

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
Something that `ssbtc` did not write is where an output has to go: no manifest names it, or it is a
link or a folder. It may be the only copy of somebody's work.

Move it away, choose another folder with `--out`, or overwrite a file or a link with `--force`; the
file that a link points to does not change.
""",
    wrong="",
    right="",
)

MISSING = Code(
    "SSBT0804",
    "An output that is missing",
    """\
The pipeline has no such output: it was never compiled into this folder, or the file was deleted or
not committed. Without its runtime, a script does not run; without its manifest, it cannot be
verified; and without its source map, errors do not name a line of the source.

Run `ssbtc compile`. If the outputs are under version control, commit what it writes.
""",
    wrong="",
    right="",
)

STALE = Code(
    "SSBT0805",
    "An output that is stale",
    """\
`ssbtc` wrote this output from something other than what is there now: the pipeline, an imported
file, a Python module, the compiler or the target has changed since. So the script does not do what
the source says.

Run `ssbtc compile`.
""",
    wrong="",
    right="",
)

ORPHANED = Code(
    "SSBT0806",
    "Outputs without their pipeline",
    """\
The manifest says that these files were compiled from a pipeline with this name, but it no longer
exists: it was renamed or deleted. The script still runs, but nobody can change its source.

Delete the files that the message names. If the pipeline is in a folder that you did not name on the
command line, name that folder too.
""",
    wrong="",
    right="",
)

UNFORMATTED = Code(
    "SSBT0807",
    "A file that is not formatted",
    """\
`ssbtc fmt` formats every pipeline in the same way, so that a diff shows only what somebody meant to
change. This file is formatted differently.

Run `ssbtc fmt`; `ssbtc fmt --diff` shows what it would change.
""",
    wrong="",
    right="",
)

SHARED_OUTPUT = Code(
    "SSBT0808",
    "Two pipelines that write one file differently",
    """\
Pipelines ship the Python modules that they use next to their scripts, under the name of the module.
Two pipelines in one output folder use different modules with the same name. The second would
overwrite the first, and one of the scripts would run with the wrong code.

Rename one of the modules, or compile the pipelines into two folders with `--out`.
""",
    wrong="",
    right="",
)
