"""Turn what a user names (files, folders, patterns) into the sources of a run."""

from fervid.sources.change import noticed
from fervid.sources.discovery import Discovery, discover
from fervid.sources.found import MARKER_NAME, Listed
from fervid.sources.identity import is_remote, path_of_uri, readable, uri
from fervid.sources.regular import check_is_file
from fervid.sources.signature import Format, format_of_file

__all__ = [
    "MARKER_NAME",
    "Discovery",
    "Format",
    "Listed",
    "check_is_file",
    "discover",
    "format_of_file",
    "is_remote",
    "noticed",
    "path_of_uri",
    "readable",
    "uri",
]
