"""A file to download, as the tests of `fervid.download` ask for it."""

from __future__ import annotations

import hashlib
import os
import random
from pathlib import Path

import pytest

from fervid.download import RemoteFile, download
from tests.served import head, raw

CONTENT = random.Random(1).randbytes(200_000)  # noqa: S311 - no secret
SHA256 = hashlib.sha256(CONTENT).hexdigest()
HALF = len(CONTENT) // 2
BEGUN = raw(head("200 OK", Content_Length=len(CONTENT), ETag='"one"'), CONTENT[:HALF])
"""Half of the file, and then nothing more."""


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


def fetch(url: str, path: Path, stall_s: float = 30) -> None:
    wanted = RemoteFile(f"{url}/net.onnx", len(CONTENT), SHA256)
    download(wanted, path, "Put it there by hand.", stall_s=stall_s, pause_s=0)


def names(path: Path) -> list[str]:
    return sorted(one.name for one in path.parent.iterdir())
