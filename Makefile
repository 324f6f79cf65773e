# Everything from a fresh checkout with Python and make: `make demo`, `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
DEVELOPED := $(VENV)/developed
SUPPLIED := $(VENV)/supplied
# setuptools warns about every editable installation, ours is meant to be one
INSTALL := PYTHONWARNINGS=ignore $(BIN)/pip install --quiet --constraint constraints.txt --editable

.PHONY: demo train test lint types imports tests fuzz faults scale schedules clean \
	bench bench-decoding bench-fer bench-listing bench-memory bench-photos bench-runtimes bench-start-up

$(INSTALLED): setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14) and "fervid needs Python 3.11, 3.12 or 3.13; this is " + sys.version.split()[0] + ". Name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(INSTALL) .
	touch $@

$(DEVELOPED): $(INSTALLED)
	$(INSTALL) '.[train,heic,dev]'
	touch $@

$(SUPPLIED): $(INSTALLED)
	$(INSTALL) '.[supply]'
	touch $@

demo: $(INSTALLED)
	$(BIN)/python -m fervid.demo demo-out/videos
	$(BIN)/fervid analyze demo-out/videos --out demo-out/results.parquet --overwrite

# Teachers and student; the student polished twice and averaged, with its figures on validation; then trained on
# with these rows, too, and averaged; the blend of its heads, and its presets:
#   make train ARCHIVE=fer2013.zip VOTES=ferplus_votes.csv PHOTOS=expressions
# Without photographs in folders named after the classes, the heads of the default are blended as they come.
# Interrupted, the same command goes on. All of it in miniature, to be deleted afterwards:
#   make train ARCHIVE=... VOTES=... RUNS=trial NETWORK=trial TRIAL='--share 0.03 --epochs 1'
RUNS ?= runs
NETWORK ?= residual-se-half
TRAINING := $(BIN)/python -m training
DATA = --archive "$(ARCHIVE)" --votes "$(VOTES)"
BETTER_TEACHERS = --teacher "$(RUNS)/teacher-2" --teacher "$(RUNS)/teacher-3" --teacher "$(RUNS)/student"

train: $(DEVELOPED)
	$(if $(and $(ARCHIVE),$(VOTES)),,$(error Name the data: make train ARCHIVE=fer2013.zip VOTES=ferplus_votes.csv))
	$(TRAINING) train --config training/configs/teacher.toml --seed 1 $(DATA) --run "$(RUNS)/teacher-1" $(TRIAL)
	$(TRAINING) train --config training/configs/teacher.toml --seed 2 $(DATA) --run "$(RUNS)/teacher-2" $(TRIAL)
	$(TRAINING) train --config training/configs/student.toml --teacher "$(RUNS)/teacher-1" --teacher "$(RUNS)/teacher-2" \
		$(DATA) --run "$(RUNS)/student" $(TRIAL)
	$(TRAINING) train --config training/configs/teacher-mixup.toml $(DATA) --run "$(RUNS)/teacher-3" $(TRIAL)
	$(TRAINING) train --config training/configs/polish.toml --start "$(RUNS)/student" $(BETTER_TEACHERS) \
		$(DATA) --run "$(RUNS)/polish-1" $(TRIAL)
	$(TRAINING) train --config training/configs/polish.toml --start "$(RUNS)/polish-1" $(BETTER_TEACHERS) \
		$(DATA) --run "$(RUNS)/polish-2" $(TRIAL)
	rm -rf "$(RUNS)/held-out" "$(RUNS)/last" "$(RUNS)/evaluation"
	$(TRAINING) average "$(RUNS)/student" "$(RUNS)/polish-1" "$(RUNS)/polish-2" --out "$(RUNS)/held-out"
	$(TRAINING) evaluate "$(RUNS)/held-out" $(DATA) --out "$(RUNS)/evaluation"
	$(TRAINING) train --config training/configs/last.toml --start "$(RUNS)/held-out" $(BETTER_TEACHERS) \
		$(DATA) --run "$(RUNS)/last-1" $(TRIAL)
	$(TRAINING) train --config training/configs/last.toml --start "$(RUNS)/last-1" $(BETTER_TEACHERS) \
		$(DATA) --run "$(RUNS)/last-2" $(TRIAL)
	$(TRAINING) average "$(RUNS)/held-out" "$(RUNS)/last-1" "$(RUNS)/last-2" --out "$(RUNS)/last"
	$(if $(PHOTOS),$(TRAINING) fit-blend $(DATA) --run "$(RUNS)/last" --photos "$(PHOTOS)")
	$(TRAINING) export $(DATA) --run "$(RUNS)/last" --out "fervid/weights/$(NETWORK)"

test: lint types imports tests

lint: $(DEVELOPED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEVELOPED)
	$(BIN)/mypy

imports: $(DEVELOPED)
	$(BIN)/lint-imports

