"""Run the DAG by Airflow itself over drawn clips: `python tests/schedules/airflow_night.py FOLDER`.

Run by the Python of Airflow's environment (`make schedules`), without fervid; the tasks call the
fervid of the checkout. FOLDER is new or empty.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
PYTHON = CHECKOUT / ".venv/bin/python"
FULL, EMPTY = datetime(2026, 11, 22, 2, tzinfo=UTC), datetime(2026, 11, 23, 2, tzinfo=UTC)
"""When runs are due: each is of the 24 hours before."""
WITHIN = datetime(2026, 11, 21, 14, tzinfo=UTC)
TASKS = {"discover", "analyze", "verify", "summarize"}
ROWS = """
import sys, fervid
rows = fervid.read_results(sys.argv[1])
sources = fervid.read_results(sys.argv[1], "sources")
print(len(rows), ",".join(sorted(sources["source"])), ",".join(sorted(sources["status"])))
print(rows.to_csv(index=False))
"""


def prepare(folder: Path) -> None:
    """Lay inputs, a configuration and Airflow's home; before Airflow is imported."""
    inbox = folder / "inbox"
    subprocess.run([PYTHON, "-m", "fervid.demo", inbox], check=True, cwd=CHECKOUT)
    (inbox / "broken.mp4").write_bytes(b"\x00\x00\x00\x18ftypisom" + bytes(64))
    for file in inbox.iterdir():
        os.utime(file, (WITHIN.timestamp(),) * 2)
    config = folder / "night.toml"
    config.write_text(
        f'[analyze]\ninputs = ["{inbox}"]\nroot = "{inbox}"\nout = "never"\nfps = 1\n',
        encoding="utf-8",
    )
    os.environ |= {
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(CHECKOUT / "jobs/schedules/airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW_VAR_FERVID_CHECKOUT": str(CHECKOUT),
        "AIRFLOW_VAR_FERVID_CONFIG": str(config),
        "AIRFLOW_VAR_FERVID_NIGHTS": str(folder / "nights"),
    }
    subprocess.run(
        [sys.executable, "-m", "airflow", "db", "migrate"], check=True, capture_output=True
    )


def read_rows(result: Path) -> str:
    """Read a result by the fervid of the checkout."""
    command = [PYTHON, "-c", ROWS, result]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=CHECKOUT).stdout


def main(folder: Path) -> None:
    """Run two intervals, the first one twice, and compare."""
    folder.mkdir(parents=True, exist_ok=True)
    prepare(folder)
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
    assert not bag.import_errors, bag.import_errors
    dag = bag.dags["fervid_night"]
    assert set(dag.task_ids) == TASKS, dag.task_ids
    for task in dag.tasks:
        task.retries = 0  # which wait ten minutes

    def run(due: datetime) -> None:
        done = dag.test(logical_date=due)
        states = {each.task_id: str(each.state) for each in done.get_task_instances()}
        assert states == dict.fromkeys(TASKS, "success"), states

    nights = folder / "nights"
    run(FULL)
    first, taken = read_rows(nights / "20261121T020000/results"), _file_times(nights)
    assert first.splitlines()[0].endswith("astronaut.mp4,broken.mp4 failed,ok"), first
    run(FULL)
    assert read_rows(nights / "20261121T020000/results") == first
    run(EMPTY)
    print(first.splitlines()[0], sorted(taken), read_rows(nights / "20261122T020000/results"))


def _file_times(nights: Path) -> dict[str, int]:
    return {str(each.relative_to(nights)): each.stat().st_mtime_ns for each in nights.rglob("*")}


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
