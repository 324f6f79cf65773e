"""The corpus, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.corpus import make_corpus
from tests.hostile.expected import Hostile
from tests.hostile.whole_run import Surroundings

Corpus = tuple[Path, list[Hostile]]


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """The folder, and what is expected of each file in it."""
    folder = tmp_path_factory.mktemp("corpus")
    return folder, make_corpus(folder)


@pytest.fixture
def surroundings(tmp_path: Path) -> Surroundings:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    return Surroundings(temporary)