tests: $(DEVELOPED)
	$(BIN)/pytest -n 2

# What it costs on this machine, against decoding alone and against fer; tables and JSON in bench-out/.
# Without a clip of yours it runs on the demo's: make bench SOURCE=clip.mp4 PHOTO=photo.jpg ROUNDS=3
BENCH := bench-out
SOURCE ?=
PHOTO ?=
ROUNDS ?= 3
BENCHMARK = $(BIN)/python -m tests.bench.$(1) --rounds $(ROUNDS) --json $(BENCH)/$(1).json

bench: bench-decoding bench-fer bench-memory bench-photos bench-runtimes bench-start-up

$(BENCH)/made: $(INSTALLED)
	rm -rf $(BENCH)/clips
	$(BIN)/python -m tests.bench.clips --out $(BENCH)/clips $(if $(SOURCE),--source "$(SOURCE)") $(if $(PHOTO),--photo "$(PHOTO)")
	touch $@

bench-decoding: $(BENCH)/made
	$(call BENCHMARK,against_decoding) --clips $(BENCH)/clips

bench-fer: $(BENCH)/made
	$(call BENCHMARK,against_fer) --clip $(BENCH)/clips/360p.mp4 --environment $(BENCH)/fer

bench-memory: $(BENCH)/made
	$(call BENCHMARK,memory) --clips $(BENCH)/clips

bench-photos: $(BENCH)/made
	$(call BENCHMARK,photos) --photos $(BENCH)/clips/photos

bench-runtimes: $(BENCH)/made
	$(call BENCHMARK,runtimes) --photos $(BENCH)/clips/photos --packages $(BENCH)/runtimes

bench-start-up: $(BENCH)/made
	$(call BENCHMARK,start_up) --clip $(BENCH)/clips/360p.mp4

# A bucket of a hundred thousand objects, on moto's S3 server.
bench-listing: $(DEVELOPED)
	$(BIN)/python -m tests.bench.listing --rounds 1 --json $(BENCH)/listing.json

# Damaged films and photos in decode workers, damaged files of our own, any text for their parsers;
# the next hour: make fuzz FIRST=1000000. What is found lies in fuzz-out/ and is read again with
#   .venv/bin/python -m tests.fuzz again SEED NUMBER
MINUTES ?= 60
FIRST ?= 0

fuzz: $(DEVELOPED)
	$(BIN)/python -m tests.fuzz run --minutes $(MINUTES) --first $(FIRST) --out fuzz-out

# Runs killed, interrupted and starved at random but seeded moments, at each call that writes, and by
# simulated power cuts; each is resumed and compared with one left in peace. The report lies in
# faults-out/. Other moments: make faults SEED=1
KILLS ?= 100
SEED ?= 0

faults: $(DEVELOPED)
	$(BIN)/python -m tests.faults --kills $(KILLS) --seed $(SEED) --out faults-out

# The schedules by what runs them, in schedules-out/: the DAG by Airflow in an environment of its own,
# the steps of the Dockerfile by hand (3.5 GB). What takes seconds is among the tests.
SCHEDULES := schedules-out
AIRFLOW := $(SCHEDULES)/environment

schedules: $(DEVELOPED) $(AIRFLOW)/installed
	$(BIN)/pytest tests/schedules
	rm -rf $(SCHEDULES)/airflow
	$(AIRFLOW)/bin/python tests/schedules/airflow_night.py $(SCHEDULES)/airflow
	rm -rf $(SCHEDULES)/image
	$(PYTHON) tests/schedules/image_by_hand.py $(SCHEDULES)/image

$(AIRFLOW)/installed: jobs/schedules/airflow/constraints.txt
	$(PYTHON) -m venv $(AIRFLOW)
	$(AIRFLOW)/bin/pip install --quiet --constraint $< apache-airflow
	touch $@

# A driver of 100,000 shards, rows after nodes were lost, and what the Ray engine costs beside the local
# one; one of them: make scale PARTS=overhead
PARTS ?=

scale: $(DEVELOPED)
	$(BIN)/python -m tests.cluster.scale $(PARTS)

# Known vulnerabilities of every pinned package. It asks an advisory database over the network: without an
# answer nothing was audited, and that is a failure.
audit: $(SUPPLIED)
	$(BIN)/pip-audit --strict --no-deps --disable-pip --progress-spinner off --requirement constraints.txt \
		|| { echo "Not clean: a known vulnerability, or no answer of the advisory database, and then nothing was audited. The lines above say which." >&2; exit 1; }

# What an installation of fervid brings, as CycloneDX; `dist` puts the wheel beside it.
sbom: $(SUPPLIED)
	$(BIN)/python -m jobs.sbom dist/fervid.cdx.json

dist: sbom
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir dist .

clean:
	rm -rf $(VENV) build dist demo-out fuzz-out faults-out schedules-out $(BENCH) *.egg-info
