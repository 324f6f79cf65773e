"""Move many objects, a few at a time: most are small, and each waits for its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fervid.store.location import Location
from fervid.store.objects import delete, download, upload

AT_ONCE = 4


def upload_all(files: Iterable[tuple[Path, Location]]) -> None:
    """Write objects from files; after the first that fails none is begun.

    Raises:
        FervidError: As `upload`.
        OSError: Likewise.
    """
    _all(upload, files)


def download_all(files: Iterable[tuple[Location, Path]]) -> None:
    """Write files from objects; after the first that fails none is begun.

    Raises:
        FervidError: As `download`.
        OSError: Likewise.
    """
    _all(download, files)


def delete_all(locations: Sequence[Location]) -> None:
    """Delete objects, in no particular order.

    Raises:
        FervidError: As `delete`.
    """
    _all(delete, [([location],) for location in locations])


def _all(move: Callable[..., None], items: Iterable[tuple[object, ...]]) -> None:
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fervid-store") as pool:
        futures = [pool.submit(move, *each) for each in items]
        try:
            for future in futures:
                future.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
