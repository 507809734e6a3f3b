"""Values and macros of templates, such as Jinja's and dbt's."""

from __future__ import annotations

from ssbt.compiler.syntax.habits.phrases import Phrase, phrase

TEMPLATE_PHRASES: tuple[Phrase, ...] = (
    phrase(
        r"\{\{\s*dbt_utils\.(?:generate_)?surrogate_key\(.*?\)\s*\}\}",
        "a key of several columns is `xxhash64(…)`, or `md5(concat_ws('-', …))`",
    ),
    phrase(
        r"\{\{\s*dbt_utils\.star\(.*?\)\s*\}\}",
        "all columns are `*`, and all but some `* except (…)`",
    ),
    phrase(
        r"\{\{\s*env_var\(\s*['\"](\w+)['\"][^{}]*\}\}",
        r"a value from outside is a parameter: `param NAME: string`, written `${NAME}`, and given "
        r"by `SSBT_PARAM_NAME` or `--set`",
    ),
    phrase(r"\{\{\s*var\(\s*['\"](\w+)['\"][^{}()]*\)\s*\}\}", r"write `${\1}`", r"${\1}"),
    phrase(r"%\((\w+)\)s", r"a parameter is written `${\1}`", r"${\1}"),
    phrase(r"(?<![$'\"\w{])\{(\w+)\}", r"a parameter is written `${\1}`", r"${\1}"),
    phrase(
        r"\{\{(?!\s*\w+\s*\}\})[\s\S]*?\}\}",
        "there are no templates: a value given when the job runs is a parameter, `${NAME}`, and "
        "what is used again a `let` or a `transform`",
    ),
)
