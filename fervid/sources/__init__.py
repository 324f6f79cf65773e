"""Turn what a user names (files, folders, patterns) into the sources of a run."""

from fervid.sources.discovery import MARKER_NAME, Discovery, discover
from fervid.sources.identity import path_of_uri, readable, uri
from fervid.sources.signature import Format, format_of_file

__all__ = [
    "MARKER_NAME",
    "Discovery",
    "Format",
    "discover",
    "format_of_file",
    "path_of_uri",
    "readable",
    "uri",
]
