"""Secrets of this machine: environment variables, files, and the keyring of the desktop."""

from collections.abc import Mapping
import os
from pathlib import Path
from typing import Any

from ssbt.runtime.providers import require_text
from ssbt.runtime.settings.properties import parse_properties

_PREFIX = "SSBT_SECRET_"
_MAX_BYTES = 1_000_000


def environment(name: str, options: Mapping[str, Any]) -> str:
    """The variable `variable`, or `SSBT_SECRET_<NAME>`."""
    variable = str(options.get("variable") or _PREFIX + name.upper())
    if variable not in os.environ:
        raise LookupError(f"the variable {variable} is not set")
    return os.environ[variable]


def mounted_file(name: str, options: Mapping[str, Any]) -> str:
    """The content of `file`, or of the file called like the secret in `folder`.

    One line end at its end does not belong to it: that is how editors save, and `kubectl` does not.
    """
    path = (
        Path(options["file"])
        if options.get("file")
        else Path(options["folder"], _check_file_name(name))
    )
    return _read_text(path).removesuffix("\n").removesuffix("\r")


def property_file(name: str, options: Mapping[str, Any]) -> str:
    """The property `key`, or that called like the secret, in `file`."""
    key = str(options.get("key") or name)
    values = dict(parse_properties(_read_text(Path(options["file"]))))
    if key not in values:
        raise LookupError(f"{options['file']} has no `{key}`")
    return str(values[key])


def keyring(name: str, options: Mapping[str, Any]) -> str:
    """The password of `username`, or of a user called like the secret, for `service`, or `ssbt`."""
    import keyring as library

    service = str(options.get("service") or "ssbt")
    username = str(options.get("username") or name)
    password = library.get_password(service, username)
    if password is None:
        raise LookupError(f"the keyring has no password of {username} for {service}")
    return require_text(password, f"the password of {username} for {service}")


def _check_file_name(name: str) -> str:
    """The name as that of a file, which a strange one must not lead elsewhere."""
    if name in ("", ".", "..") or "/" in name or os.sep in name or "\0" in name:
        raise LookupError("its name is not that of a file: give `file`")
    return name


def _read_text(path: Path) -> str:
    try:
        # Not all of it: a device has no end.
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError) as error:
        raise LookupError(f"{path}: {error.strerror}") from None
    if len(data) > _MAX_BYTES:
        raise LookupError(f"{path} has more than {_MAX_BYTES:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LookupError(f"{path} is not UTF-8") from None
