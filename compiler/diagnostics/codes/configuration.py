"""121x: the configuration of environments, whose examples are cases of their own."""

from ssbt.compiler.diagnostics.model import Code, Severity

BAD_SYNTAX = Code(
    "SSBT1210",
    "A configuration that cannot be read",
    """\
`ssbt.conf` and the files in `conf/` are HOCON, as Lightbend's library reads it: JSON in which you
may leave out quotes, commas and outer braces, with comments, `include`, `+=` and `${references}`.

Two surprises: `//` begins a comment, so put addresses in quotes, `url = "http://host"`. Also quote
whatever contains one of the characters ``$"{}[]:=,+#`^?!@*&\\``.
""",
    wrong="",
    right="",
    way_out="correct the line, or put the text in quotes",
)

BAD_REFERENCE = Code(
    "SSBT1211",
    "A reference to nothing",
    """\
`${name}` stands for another value of the configuration, named by its full path, in any of its
files: an environment may replace a value that the defaults refer to. `${?name}` may be missing.

Environment variables, which Lightbend's library would try last, are not read: the result must be
the same on every machine, and they may hold credentials.
""",
    wrong="",
    right="",
)

BAD_INCLUDE = Code(
    "SSBT1212",
    "A file that cannot be included",
    """\
`include "file"` includes another file of the project, relative to the one that includes it. A
missing file is ignored, unless you write `required("file")`. Addresses, paths from the root of the
disk and paths that leave the project are refused, and so is a file that includes itself.
""",
    wrong="",
    right="",
    way_out="move what both files need into a third one, and include that",
)

TOO_LARGE = Code(
    "SSBT1213",
    "A configuration that is too large",
    """\
References to references grow fast: twenty lines can expand to a million values. A configuration
that expands to more than 100,000 values, or to a text of more than a million characters, is
refused.
""",
    wrong="",
    right="",
    way_out="write shorter values, and fewer that are made of others",
)

UNKNOWN_KEY = Code(
    "SSBT1214",
    "A key that means nothing",
    """\
A configuration has `params`, `spark`, `connections` and `secrets`, and in them what the pipeline
declares. Nothing reads this key, so it is misspelt or left over.

`conf/defaults.conf` and the files of environments apply to every pipeline of a project, so declare
what they name in a file that all pipelines import. If only one pipeline declares it, put its values
into that pipeline's own file, `conf/NAME.conf`.
""",
    wrong="",
    right="",
)

BAD_VALUE = Code(
    "SSBT1215",
    "A value that does not fit",
    """\
For each environment, values are checked as they would be in the pipeline: values of parameters
against their type and their constraints, values of connections against the options of their kind.
""",
    wrong="",
    right="",
    way_out="change the value, or the declaration that it has to fit",
)

MISSING_VALUE = Code(
    "SSBT1216",
    "A parameter without a value",
    """\
The pipeline gives this parameter no default, and the environment gives it no value. The job ends at
once with exit code 2 unless you set it when it runs: with `--set`, `--conf-file` or
`SSBT_PARAM_NAME`.
""",
    wrong="",
    right="",
    severity=Severity.WARNING,
)

UNKNOWN_ENVIRONMENT = Code(
    "SSBT1217",
    "An unknown environment",
    """\
`ssbt.conf` lists the environments of a project: `environments = [dev, prod]`. Each may have a file
`conf/NAME.conf`.
""",
    wrong="",
    right="",
)
