"""Where the resolver puts what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct, field

from ssbt.compiler.diagnostics.codes.encoding import OUTSIDE_FILE
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.disk import OutsideError
from ssbt.compiler.resolve.semantic_index import SemanticIndex
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.names import ssbt_name_text

SUGGESTIONS = 100
# Maps and variants are not compared; their parts and their texts are.
UNORDERED_HELP = "take a value of it, such as `COLUMN['key']`, or its text, `to_json(COLUMN)`"
_OUTSIDE_HELP = "the files of a pipeline are in its project, and no link leads out of it"


class Report(Struct):
    """The findings so far, in the order in which they were made; `index` is for editors alone.

    `unguarded` are the parts of expressions that may be wrong because ANSI mode is off.
    """

    findings: list[Diagnostic] = field(default_factory=list)
    index: SemanticIndex | None = None
    unknown_names: int = 0
    unguarded: list[Span] = field(default_factory=list)

    def add(
        self,
        code: Code,
        span: Span,
        message: str,
        label: str = "",
        *,
        also: tuple[Label, ...] = (),
        help: tuple[str, ...] | str = (),
        fix: tuple[Edit, ...] = (),
    ) -> None:
        """Add a finding; `also` are the secondary places."""
        lines = (help,) if isinstance(help, str) else help
        self.findings.append(Diagnostic(code, message, Label(span, label), also, lines, fix))

    def add_unreadable_file(
        self, code: Code, span: Span, path: str, error: OSError, help: str | None = None
    ) -> None:
        """Add a finding about a file that cannot be read, or that is not one of the project's."""
        reason = (error.strerror or str(error)).lower()
        if isinstance(error, OutsideError):
            self.add(OUTSIDE_FILE, span, f"`{path}` is not read: {reason}", help=_OUTSIDE_HELP)
        else:
            self.add(code, span, f"`{path}` cannot be read: {reason}", help=help or ())

    def suggest(
        self,
        code: Code,
        span: Span,
        message: str,
        suggestion: str | None,
        otherwise: tuple[str, ...] | str = (),
        *,
        edit_span: Span | None = None,
        text: str | None = None,
    ) -> None:
        """Add a finding about a word for which `suggestion` was probably meant; that is the fix.

        `text` is how `suggestion` is written there, and `edit_span` where, if not the
        whole `span`; `otherwise` is the way out where nothing is near.
        """
        if suggestion is None:
            self.add(code, span, message, help=otherwise)
            return
        edit = Edit(edit_span or span, suggestion if text is None else text)
        self.add(code, span, message, help=f"did you mean `{suggestion}`?", fix=(edit,))

    def add_unknown_name(
        self,
        code: Code,
        span: Span,
        message: str,
        name: str,
        candidates: Iterable[str],
        plural: str,
        *,
        name_span: Span | None = None,
        spell: Callable[[str], str] = ssbt_name_text,
    ) -> None:
        """Add a finding about a name that does not exist, with what may have been meant.

        `edit_span` is where the name stands, if that is not the whole `span`, and `spell` how one
        is written there. Behind a hundred of them it is no longer looked for: it takes each name
        against all others.
        """
        if self.unknown_names >= SUGGESTIONS:
            self.add(code, span, message)
            return
        self.unknown_names += 1
        candidates = list(candidates)
        suggestion = did_you_mean(name, candidates)
        listed = (
            f"the {plural} are {', '.join(candidates)}"
            if candidates and len(candidates) <= 12
            else ()
        )
        text = spell(suggestion) if suggestion is not None else None
        self.suggest(code, span, message, suggestion, listed, edit_span=name_span, text=text)
