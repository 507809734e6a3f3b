"""The comments with which a file says that a warning is meant."""

from __future__ import annotations

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Severity

UNUSED_ALLOWANCE = Code(
    "SSBT0140",
    "An `allow` that silences nothing",
    """\
`# allow SSBT0209: reason` says that you know about a warning and accept it. It applies to its own
line or, alone on a line, to the next line that is not a comment; separate several codes with
commas. Only warnings can be allowed: an error would fail or give wrong results in any case.

If the comment stayed, it would hide the next warning of its kind on that line. So it is reported
once it silences nothing: the warning is gone, the line has moved, or the comment is misspelt.
""",
    wrong=example(
        preamble="# allow SSBT0209: used by the next release\nparam minimum: int = 1\n",
        steps="|> where amount > ${minimum}",
    ),
    right=example(
        preamble="# allow SSBT0209: used by the next release\nparam minimum: int = 1\n",
    ),
    severity=Severity.WARNING,
    way_out="mend the error itself, or leave the comment out",
)
