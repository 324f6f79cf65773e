"""fervid: folders of videos and photos in, per-frame emotion timelines out.

```python
import fervid

report = fervid.analyze(["videos/"], out="results.parquet", fps=2)
rows = fervid.read_results("results.parquet")
episodes = fervid.summarize("results.parquet").episodes()
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from fervid.api import RunReport, analyze, read_results
    from fervid.report import write_report
    from fervid.summary.summarize import Summary, summarize

__all__ = [
    "RunReport",
    "Summary",
    "__version__",
    "analyze",
    "read_results",
    "summarize",
    "write_report",
]

_HOMES = {
    "RunReport": "fervid.api",
    "analyze": "fervid.api",
    "read_results": "fervid.api",
    "Summary": "fervid.summary.summarize",
    "summarize": "fervid.summary.summarize",
    "write_report": "fervid.report",
}


def __dir__() -> list[str]:
    """Name what is loaded lazily, too."""
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> object:
    """Load the library when it is used: `import fervid` alone stays cheap."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'fervid' has no attribute {name!r}")
