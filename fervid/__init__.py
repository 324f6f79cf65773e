"""fervid: folders of videos and photos in, per-frame emotion timelines out.

```python
import fervid

report = fervid.analyze(["videos/"], out="results.parquet", fps=2)
rows = fervid.read_results("results.parquet")
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from fervid.api import RunReport, analyze, read_results

__all__ = ["RunReport", "__version__", "analyze", "read_results"]


def __dir__() -> list[str]:
    """Name what is loaded lazily, too."""
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> object:
    """Load the library when it is used: `import fervid` alone stays cheap."""
    if name in ("RunReport", "analyze", "read_results"):
        from fervid import api

        return getattr(api, name)
    raise AttributeError(f"module 'fervid' has no attribute {name!r}")
