# make demo    set up, build the fixture estate in a scratch folder, show the main job
# make test    set up and run the whole suite
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
JOBS ?= auto

.PHONY: demo test lint table wrappers bench crash matrix wheel clean help

help:
	@echo "make demo | test | lint | bench | crash | matrix | wheel | table | wrappers | clean"

demo: $(VENV)/.run
	@$(BIN)/s2s demo .demo --fresh

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n $(JOBS) $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/shelltext.py

# Ratios against peers, in one run; needs jdupes.
bench: $(VENV)/.dev
	$(BIN)/python -m tests.bench $(ARGS)
	$(BIN)/python -m tests.bench.wrapper_overhead
	$(BIN)/python -m tests.bench.commit_hook

# Every wrapper scenario in every shell that is installed, as a table.
matrix: $(VENV)/.dev
	$(BIN)/python -m tests.scripts.wrappers.matrix

# The long crash harness; the suite runs a part of it.
crash: $(VENV)/.dev
	$(BIN)/python -m tests.faults $(ARGS)

# Build a wheel, install it in a clean environment, run it there.
wheel: $(VENV)/.dev
	rm -rf dist build/wheel-env
	$(BIN)/python -m build --wheel --outdir dist . >/dev/null
	$(PYTHON) -m venv build/wheel-env
	build/wheel-env/bin/pip install --quiet dist/*.whl
	cd / && "$(CURDIR)/build/wheel-env/bin/s2s" --version
	cd / && "$(CURDIR)/build/wheel-env/bin/s2s" scan "$(CURDIR)"

# The command table as a Python module, from manifests/commands.yaml.
table: $(VENV)/.run
	$(BIN)/python hatch_build.py

# The entry scripts of wrappers/, from manifests/entries.yaml.
wrappers: $(VENV)/.run
	$(BIN)/python hatch_build.py wrappers

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml hatch_build.py manifests/commands.yaml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.dev: pyproject.toml hatch_build.py manifests/commands.yaml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) .demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
