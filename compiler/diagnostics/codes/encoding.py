"""00xx: what is wrong with a file before a word of it is read."""

from ssbt.compiler.diagnostics.examples import PIPELINE, example
from ssbt.compiler.diagnostics.model import Code

INVALID_UTF8 = Code(
    "SSBT0001",
    "Text that is not valid UTF-8",
    """\
A pipeline is read as UTF-8, on every machine and in every locale. This file holds a byte that is
no part of a UTF-8 character; most often it was saved as Latin-1 or Windows-1252 by an editor.
Guessing the encoding would make one file mean different things on two machines.

Save the file as UTF-8 (`iconv -f latin1 -t utf-8 old.ssbt > new.ssbt` converts one).
""",
    # The lone surrogate stands for the byte E9, a Latin-1 `é`, as in Python's `surrogateescape`.
    wrong=example(pipeline=PIPELINE.replace("Orders that were paid", "Caf\udce9 orders")),
    right=example(pipeline=PIPELINE.replace("Orders that were paid", "Café orders")),
)

NUL_CHARACTER = Code(
    "SSBT0002",
    "A NUL character",
    """\
The file holds the character NUL (U+0000). No text has a use for it: it comes from a file that was
cut off, from a binary file, or from text saved as UTF-16. Many tools stop reading at a NUL, so
what a reviewer sees could differ from what is compiled.

Delete the character, or save the file as UTF-8.
""",
    wrong=example(steps="|> where status = 'PA\x00ID'"),
    right=example(),
)

STRAY_BYTE_ORDER_MARK = Code(
    "SSBT0003",
    "A byte-order mark inside the text",
    """\
A byte-order mark (U+FEFF) may stand at the very start of a file, where it is skipped. Anywhere
else it is a character that nobody can see and that would become part of a name or a string. It
gets there when files that begin with one are joined, or by copying from a web page.

Delete the character.
""",
    wrong=example(steps="|> where status = \ufeff'PAID'"),
    right=example(),
)

FILE_TOO_LARGE = Code(
    "SSBT0004",
    "A file that is too large",
    """\
A pipeline file may have up to 4 MB, some hundred thousand lines. A larger one is no pipeline that
a person wrote, and most likely data that was given to the compiler by mistake.

Check the path. If a program writes your pipelines, let it write several files; declarations that
they share go into one that all of them `import`.
""",
    wrong="",
    right="",
)

UNREADABLE_CHARACTER = Code(
    "SSBT0005",
    "Half of a character",
    """\
The text holds a surrogate: half of a character outside Unicode's basic plane, without its other
half. It cannot be written to a file as UTF-8, so the generated script could not hold it either.
An editor or a program that cuts text in the middle of an emoji makes these.

Delete it, or write the whole character.
""",
    wrong=example(steps="|> where status = 'PAID \ud83d'"),
    right=example(steps="|> where status = 'PAID 😀'"),
)

UNREADABLE_FILE = Code(
    "SSBT0006",
    "A file that cannot be read",
    """\
The operating system did not let the compiler read the file: there is none of that name, it is a
folder where a file is expected, or you have no right to read it. The message says which.

Paths on the command line are relative to the folder you are in, paths after `import` to the
folder of the importing file.
""",
    wrong="",
    right="",
)

OUTSIDE_FILE = Code(
    "SSBT1306",
    "A file outside of the project",
    """\
A pipeline names other files: what it imports, schemas, Python modules, rows of tests. They are read
when it is checked, parts of them are shown with findings, and modules are copied beside the script.
Whoever changes a pipeline could else read what is on the machine that checks it: `import` of a link
to `/proc/self/environ` would print the secrets of a build.

So they must all be in the project: the git repository of the pipeline, or the folder of `ssbt.conf`
at or above it, the outer one of both; where there is neither, the folder of the pipeline and all
below it. What counts is where a file really is, with all links followed. A link must not lead to
something hidden in the project either, such as `.env` or `.git/config`.

Move the file into the project, or make the folder above both a project: `ssbt.conf` may be empty.
""",
    wrong="",
    right="",
)
