"""Download a file of known size and sha256: whole or not at all, and going on where it stopped."""

from fervid.download.attempts import RemoteFile, download

__all__ = ["RemoteFile", "download"]
