"""Run the DAG by Airflow itself over drawn clips: `python tests/schedules/airflow_night.py FOLDER`.

Run by the Python of Airflow's environment (`make schedules`), without fervid; the tasks call the
fervid of the checkout. FOLDER is made.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow.sdk import DAG

CHECKOUT = Path(__file__).parents[2]
PYTHON = CHECKOUT / ".venv/bin/python"
FULL, EMPTY = datetime(2026, 11, 22, 2, tzinfo=UTC), datetime(2026, 11, 23, 2, tzinfo=UTC)
"""When runs are due: each is of the 24 hours before."""
WITHIN = datetime(2026, 11, 21, 14, tzinfo=UTC)
TASKS = {"discover", "analyze", "verify", "summarize"}
GOOD = 9
"""Of ten files: `verify` lets a tenth fail."""
READ = """
import json, sys, fervid
rows = fervid.read_results(sys.argv[1]).to_csv(index=False)
sources = fervid.read_results(sys.argv[1], "sources")
statuses = sources["status"].value_counts()
print(json.dumps({"rows": rows, "statuses": statuses[statuses > 0].to_dict()}))
"""


def prepare(folder: Path) -> None:
    """Lay inputs, a configuration and Airflow's home; before Airflow is imported."""
    inbox = folder / "inbox"
    subprocess.run([PYTHON, "-m", "fervid.demo", inbox], check=True, cwd=CHECKOUT)
    for number in range(1, GOOD):
        shutil.copy(inbox / "astronaut.mp4", inbox / f"copy-{number}.mp4")
    (inbox / "broken.mp4").write_bytes(b"\x00\x00\x00\x18ftypisom" + bytes(64))
    for file in inbox.iterdir():
        os.utime(file, (WITHIN.timestamp(),) * 2)
    (folder / "night.toml").write_text(
        f'[analyze]\ninputs = ["{inbox}"]\nroot = "{inbox}"\nout = "elsewhere"\nfps = 1\n'
    )
    os.environ |= {
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(CHECKOUT / "jobs/schedules/airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW_VAR_FERVID_CHECKOUT": str(CHECKOUT),
        "AIRFLOW_VAR_FERVID_CONFIG": str(folder / "night.toml"),
        "AIRFLOW_VAR_FERVID_NIGHTS": str(folder / "nights"),
    }
    migrate = [sys.executable, "-m", "airflow", "db", "migrate"]
    subprocess.run(migrate, check=True, capture_output=True)


def read(result: Path) -> tuple[str, dict[str, int]]:
    """Read a result by the fervid of the checkout: its rows as CSV, its sources by status."""
    command = [PYTHON, "-c", READ, result]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=CHECKOUT)
    told: dict[str, Any] = json.loads(done.stdout)
    return told["rows"], told["statuses"]


def load() -> DAG:
    """Import the DAG as Airflow does."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
    assert not bag.import_errors, bag.import_errors
    dag = bag.dags["fervid_night"]
    assert set(dag.task_ids) == TASKS, dag.task_ids
    for task in dag.tasks:
        task.retries = 0  # which wait ten minutes
    return dag


def run(dag: DAG, due: datetime) -> None:
    """Run an interval by `dag.test()`; every task must succeed."""
    done = dag.test(logical_date=due)
    states = {each.task_id: str(each.state) for each in done.get_task_instances()}
    assert states == dict.fromkeys(TASKS, "success"), states


def main(folder: Path) -> None:
    """Run the interval of the files twice, and one without files; compare what they leave."""
    folder.mkdir(parents=True)
    prepare(folder)
    dag = load()
    nights = folder / "nights"
    full, empty = nights / "20261121T020000", nights / "20261122T020000"
    run(dag, FULL)
    rows, statuses = read(full / "results")
    assert statuses == {"ok": GOOD, "failed": 1}, statuses
    run(dag, FULL)
    assert read(full / "results") == (rows, statuses), "the same interval gave other rows"
    run(dag, EMPTY)
    assert read(empty / "results")[1] == {}, "an interval without files has sources"
    for night in (full, empty):
        assert {"results", "sources.tsv", "summary.xlsx"} == {each.name for each in night.iterdir()}
    count = rows.count("\n") - 1
    sys.stdout.write(f"{count} rows of {statuses}, twice the same; no row of an empty interval\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
