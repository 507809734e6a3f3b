"""00xx: what is wrong with a file before a word of it is read."""

from ssbt.compiler.diagnostics.examples import PIPELINE, example
from ssbt.compiler.diagnostics.model import Code

INVALID_UTF8 = Code(
    "SSBT0001",
    "Text that is not valid UTF-8",
    """\
The compiler reads a pipeline as UTF-8, on every machine and in every locale. This file holds a byte
that is not part of any UTF-8 character; most often an editor saved it as Latin-1 or Windows-1252.
If the compiler guessed the encoding, one file could mean different things on two machines.

Save the file as UTF-8; `iconv -f latin1 -t utf-8 old.ssbt > new.ssbt` converts it.
""",
    # The lone surrogate stands for the byte E9, a Latin-1 `é`, as in Python's `surrogateescape`.
    wrong=example(pipeline=PIPELINE.replace("Orders that were paid", "Caf\udce9 orders")),
    right=example(pipeline=PIPELINE.replace("Orders that were paid", "Café orders")),
)

NUL_CHARACTER = Code(
    "SSBT0002",
    "A NUL character",
    """\
The file holds the character NUL (U+0000). No text needs one: the file was cut off, is a binary
file, or was saved as UTF-16. Many tools stop reading at a NUL, so a reviewer might not see what is
compiled.

Delete the character, or save the file as UTF-8.
""",
    wrong=example(steps="|> where status = 'PA\x00ID'"),
    right=example(),
)

STRAY_BYTE_ORDER_MARK = Code(
    "SSBT0003",
    "A byte-order mark inside the text",
    """\
A byte-order mark (U+FEFF) may come at the very start of a file, where it is skipped. Anywhere else
it is an invisible character that would become part of a name or a string. It gets there when files
that begin with one are joined, or with text copied from a web page.

Delete the character.
""",
    wrong=example(steps="|> where status = \ufeff'PAID'"),
    right=example(),
)

FILE_TOO_LARGE = Code(
    "SSBT0004",
    "A file that is too large",
    """\
A pipeline file may have up to 4 MB, some hundred thousand lines. Nobody writes a larger one by
hand; most likely the compiler was given data by mistake.

Check the path. If a program writes your pipelines, let it write several files, and put the
declarations that they share into one that all of them `import`.
""",
    wrong="",
    right="",
)

UNREADABLE_CHARACTER = Code(
    "SSBT0005",
    "Half of a character",
    """\
The text holds a surrogate: one half of a character outside Unicode's basic plane, without the other
half. UTF-8 cannot encode it, so the generated script could not hold it either. It appears when an
editor or a program cuts text in the middle of an emoji.

Delete it, or write the whole character.
""",
    wrong=example(steps="|> where status = 'PAID \ud83d'"),
    right=example(steps="|> where status = 'PAID 😀'"),
)

UNREADABLE_FILE = Code(
    "SSBT0006",
    "A file that cannot be read",
    """\
The operating system did not let the compiler read the file: it does not exist, it is a folder where
a file is expected, or you are not allowed to read it. The message says which.

Paths on the command line are relative to the folder you are in; paths after `import` are relative
to the folder of the importing file.
""",
    wrong="",
    right="",
)

OUTSIDE_FILE = Code(
    "SSBT1306",
    "A file outside the project",
    """\
A pipeline names other files: imports, schemas, Python modules, rows of tests. The compiler reads
them, shows parts of them in errors, and copies modules next to the script. Without a limit, whoever
changes a pipeline could read files on the machine that checks it: `import` of a link to
`/proc/self/environ` would print the secrets of a build.

So all of them must be inside the project: the git repository of the pipeline, or the folder of
`ssbt.conf` at or above it, whichever is further out. If there is neither, the project is the folder
of the pipeline and everything below it. Links are followed, and only the real location counts. A
link must not lead to anything hidden in the project either, such as `.env` or `.git/config`. That
holds for the files and folders that a command is given as well: `ssbtc check jobs` does not follow
a link `jobs` out of the project, or out of the folder it runs in if that is no project. Links above
a project, such as a home directory that is one, do not matter.

Move the file into the project, or make the folder above both a project with an `ssbt.conf`, which
may be empty.
""",
    wrong="",
    right="",
)
