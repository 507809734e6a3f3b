"""121x: the configuration of environments, whose examples are cases of their own."""

from ssbt.compiler.diagnostics.model import Code, Severity

BAD_SYNTAX = Code(
    "SSBT1210",
    "A configuration that cannot be read",
    """\
`ssbt.conf` and the files of `conf/` are HOCON, as Lightbend's library reads it: JSON whose quotes,
commas and outer braces may be left out, with comments, `include`, `+=` and `${references}`.

Among what surprises: `//` begins a comment, so an address stands in quotes, `url = "http://host"`;
and so does whatever has one of the characters ``$"{}[]:=,+#`^?!@*&\\``.
""",
    wrong="",
    right="",
)

BAD_REFERENCE = Code(
    "SSBT1211",
    "A reference to nothing",
    """\
`${name}` stands for another value of the configuration, by its full path, from whichever file it
comes: an environment may replace what the defaults refer to. `${?name}` may be missing.

Variables of the environment, which Lightbend's library would look at last, are not read: what is
compiled is the same on every machine, and they may hold credentials.
""",
    wrong="",
    right="",
)

BAD_INCLUDE = Code(
    "SSBT1212",
    "A file that cannot be included",
    """\
`include "file"` takes in another file of the project, relative to the one that includes it; one
that is not there is passed over, unless it is `required("file")`. Addresses, paths from the root of
the disk and paths that leave the project are refused, and so is a file that includes itself.
""",
    wrong="",
    right="",
)

TOO_LARGE = Code(
    "SSBT1213",
    "A configuration that is too large",
    """\
References that repeat references grow fast: twenty lines can come to a million values. What comes
to more than 100,000 values, or to a text of more than a million characters, is refused.
""",
    wrong="",
    right="",
)

UNKNOWN_KEY = Code(
    "SSBT1214",
    "A key that means nothing",
    """\
A configuration has `params`, `spark`, `connections` and `secrets`, and in them what the pipeline
declares. A key that nothing reads is a mistake of spelling, or is left over.

`conf/defaults.conf` and the files of environments hold for every pipeline of a project: what they
name is declared in a file that all of them import. What only one of them declares has its values in
that pipeline's own file, `conf/NAME.conf`.
""",
    wrong="",
    right="",
)

BAD_VALUE = Code(
    "SSBT1215",
    "A value that does not fit",
    """\
Values are checked for each environment as they would be in the pipeline: those of parameters
against their type and their constraints, those of connections against the options of their kind.
""",
    wrong="",
    right="",
)

MISSING_VALUE = Code(
    "SSBT1216",
    "A parameter without a value",
    """\
The pipeline gives this parameter no default, and the environment no value. The job ends at once
with exit code 2 unless it is given when it runs: by `--set`, `--conf-file` or `SSBT_PARAM_NAME`.
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
