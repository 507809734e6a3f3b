"""The comments with which a file says that a warning is meant."""

from __future__ import annotations

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Severity

UNUSED_ALLOWANCE = Code(
    "SSBT0140",
    "An `allow` that silences nothing",
    """\
`# allow SSBT0209: reason` says that a warning is meant. It holds for the line it stands on, or,
alone on its line, for the next line that is no comment; several codes are separated by commas. Only
warnings can be allowed: what is an error would fail or be wrong in every case.

A comment that silences nothing would hide the next warning of its kind on that line, so it is
reported: the warning is gone, the line has moved, or the comment is misspelt.
""",
    wrong=example(
        preamble="# allow SSBT0209: used by the next release\nparam minimum: int = 1\n",
        steps="|> where amount > ${minimum}",
    ),
    right=example(
        preamble="# allow SSBT0209: used by the next release\nparam minimum: int = 1\n",
    ),
    severity=Severity.WARNING,
)
