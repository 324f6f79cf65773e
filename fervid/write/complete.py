"""See that a result tells of all that was asked for, before it gets its name."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from fervid.counted import counted
from fervid.errors import FervidError

_SHOWN = 5


def check_complete(sources: pa.Table, wanted: Sequence[str]) -> None:
    """See that each source has a row: a part may be lost, or not be seen from here.

    Args:
        sources: The sources table.
        wanted: Ids of sources; the table may tell of others, too.

    Raises:
        FervidError: Some have none.
    """
    ids = pa.array(wanted, pa.string())
    lacking = ids.filter(pc.invert(pc.is_in(ids, sources["source"].combine_chunks())))
    if len(lacking):
        shown = ", ".join(lacking[:_SHOWN].to_pylist()) + ", ..." * (len(lacking) > _SHOWN)
        raise FervidError(
            f"No row tells of {counted(len(lacking), 'source')} that it should tell of: {shown}.",
            "Their parts are gone, or not to be seen from this machine. Start again; fervid "
            "analyze with --resume, which keeps all others.",
        )
