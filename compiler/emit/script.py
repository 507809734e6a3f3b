"""The files that a pipeline compiles to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from ssbt.compiler.emit.archive import build_runtime_archive
from ssbt.compiler.emit.docstrings import as_sentence
from ssbt.compiler.emit.files import RUNTIME_ARCHIVE, OutputFile
from ssbt.compiler.emit.functions import ScriptFunctions, emit_functions
from ssbt.compiler.emit.imports import collect_names, import_groups
from ssbt.compiler.emit.layout import lay_out
from ssbt.compiler.emit.manifest import emit_manifest
from ssbt.compiler.emit.naming import (
    ScriptNames,
    build_script_names,
    queries,
    runtime_functions,
    script_stem,
)
from ssbt.compiler.emit.parameters import params_fields
from ssbt.compiler.emit.places import Places
from ssbt.compiler.emit.redaction import find_redaction
from ssbt.compiler.emit.schemas import emit_constant, emit_schema_constant
from ssbt.compiler.emit.scopes import ScriptContext
from ssbt.compiler.emit.session import explained_session_settings, own_settings
from ssbt.compiler.emit.setting_code import EmittedOption, emit_secret_name
from ssbt.compiler.emit.source_map import MAP_SUFFIX, emit_source_map
from ssbt.compiler.emit.state import explained_state_settings
from ssbt.compiler.emit.submission import submit_lines
from ssbt.compiler.emit.templating import render_file, render_template
from ssbt.compiler.emit.version import VERSION
from ssbt.compiler.emit.wiring import emit_wiring
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.ir.plans import output_modes
from ssbt.compiler.ir.steps import Stateful
from ssbt.compiler.source import Source

_STATE_PACKAGES = "pandas, pyarrow and protobuf"


def emit_pipeline(
    pipeline: Pipeline, sources: Mapping[str, Source], documents: Mapping[str, str] | None = None
) -> tuple[OutputFile, ...]:
    """The script, manifest, source map, runtime and user's modules of a pipeline without mistakes.

    `sources` are all files that were compiled, by path; `documents` are the configurations that the
    runtime reads, by environment. The result depends on them and the
    compiler's version alone.
    """
    parts, stem = build_script_parts(pipeline, sources), script_stem(pipeline.name)
    script = _emit_script(pipeline, parts)
    files = [
        OutputFile(f"{stem}.py", script.encode()),
        *_emit_upkeep(pipeline, parts),
        OutputFile(RUNTIME_ARCHIVE, build_runtime_archive()),
        *(OutputFile(f"{module.name}.py", module.text.encode()) for module in pipeline.modules),
        *(
            OutputFile(f"conf/{name}/{stem}.json", text.encode())
            for name, text in (documents or {}).items()
        ),
    ]
    manifest = emit_manifest(pipeline, parts.places, parts.functions, files)
    mappings = [function.mapping for function in parts.functions.in_order]
    source_map = emit_source_map(pipeline, script, mappings, sources, parts.places)
    return (
        files[0],
        OutputFile(f"{stem}.json", manifest.encode()),
        OutputFile(f"{stem}{MAP_SUFFIX}", source_map.encode()),
        *files[1:],
    )


class ScriptParts(Struct, frozen=True):
    """The functions of a script, and what they and their places are called."""

    places: Places
    context: ScriptContext
    functions: ScriptFunctions


def build_script_parts(pipeline: Pipeline, sources: Mapping[str, Source]) -> ScriptParts:
    """The functions of a pipeline without mistakes; `sources` are all files that it is in."""
    places = Places(pipeline.span.path, sources)
    context = ScriptContext(
        build_script_names(pipeline),
        {parameter.name: parameter.type for parameter in pipeline.parameters},
        {module.name: places.file(module.path) for module in pipeline.modules},
        pipeline.target,
        output_modes(pipeline),
    )
    # What the file with the pipeline imports stands at its top.
    main = pipeline.span.path
    files = [*(path for path in sources if path != main), main]
    return ScriptParts(places, context, emit_functions(pipeline, context, files))


def _emit_script(pipeline: Pipeline, parts: ScriptParts) -> str:
    names, script_functions = parts.context.names, parts.functions
    used = collect_names(
        text for function in script_functions.in_order for text in function.statements
    )
    main = emit_main(pipeline, script_functions)
    # Of the names of the runtime, the call of `main` has that of secrets alone.
    used |= collect_names((main,)) & {"Secret"}
    fields = params_fields(pipeline.parameters, names)
    script = render_file(
        "script",
        summary=as_sentence(pipeline.description) or f"The pipeline {pipeline.name}.",
        version=VERSION,
        source=parts.places.file(pipeline.span.path),
        packages=_python_packages(pipeline),
        command=submit_lines(pipeline),
        import_groups=import_groups(used, fields, names, runtime_functions(pipeline)),
        params=render_template("params", fields=fields) if fields else "",
        schemas=[*_emit_schemas(pipeline, names, used)],
        functions_in_order=script_functions.in_order,
        run=emit_wiring(pipeline, script_functions, parts.context),
        main=main,
    )
    return lay_out(script)


def _emit_upkeep(pipeline: Pipeline, parts: ScriptParts) -> Iterator[OutputFile]:
    """The script that keeps the tables in order, if some are to be."""
    if not pipeline.upkeep:
        return
    from ssbt.compiler.emit.upkeep import UPKEEP_SUFFIX, emit_upkeep

    main = emit_main(pipeline, parts.functions, UPKEEP_SUFFIX)
    text = lay_out(emit_upkeep(pipeline, parts.context, parts.places, main))
    yield OutputFile(f"{script_stem(pipeline.name)}{UPKEEP_SUFFIX}.py", text.encode())


def _emit_schemas(pipeline: Pipeline, names: ScriptNames, used: frozenset[str]) -> Iterator[str]:
    """The constants of the schemas that the functions use."""
    for schema in pipeline.schemas:
        if names.schemas[schema.name] in used:
            yield emit_schema_constant(names.schemas[schema.name], schema.type)
    for text in names.texts.all:
        if text.constant in used:
            yield emit_constant(text.constant, text.text, text.pieces)


def _python_packages(pipeline: Pipeline) -> str:
    """What must be installed wherever Spark runs Python, besides PySpark."""
    steps = (step for query in queries(pipeline).values() for step in query.steps)
    if not any(isinstance(step, Stateful) for step in steps):
        return ""
    return "pandas and pyarrow" if pipeline.target.startswith("3.") else _STATE_PACKAGES


def emit_main(pipeline: Pipeline, script_functions: ScriptFunctions, suffix: str = "") -> str:
    """The call of `main`; with a `suffix` to its name, of the script that is for upkeep."""
    settings = [EmittedOption(key, text, "") for key, text in own_settings(pipeline)]
    settings += [
        EmittedOption(key, emit_secret_name(name), "") for key, name in pipeline.spark_secrets
    ]
    settings += explained_session_settings(pipeline)
    settings += explained_state_settings(pipeline)
    bodies = [function.statements for function in script_functions.in_order if function.is_query]
    return render_template(
        "main",
        name=pipeline.name + suffix,
        maintains=bool(suffix),
        params=bool(pipeline.parameters),
        target=pipeline.target,
        settings=settings,
        redaction=find_redaction(pipeline),
        has_dollars=any("${" in text for statements in bodies for text in statements),
        # What is given at run time is compared with them.
        connections=pipeline.declarations.connections,
        secrets=pipeline.declarations.secrets,
    )
