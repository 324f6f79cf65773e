"""What it takes to list a bucket of a hundred thousand objects: seconds, memory, requests.

The server is moto's, which takes most of the time itself; the CPU seconds are the client's alone.
"""

from __future__ import annotations

import json as json_text
import os
import subprocess
import sys
from pathlib import Path

import click

from tests.bench.figures import report

_SERVER = """
import sys
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer
count = int(sys.argv[1])
backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
backend.create_bucket("many", "us-east-1")
for number in range(count):
    backend.put_object("many", f"night/{number % 1000:03}/clip-{number:06}.mp4", b"")
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""
_CLIENT = """
import json, time
from fervid.sources import discover
import s3fs
def used():
    # getrusage's peak is that of the process before exec, too.
    peak_kb = int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
    return time.process_time(), peak_kb
before, began = used(), time.monotonic()
found = discover(["s3://many/night/"])
after = used()
print(json.dumps({
    "sources": len(found.sources),
    "wall_s": time.monotonic() - began,
    "cpu_s": after[0] - before[0],
    "peak_mb": after[1] / 1024,
    "more_mb": (after[1] - before[1]) / 1024,
}))
"""


@click.command()
@click.option("--objects", type=click.IntRange(1), default=100_000, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
@click.option("--json", type=click.Path(path_type=Path), help="Write all figures there.")
def main(objects: int, rounds: int, json: Path | None) -> None:
    """Print what `discover` takes for a prefix of that many videos."""
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    command = [sys.executable, "-c", _SERVER, str(objects)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, **quiet) as server:  # type: ignore[call-overload]
        try:
            port = int(server.stdout.readline())
            runs = [_round(port) for _ in range(rounds)]
        finally:
            server.kill()
    rows = [("objects", "wall s", "client's CPU s", "peak MB", "more than before MB")]
    rows += [
        (
            f"{run['sources']:.0f}",
            f"{run['wall_s']:.1f}",
            f"{run['cpu_s']:.1f}",
            f"{run['peak_mb']:.0f}",
            f"{run['more_mb']:.0f}",
        )
        for run in runs
    ]
    report(rows, {"runs": runs}, json)


def _round(port: int) -> dict[str, float]:
    leads_there = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "NO_PROXY": "127.0.0.1",
    }
    done = subprocess.run(
        [sys.executable, "-c", _CLIENT],
        env=os.environ | leads_there,
        capture_output=True,
        check=True,
    )
    return json_text.loads(done.stdout)


if __name__ == "__main__":
    main()
