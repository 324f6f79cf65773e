"""Every night: discover what changed in the data interval, analyse it, verify it, sum it up.

Each interval has a folder of its own, such as `nights/20261123T020000/`, with `results/` (what
`fervid analyze --out` leaves), `sources.tsv` (what was discovered) and `summary.xlsx`. Running an
interval again reads nothing that is done and leaves the same rows; one in which nothing changed
succeeds with empty tables. Airflow needs no fervid: the tasks call the command line of a checkout
that `make` installed.

Airflow's variables: `fervid_checkout` (/opt/fervid), `fervid_config` (/etc/fervid/night.toml:
inputs, root and all options), `fervid_nights` (/data/nights, on a disk that all workers see).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, CronDataIntervalTimetable, chain

NIGHTS = "{{ var.value.get('fervid_nights', '/data/nights') }}"
ENVIRONMENT = {
    "CONFIG": "{{ var.value.get('fervid_config', '/etc/fervid/night.toml') }}",
    "NIGHT": NIGHTS + "/{{ data_interval_start | ts_nodash }}",
    "SINCE": "{{ data_interval_start | ts }}",
    "UNTIL": "{{ data_interval_end | ts }}",
}
ANALYZE = (
    '.venv/bin/fervid analyze --config "$CONFIG" --out "$NIGHT/results" --resume'
    ' --since "$SINCE" --until "$UNTIL"'
)
DISCOVER = f"""
set -e
mkdir -p "$NIGHT"
{ANALYZE} --dry-run > "$NIGHT/sources.tsv"
wc -l < "$NIGHT/sources.tsv"
"""
# 3: some sources failed. All that worked is saved, and `verify` says whether that is enough.
ANALYZE_ALL = f"""
{ANALYZE} --log-json
code=$?
if [ $code = 3 ]; then
    echo "WARNING: some sources failed or are partial; $NIGHT/results/sources.parquet names them."
    exit 0
fi
exit $code
"""
VERIFY = '.venv/bin/python -m jobs.verify "$NIGHT/results" --listed "$NIGHT/sources.tsv"'
SUMMARIZE = '.venv/bin/fervid summarize "$NIGHT/results" --out "$NIGHT/summary.xlsx" --overwrite'


def task(task_id: str, command: str) -> BashOperator:
    """Make a task that runs a command in the checkout."""
    return BashOperator(
        task_id=task_id,
        bash_command=command,
        env=ENVIRONMENT,
        append_env=True,
        cwd="{{ var.value.get('fervid_checkout', '/opt/fervid') }}",
    )


with DAG(
    dag_id="fervid_night",
    doc_md=__doc__,
    # A plain cron string has no interval in Airflow 3: its start is its end.
    schedule=CronDataIntervalTimetable("0 2 * * *", timezone="UTC"),
    start_date=datetime(2026, 11, 1, tzinfo=UTC),
    # Nights that were missed are made up for, one after the other: they share a machine.
    catchup=True,
    max_active_runs=1,
    default_args={
        "retries": 2,
        "retry_delay": timedelta(minutes=10),
        "execution_timeout": timedelta(hours=20),
    },
    tags=["fervid"],
) as dag:
    chain(
        task("discover", DISCOVER),
        task("analyze", ANALYZE_ALL),
        task("verify", VERIFY),
        task("summarize", SUMMARIZE),
    )
