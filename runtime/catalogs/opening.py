"""Catalogs that connections describe."""

from collections.abc import Mapping

from pyspark.sql import SparkSession

from ssbt.runtime.files.stores import Files
from ssbt.runtime.sparkconf.settings import SettingsRefusedError


def open_catalog(
    session: SparkSession, name: str, implementation: str, options: Mapping[str, str]
) -> None:
    """Let the session know a catalog, whose tables are called `name.…`.

    Raises SettingsRefusedError where the session has one of that name with other settings: its
    tables may be in use.
    """
    prefix, options = f"spark.sql.catalog.{name}", dict(options)
    # A server has names for its warehouses. Others are folders, of which tables keep the path.
    if options.get("type") != "rest" and "warehouse" in options:
        options["warehouse"] = Files(session).absolute(options["warehouse"])
    settings = {
        prefix: implementation,
        **{f"{prefix}.{key}": text for key, text in options.items()},
    }
    current = {key: session.conf.get(key, None) for key in settings}
    if current[prefix] is None:
        for key, text in settings.items():
            session.conf.set(key, text)
        return
    others = [key for key, text in settings.items() if current[key] != text]
    if others:
        names = ", ".join(f"`{key}`" for key in others)
        raise SettingsRefusedError(
            f"the session has a catalog `{name}` already, of which the connection says otherwise:"
            f" {names}; give the connection another name, or take the settings out of the session"
        )
