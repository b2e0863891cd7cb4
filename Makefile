# Everything a developer runs. `make` alone lists the targets.
# Needs Python 3.10 to 3.13 and, for `make test`, Node 20: the rest is installed here.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
RUN    := $(BIN)/python
JOBS   ?= 2
# pip compiles what it copies, but an editable install copies nothing.
COMPILE := $(RUN) -m compileall -q engine server

.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help demo test setup setup-python setup-node setup-editor format generate lint types \
        layers generated pytest extension e2e fuzz soak bench clean

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

# --- the two commands -------------------------------------------------------------------------

demo: $(VENV)/demo.stamp ## show the whole job on examples/ (sets up what it needs)
	@$(RUN) -m tools.demo

test: setup lint types layers generated pytest extension e2e ## set up and check everything
	@echo "make test: all passed"

# --- setting up -------------------------------------------------------------------------------

setup: setup-python setup-node setup-editor ## install all that the tests need

setup-python: $(VENV)/dev.stamp
setup-node: node_modules/.stamp

$(RUN):
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if v >= (3, 10) else "graphlens needs Python 3.10 or newer, this is %d.%d: make PYTHON=python3.12 ..." % v)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/demo.stamp: pyproject.toml | $(RUN)
	$(RUN) -m pip install --quiet --disable-pip-version-check --editable .
	@$(COMPILE)
	@touch $@

$(VENV)/dev.stamp: pyproject.toml | $(RUN)
	$(RUN) -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@$(COMPILE)
	@touch $(VENV)/demo.stamp $@

node_modules/.stamp: package.json package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

setup-editor: setup-node ## fetch the editor and the browser for the real-editor test
	npm run --silent setup:e2e

# --- checks, each also alone ------------------------------------------------------------------

format: setup-python ## rewrite the Python files in the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

generate: setup-python ## write the generated files anew
	$(RUN) -m tools.check_generated --write

lint: setup-python setup-node ## format check and lint, Python and TypeScript
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	npm run --silent lint

types: setup-python setup-node ## mypy --strict and the TypeScript compiler
	$(BIN)/mypy
	npm run --silent typecheck

layers: setup-python ## the import contracts of docs/architecture.md
	$(BIN)/lint-imports

generated: setup-python ## generated files are current
	$(RUN) -m tools.check_generated

pytest: setup-python ## Python tests, the language server over stdio among them
	$(RUN) -m pytest -n $(JOBS) -q

extension: setup-node ## unit tests of the extension
	npm run --silent test:unit

e2e: setup-python setup-node setup-editor ## the extension in a real editor in a real browser
	npm run --silent package
	npm run --silent test:e2e

# --- by hand ----------------------------------------------------------------------------------

FUZZ ?= 1
fuzz: setup-python ## random programs and texts in large numbers; FUZZ=0.05 takes a twentieth
	$(RUN) -m pytest -n $(JOBS) -q --hypothesis-profile=nightly tests/property
	GRAPHLENS_FUZZ=$(FUZZ) $(RUN) -m pytest -n $(JOBS) -q --timeout 0 tests/robustness

soak: setup-python ## the slow tests, and the server's reliability tests with their large numbers
	$(RUN) -m pytest -n $(JOBS) -q -m slow
	GRAPHLENS_SOAK=50 GRAPHLENS_SYNC_EDITS=1000000 GRAPHLENS_NOTEBOOK_ROUNDS=5000 \
	  $(RUN) -m pytest -q --timeout 7200 tests/server/test_reliability.py \
	  tests/server/test_notebooks.py tests/server/test_worker_faults.py tests/server/transport \
	  tests/engine/ide/test_sections.py

bench: setup-python ## the benchmarks, one table each
	$(RUN) -m benchmarks

clean: ## remove what was built here (caches of the editor stay)
	rm -rf $(VENV) node_modules build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
