"""Do by hand what the Dockerfile does, where no container engine is: `... image_by_hand FOLDER`.

Every ENV, ARG, WORKDIR, COPY and RUN of the CPU image is carried out below FOLDER, which is made,
instead of below /opt/fervid, by this Python instead of the base image's. Left out is what would
change this machine: Debian's packages, the user's entry, files of /etc. Then the health check and a
run, by root as another user; nothing but /tmp, which is another folder here, can be written to.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PLACE = "/opt/fervid"
IMAGES = (("build",), ("base", "cpu"))
"""The one that is built in, and the one that is left, each by its stages."""
USER = 10001
Environment = dict[str, str]


def steps(stage: str) -> list[tuple[str, str]]:
    """Read the instructions of a stage, comments and continued lines resolved."""
    text = (ROOT / "jobs/images/Dockerfile").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    text = re.sub(r"\\\n\s*", "", "\n".join(lines))
    [body] = re.findall(rf"^FROM \S+ AS {stage}$(.*?)(?=^FROM|\Z)", text, re.MULTILINE | re.DOTALL)
    pairs = (line.split(None, 1) for line in body.splitlines() if line)
    return [(word, rest) for word, rest in pairs]


def build(image: Path) -> Environment:
    """Carry out all stages, one over the other.

    Returns:
        The environment that the image gives a container.
    """
    environment: Environment = {}
    image.with_name("base").mkdir()
    (image.with_name("base") / "python").symlink_to(Path(sys.executable).resolve())
    for stages in IMAGES:
        path = f"{image.with_name('base')}:/usr/bin:/bin"
        environment = {"PATH": path, "HOME": os.environ["HOME"]}
        for stage in stages:
            for word, rest in steps(stage):
                carry_out(word, rest.replace(PLACE, str(image)), image, environment)
    return environment


def carry_out(word: str, rest: str, image: Path, environment: Environment) -> None:
    """Carry out an instruction."""
    if word in {"ENV", "ARG"}:
        for pair in shlex.split(rest):
            name, _, value = pair.partition("=")
            environment[name] = value.replace("$PATH", environment["PATH"])
    elif word == "COPY" and not rest.startswith("--from"):
        *names, target = rest.split()
        for name in names:
            copy(ROOT / name, image / (name if target == "./" else target))
    elif word == "RUN" and "apt-get" not in rest:
        sys.stdout.write(f"RUN {rest[:90]}\n")
        sys.stdout.flush()
        subprocess.run(["/bin/sh", "-c", rest], cwd=image, env=environment, check=True)


def copy(source: Path, target: Path) -> None:
    """Copy a file or a folder as .dockerignore lets it through."""
    if source.is_dir():
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, target, ignore=ignored, dirs_exist_ok=True)
    else:
        shutil.copy(source, target)


def start(command: list[str], scratch: Path, environment: Environment, who: dict[str, Any]) -> None:
    """Run a command as a container would, with another folder for /tmp."""
    moved = {name: re.sub("^/tmp", str(scratch), value) for name, value in environment.items()}
    moved["TMPDIR"] = str(scratch)
    subprocess.run(command, cwd=scratch, env=moved, check=True, **who)


def somebody_else(python: str, scratch: Path) -> dict[str, Any]:
    """Become the image's user, where this one is root and that one may run this Python."""
    if os.geteuid() != 0:
        return {}
    who: dict[str, Any] = {"user": USER, "group": USER, "extra_groups": []}
    try:
        subprocess.run([python, "-c", ""], check=True, **who)
    except PermissionError:
        sys.stderr.write(
            f"WARNING: only root may run {sys.executable}: what another user may do was not "
            "checked. Take another one: make schedules PYTHON=/usr/bin/python3\n"
        )
        return {}
    os.chown(scratch, USER, USER)
    return who


def main(folder: Path) -> None:
    """Build, then check and analyse."""
    image, scratch = folder / "image", folder / "tmp"
    image.mkdir(parents=True)
    scratch.mkdir()
    environment = build(image)
    programs = image / ".venv/bin"
    python = str(programs / "python")
    who = somebody_else(python, scratch)
    subprocess.run(["chmod", "-R", "a-w", image], check=True)
    try:
        for command in (
            [str(programs / "fervid"), "doctor"],
            [str(programs / "ray"), "--version"],
            [python, "-m", "fervid.demo", "in"],
            [python, "-m", "jobs.analyze", "--engine", "local", "in", "--out", "results"],
            [python, "-m", "jobs.verify", "results"],
        ):
            start(command, scratch, environment, who)
    finally:
        subprocess.run(["chmod", "-R", "u+w", image], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
