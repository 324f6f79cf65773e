"""Write the demo clip into a folder: `python -m fervid.demo FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from fervid.demo import make_clip

make_clip(Path(sys.argv[1]) / "astronaut.mp4")
