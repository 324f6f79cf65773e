"""Write what a run found, so that a file with its final name is always complete."""

from fervid.write.merge import PartRows
from fervid.write.opening import check_out, open_output
from fervid.write.output import DrawCharts, Output, WriteReport, Written
from fervid.write.place import Place, check_output
from fervid.write.sources_row import RunIdentity

__all__ = [
    "DrawCharts",
    "Output",
    "PartRows",
    "Place",
    "RunIdentity",
    "WriteReport",
    "Written",
    "check_out",
    "check_output",
    "open_output",
]
