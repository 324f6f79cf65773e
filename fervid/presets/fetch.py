"""Download the weights of presets that do not ship with fervid."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from urllib.parse import quote, urlsplit

from fervid.errors import FervidError, UsageError
from fervid.presets.files import path_of, read
from fervid.presets.preset import Preset

MIRROR = "FERVID_MODEL_MIRROR"
"""Names the folder on a web server that is asked instead of where presets come from."""

log = logging.getLogger("fervid")


def fetch(preset: Preset) -> list[Path]:
    """Make sure that the files of a preset are there, and right; download what can be.

    Args:
        preset: Any.

    Returns:
        Where they lie.

    Raises:
        UsageError: The mirror's address is none.
        FervidError: A file is not there or not the pinned one, and cannot be had or written.
    """
    if preset.url and not _is_there(preset):
        _download(preset)
    for filename in preset.files:
        read(preset, filename)
    return [path_of(preset, filename) for filename in preset.files]


def fetch_missing(preset: Preset) -> None:
    """Download the file of a preset that has one to download and lies nowhere yet."""
    if preset.url and not all(path_of(preset, name).exists() for name in preset.files):
        _download(preset)


def _is_there(preset: Preset) -> bool:
    try:
        for filename in preset.files:
            read(preset, filename)
    except FervidError:
        return False
    return True


def _download(preset: Preset) -> None:
    from fervid.download import RemoteFile, download  # urllib takes 20 ms

    ((filename, digest),) = preset.files.items()
    path, url = path_of(preset, filename), url_of(preset)
    log.warning(
        "Downloading %s (%.1f MB) from %s to %s.", preset.name, preset.size_bytes / 1e6, url, path
    )
    download(RemoteFile(url, preset.size_bytes, digest), path, _remedy(preset, path))


def url_of(preset: Preset) -> str:
    """Where the file of a preset is downloaded from: its source, or the user's mirror.

    Raises:
        UsageError: The mirror's address is none.
    """
    mirror = os.environ.get(MIRROR, "").strip()
    if not mirror:
        return preset.url
    (filename,) = preset.files
    try:
        parts = urlsplit(mirror)
        is_usable = parts.scheme in ("https", "http") and bool(parts.hostname)
    except ValueError:
        is_usable = False
    if not is_usable or parts.query or parts.fragment or parts.username is not None:
        # Without the value: it may hold a password.
        raise UsageError(
            f"{MIRROR} must be the address of a folder on a web server: https://host/folder.",
            f"No user, password, `?` or `#` in it. Unset it to download from {preset.url}.",
        )
    return f"{mirror.rstrip('/')}/{quote(filename)}"


def _remedy(preset: Preset, path: Path) -> str:
    return (
        f"Without a network: get {preset.url} elsewhere and put it at {path}; "
        f"with a mirror of your own: set {MIRROR} to the address of the folder that holds the "
        f"file; behind a proxy: set HTTPS_PROXY."
    )
