"""Mix many good files with some hostile ones, as strangers send them."""

from __future__ import annotations

import itertools
import os
import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import av
from PIL import Image

from fervid.demo import make_clip
from fervid.sources.signature import kind_of_ending
from tests.drawn import Pixels, encode, endless
from tests.hostile.bombs import png
from tests.hostile.corpus import bad, good, make_corpus
from tests.hostile.expected import Bad, Good, Hostile

_FRAMES = 25
_CODECS = {"mp4": "libx264", "mkv": "libx264", "avi": "mpeg4", "ts": "mpeg2video", "mov": "mjpeg"}
_PHOTOS = ("jpg", "png", "webp")
_CHANGING = 3
_LARGEST = 16_384
"""Pixels on a side of the largest picture that is read; to decode it takes 2 GB."""
_MANY = 500
"""Files from which on a batch has such a picture, a film without end, and files that change: among
fewer these might have been read before they change."""


@dataclass(frozen=True)
class Batch:
    """What was made.

    Args:
        folder: Where all of it lies.
        good: What is expected of the good files, names relative to the folder.
        hostile: Likewise of the others.
        changing: Files that are to grow, go and be replaced while the run goes on.
    """

    folder: Path
    good: list[Good]
    hostile: list[Bad]
    changing: list[Path]


def make_batch(folder: Path, files: int, share: float, seed: int) -> Batch:
    """Write a batch of files.

    Args:
        folder: Exists, and is empty.
        files: How many.
        share: Of hostile ones.
        seed: Of what comes where.
    """
    seeds = folder / "seeds"
    seeds.mkdir()
    cases = _cases(seeds, files, round(files * share))
    random.Random(seed).shuffle(cases)  # noqa: S311 (no secret)
    batch = folder / "batch"
    made: dict[type, list[Hostile]] = {Good: [], Bad: []}
    for number, case in enumerate(cases):
        name = f"{number % 20:02}/{number:05}-{Path(case.name).name[-150:]}"
        path = batch / name
        path.parent.mkdir(parents=True, exist_ok=True)
        _copy(seeds / case.name, path)
        made[type(case)].append(replace(case, name=name))
    changing = _films_to_change(batch, seeds / "plain.mkv") if files >= _MANY else []
    shutil.rmtree(seeds)
    hostile = made[Bad] + [case for case, _ in changing]
    return Batch(batch, made[Good], hostile, [path for _, path in changing])


def _cases(seeds: Path, files: int, hostile: int) -> list[Hostile]:
    """Choose what is copied into the batch, and write each kind of it once."""
    corpus, plain = make_corpus(seeds), _plain(seeds)
    unusual = [case for case in good(corpus) if kind_of_ending(Path(case.name))]
    found: list[Hostile] = []
    if files >= _MANY:
        endless(seeds / "endless.mkv")
        found.append(Bad("endless.mkv", endless, "got nowhere"))
        hostile -= _CHANGING
        files -= _CHANGING
        png(_LARGEST, _LARGEST)(seeds / "largest.png")
        unusual.insert(0, Good("largest.png", Path.touch))
    found += _spread(bad(corpus), hostile - len(found))
    unusual = unusual[: (files - hostile) // 2]
    ordinary = itertools.islice(itertools.cycle(plain), files - hostile - len(unusual))
    return [*found, *unusual, *ordinary]


def _plain(seeds: Path) -> list[Good]:
    """Write a second of the demo clip in several formats, and photos of it."""
    make_clip(seeds / "demo.mp4")
    with av.open(str(seeds / "demo.mp4")) as container:
        frames = itertools.islice(container.decode(video=0), _FRAMES)
        pictures: list[Pixels] = [frame.to_ndarray(format="rgb24") for frame in frames]
    for ending, codec in _CODECS.items():
        pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        encode(seeds / f"plain.{ending}", pictures, codec, pix_fmt=pix_fmt)
    for ending in _PHOTOS:
        Image.fromarray(pictures[0]).save(seeds / f"plain.{ending}")
    films = [Good(f"plain.{ending}", Path.touch, _FRAMES) for ending in _CODECS]
    return films + [Good(f"plain.{ending}", Path.touch) for ending in _PHOTOS]


def _spread(cases: Sequence[Bad], count: int) -> list[Bad]:
    """Take cases of all groups in turn, each as often as it takes."""
    named = [case for case in cases if kind_of_ending(Path(case.name)) and _can_be_copied(case)]
    groups = [list(group) for _, group in itertools.groupby(named, lambda case: case.name[:5])]
    in_turn = [case for turn in itertools.zip_longest(*groups) for case in turn if case]
    return list(itertools.islice(itertools.cycle(in_turn), count))


def _can_be_copied(case: Bad) -> bool:
    """Links that lead in a circle do it elsewhere no more."""
    return not case.name.startswith("places/") or case.name == "places/pipe.mp4"


def _copy(source: Path, target: Path) -> None:
    if source.is_fifo():
        os.mkfifo(target)
    elif source.stat().st_size > 1 << 30:
        endless(target)
    else:
        shutil.copy(source, target)


def _films_to_change(batch: Path, film: Path) -> list[tuple[Bad, Path]]:
    """Put films where they are read last."""
    found = []
    for name, error, status in (
        ("99/grows.mkv", "the file changed", "partial"),
        ("99/goes.mkv", "not there any more", "failed"),
        ("99/is-replaced.mkv", "the file changed", "partial"),
    ):
        path = batch / name
        path.parent.mkdir(exist_ok=True)
        shutil.copy(film, path)
        found.append((Bad(name, Path.touch, error, status, pictures=True), path))
    return found
