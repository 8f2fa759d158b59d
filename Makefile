# make quickstart   set up, then run the main job offline on the embedded model (about 5 minutes)
# make test         set up, then run the tests            make check   lint, format, types, imports
# make docs         build the documentation into site/

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
export HF_HUB_OFFLINE := 1
export TOKENIZERS_PARALLELISM := false

.PHONY: quickstart test test-fast check docs clean

$(VENV)/.package: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) torch
	$(PIP) --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.package
	$(PIP) --editable '.[dev]'
	@touch $@

quickstart: $(VENV)/.package
	$(BIN)/s3ft run lab-math --out runs/quickstart

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2

test-fast: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 -m "not slow"

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/typos

docs: $(VENV)/.dev
	$(BIN)/mkdocs build --strict

clean:
	rm -rf $(VENV) runs site dist .mypy_cache .ruff_cache .pytest_cache
