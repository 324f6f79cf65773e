"""The same weights in several runtimes on the CPU: time, start-up, memory, size, agreement."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from fervid import presets
from fervid.bench.child import run_child
from fervid.bench.table import columns
from fervid.classify import blend_heads
from fervid.options import DEFAULT_MODEL
from tests.bench import runtime_networks as networks
from tests.bench.figures import in_turn, measuring, report
from tests.bench.runtimes_child import BATCHES, LOADERS

WHEELS = (
    "onnxruntime==1.32.0",
    "openvino==2026.4.1",
    "onnx==1.23.2",
    "tf2onnx==1.17.0",
    "flatbuffers==25.12.19",
)
"""Without what they depend on: fervid's environment has that, or (openvino-telemetry) they run
without."""

FOREIGN = ("ONNX Runtime", "OpenVINO", "OpenVINO, bfloat16")

Run = Mapping[str, Any]


def packages(folder: Path) -> Path:
    """Return a folder to import the other runtimes from; make it if it is not there."""
    whole = folder / "packages"
    if not whole.is_dir():
        click.echo(f"Fetching {', '.join(WHEELS)} into {folder}", err=True)
        wheels, unfinished = folder / "wheels", folder / "unfinished"
        pip = [sys.executable, "-m", "pip", "--quiet"]
        subprocess.run([*pip, "download", "--no-deps", "--dest", wheels, *WHEELS], check=True)
        install = [*pip, "install", "--no-deps", "--no-index", "--upgrade", "--target", unfinished]
        subprocess.run([*install, *sorted(wheels.iterdir())], check=True)
        unfinished.rename(whole)
    return whole


@click.command()
@click.option(
    "--photos",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    required=True,
    help="Folder of photographs with faces: what the networks see, and 8 bits are fitted to.",
)
@click.option("--packages", "folder", type=click.Path(path_type=Path), required=True)
@click.option(
    "--network", "chosen", type=click.Choice(networks.NETWORKS), multiple=True,
    default=networks.NETWORKS,
)  # fmt: skip
@click.option(
    "--runtime", "runtimes", type=click.Choice(list(LOADERS)), multiple=True, default=list(LOADERS)
)
@measuring
def main(
    photos: Path,
    folder: Path,
    chosen: tuple[str, ...],
    runtimes: tuple[str, ...],
    rounds: int,
    json: Path | None,
) -> None:
    """Print milliseconds of CPU per item on one thread, and how far outputs are from LiteRT's."""
    foreign = packages(folder.absolute()) if set(runtimes) & set(FOREIGN) else folder
    rows, figures = [HEADING], {}
    for network in chosen:
        runs = compared(network, photos, foreign, runtimes, rounds)
        rows += table(network, runs)
        figures[network] = runs
    sizes = [("package", "version", "download MB", "installed MB"), *package_sizes(folder)]
    report(rows, {"networks": figures, "packages": sizes}, json)
    click.echo(columns(sizes))


def compared(
    network: str, photos: Path, foreign: Path, runtimes: Sequence[str], rounds: int
) -> dict[str, list[Run]]:
    """Run a network in all runtimes in turn, LiteRT first."""
    with tempfile.TemporaryDirectory(prefix="fervid-bench-") as made:
        scratch = Path(made)
        np.save(scratch / "inputs.npy", networks.inputs(network, photos))
        request = {
            "network": network,
            "packages": foreign,
            "tflite": scratch / "network.tflite",
            "onnx": scratch / "network.onnx",
            "in_8_bits": scratch / "in-8-bits.tflite",
            "inputs": scratch / "inputs.npy",
            "outputs": scratch / "outputs.npz",
        }
        request["tflite"].write_bytes(networks.tflite(network))
        if "ONNX Runtime" in runtimes:
            networks.write_onnx(request["tflite"], request["onnx"], foreign)
        if "LiteRT, 8 bits" in runtimes and network == "classifier":
            networks.write_8_bits(request["in_8_bits"], request["inputs"])
        expected: list[np.ndarray] = []

        def program(runtime: str) -> Callable[[], Run]:
            return lambda: _once({**request, "runtime": runtime}, expected)

        names = ["LiteRT", *(name for name in runtimes if name != "LiteRT")]
        return in_turn(rounds, {name: program(name) for name in names if _applies(name, network)})


def _applies(runtime: str, network: str) -> bool:
    """The screen is in 8 bits as it is; MTCNN's other networks are too small to gain from it."""
    return runtime != "LiteRT, 8 bits" or network == "classifier"


def _once(request: Mapping[str, Any], expected: list[np.ndarray]) -> Run:
    spent = run_child([sys.executable, "-m", "tests.bench.runtimes_child"], request)
    with np.load(request["outputs"]) as outputs:
        seen = probabilities(request["network"], [outputs[name] for name in outputs.files])
    expected[:] = expected or [seen]
    apart = np.abs(seen - expected[0])
    run = {**spent.said, "difference": float(apart.max())}
    if request["network"] == "classifier":
        changed = seen.argmax(axis=1) != expected[0].argmax(axis=1)
        run["labels_changed"] = f"{changed.sum()} of {len(changed)}"
    return run


def probabilities(network: str, outputs: Sequence[np.ndarray]) -> np.ndarray:
    """Return what of a network's outputs is a probability."""
    if network == "classifier":
        preset = presets.classifier(DEFAULT_MODEL)
        return blend_heads(outputs[0], outputs[1], preset.blend, preset.temperature)
    return outputs[-1]


HEADING = (
    "CPU ms an item, in batches of", *map(str, BATCHES),
    "first call ms", "start-up CPU s", "MB", "furthest from LiteRT", "other labels",
)  # fmt: skip


def table(network: str, runs: Mapping[str, Sequence[Run]]) -> Iterator[tuple[str, ...]]:
    """Show the least of each figure."""
    for name, several in runs.items():
        costs = (
            [run["cpu_ms"][str(batch)] for run in several if str(batch) in run["cpu_ms"]]
            for batch in BATCHES
        )
        yield (
            f"{network}, {name}",
            *(f"{min(cost):.3f}" if cost else "" for cost in costs),
            f"{min(run['first_call_ms'] for run in several):.0f}",
            f"{min(run['start_up_cpu_s'] for run in several):.2f}",
            f"{min(run['memory_bytes'] for run in several) / 1e6:.0f}",
            f"{max(run['difference'] for run in several):.1e}",
            several[0].get("labels_changed", ""),
        )


def package_sizes(folder: Path) -> Iterator[tuple[str, ...]]:
    """Yield what the runtimes weigh: those fetched, and those that fervid brings."""
    wheels = {path.name.partition("-")[0]: path for path in (folder / "wheels").glob("*.whl")}
    where = [str(folder / "packages")]
    for package in ("onnxruntime", "openvino"):
        for one in importlib.metadata.distributions(name=package, path=where):
            yield package, one.version, _mb(wheels[package].stat().st_size), _installed(one)
    for package in ("ai-edge-litert", "tensorflow"):
        one = importlib.metadata.distribution(package)
        yield package, one.version, "", _installed(one)


def _installed(one: importlib.metadata.Distribution) -> str:
    files = (Path(str(one.locate_file(file))) for file in one.files or ())
    return _mb(sum(file.stat().st_size for file in files if file.is_file()))


def _mb(nbytes: int) -> str:
    return f"{nbytes / 1e6:.0f}"


if __name__ == "__main__":
    main()
