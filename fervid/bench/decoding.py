"""Decode everything and do nothing else: `python -m fervid.bench.decoding < request.json`.

Plain PyAV for videos and plain Pillow for photos, nothing of fervid's own readers: what an analysis
is measured against.
"""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

import av
from PIL import Image

from fervid.bench.child import peak_memory_bytes, run_child
from fervid.reader_pool import DecodePlan
from fervid.sources import discover
from fervid.types import Source


@dataclass(frozen=True, slots=True)
class Decoding:
    """What decoding alone took.

    Args:
        frames: Decoded.
        failed: Sources that could not be decoded to their end.
        wall_s: From opening the first source to the last frame.
        cpu_s: Of the process in that time.
        process_wall_s: From the start of the process to its end.
        process_cpu_s: In that time.
        peak_memory_bytes: RSS.
    """

    frames: int
    failed: int
    wall_s: float
    cpu_s: float
    process_wall_s: float
    process_cpu_s: float
    peak_memory_bytes: int


def decode(inputs: Sequence[str], plan: DecodePlan, photo_scale: int = 1) -> Decoding:
    """Decode in a fresh process.

    Args:
        inputs: As `fervid.analyze` takes them.
        plan: With which threads.
        photo_scale: 2, 4 or 8 lets the JPEG decoder make photos that much smaller.

    Returns:
        What it took.

    Raises:
        FervidError: The run failed.
    """
    command = [sys.executable, "-m", "fervid.bench.decoding"]
    request = {"inputs": inputs, "plan": asdict(plan), "photo_scale": photo_scale}
    spent = run_child(command, request)
    return Decoding(process_wall_s=spent.wall_s, process_cpu_s=spent.cpu_s, **spent.said)


def _main() -> None:
    request = json.load(sys.stdin)
    plan, scale = DecodePlan(**request["plan"]), request["photo_scale"]
    sources = discover(request["inputs"]).sources
    todo = deque(
        (source, plan.threads_of(number, len(sources))) for number, source in enumerate(sources)
    )
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(plan.workers) as pool:
        each = [pool.submit(_decode_all, todo, scale) for _ in range(plan.workers)]
        counts = [one.result() for one in each]
    said = {
        "frames": sum(frames for frames, _ in counts),
        "failed": sum(failed for _, failed in counts),
        "wall_s": time.perf_counter() - wall_s,
        "cpu_s": time.process_time() - cpu_s,
        "peak_memory_bytes": peak_memory_bytes(),
    }
    json.dump(said, sys.stdout)


def _decode_all(todo: deque[tuple[Source, int]], photo_scale: int) -> tuple[int, int]:
    """Decode one source after the other, as long as there are any; count frames and failures."""
    frames = failed = 0
    while True:
        try:
            source, thread_count = todo.popleft()
        except IndexError:
            return frames, failed
        try:
            if source.kind == "image":
                frames += _decode_photo(source, photo_scale)
            else:
                frames += _decode_video(source, thread_count)
        except (av.FFmpegError, OSError, IndexError):
            failed += 1


def _decode_photo(source: Source, scale: int) -> int:
    with Image.open(source.path) as image:
        if scale > 1:
            image.draft("RGB", (image.width // scale, image.height // scale))
        image.load()
    return 1


def _decode_video(source: Source, thread_count: int) -> int:
    with av.open(f"file:{source.path}") as container:
        stream = container.streams.video[0]
        stream.thread_count = thread_count
        stream.thread_type = "AUTO"
        return sum(1 for _ in container.decode(stream))


if __name__ == "__main__":
    _main()
