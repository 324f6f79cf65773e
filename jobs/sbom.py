"""Write the bill of materials of what `pip install fervid` brings, as CycloneDX.

`cyclonedx-py` lists the whole environment, in which a checkout also has what develops and trains
fervid; here that is left out: `python -m jobs.sbom dist/fervid.cdx.json`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import click
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PACKAGE = "fervid"
SPEC_VERSION = "1.6"
Bom = dict[str, Any]


@click.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def main(out: Path) -> None:
    """Write the bill of materials to OUT, a JSON file."""
    try:
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator
    except ImportError as error:
        raise click.ClickException(f"{error}: pip install '.[supply]', or `make sbom`.") from error

    text = json.dumps(pruned(_environment(), needed(PACKAGE)), indent=2) + "\n"
    faults = JsonStrictValidator(SchemaVersion.from_version(SPEC_VERSION)).validate_str(text)
    if faults:
        raise click.ClickException(f"This is no CycloneDX {SPEC_VERSION}: {faults}")
    out.parent.mkdir(parents=True, exist_ok=True)
    growing = out.with_name(f".{out.name}.partial")
    growing.write_text(text, encoding="utf-8")
    growing.replace(out)
    click.echo(f"{out}: {len(json.loads(text)['components'])} components")


def needed(
    package: str, requirements: Callable[[str], Iterable[str] | None] = requires
) -> dict[str, set[str]]:
    """Find what a package needs to run, and what that needs.

    Args:
        package: Its name.
        requirements: Gives the requirements of an installed package.

    Returns:
        Normalised names, each with those that it needs itself: on this platform and Python, without
        the extras that nobody asked for.
    """
    found: dict[str, set[str]] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [(package, "")]
    while waiting:
        name, extra = waiting.pop()
        own = found.setdefault(canonicalize_name(name), set())
        if (canonicalize_name(name), extra) in seen:
            continue
        seen.add((canonicalize_name(name), extra))
        for one in map(Requirement, requirements(name) or ()):
            if one.marker is None or one.marker.evaluate({"extra": extra}):
                own.add(canonicalize_name(one.name))
                waiting += [(one.name, wanted) for wanted in ("", *one.extras)]
    return found


def pruned(bom: Bom, needs: Mapping[str, set[str]]) -> Bom:
    """Keep some components of a bill of materials, fervid as what it is the bill of.

    Args:
        bom: Of a whole environment.
        needs: What to keep, as `needed` gives it.
    """
    installed: dict[str, Bom] = {canonicalize_name(one["name"]): one for one in bom["components"]}
    missing = sorted(needs.keys() - installed.keys())
    if missing:
        raise click.ClickException(f"Not installed here: {', '.join(missing)}.")
    subject = {**installed[PACKAGE], "type": "application"}
    # Where the checkout lies is nobody else's business.
    subject.pop("externalReferences", None)
    ref = {name: installed[name]["bom-ref"] for name in needs}
    return {
        **bom,
        "metadata": {**bom["metadata"], "component": subject},
        "components": [installed[name] for name in sorted(needs) if name != PACKAGE],
        "dependencies": [
            {"ref": ref[name], "dependsOn": sorted(ref[one] for one in needs[name])}
            for name in sorted(needs)
        ],
    }


def _environment() -> Bom:
    command = [sys.executable, "-m", "cyclonedx_py", "environment", sys.executable]
    options = ["--sv", SPEC_VERSION, "--output-reproducible", "--no-validate", "-o", "-"]
    done = subprocess.run([*command, *options], capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        raise click.ClickException(done.stderr.decode(errors="replace").strip())
    bom: Bom = json.loads(done.stdout)
    return bom


if __name__ == "__main__":
    main()
