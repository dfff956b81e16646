# Every target makes or reuses .venv by itself; `make help` lists them.
#   PYTHON=python3.12   the interpreter that .venv is made with
#   ARGS="-k conv -x"   passed on to the program behind the target

PYTHON ?= python3
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Two test workers with one BLAS thread each finish sooner than two with one thread per core.
THREADS := OMP_NUM_THREADS=$${OMP_NUM_THREADS:-1} OPENBLAS_NUM_THREADS=$${OPENBLAS_NUM_THREADS:-1}
PYTEST := $(THREADS) $(BIN)/python -m pytest -p no:benchmark -n $(JOBS)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: demo test test-slow test-oracle test-site lint format types docs notebooks assignments grade bench gpu-check wheel clean help

demo: $(VENV)/.has-demo ## train a small CNN on handwritten digits
	$(BIN)/python examples/quickstart.py $(ARGS)

test: $(VENV)/.has-test $(VENV)/.has-numba $(VENV)/.has-cuda-check ## the everyday tests; no PyTorch needed
	$(PYTEST) -m "not oracle and not slow and not site" $(ARGS)

test-slow: $(VENV)/.has-test $(VENV)/.has-cuda-check ## the tests that take longer
	$(PYTEST) -m "slow and not oracle and not site" $(ARGS) || test $$? -eq 5  # 5: there are none

test-oracle: $(VENV)/.has-test $(VENV)/.has-oracle ## every comparison with PyTorch
	$(PYTEST) -m oracle $(ARGS)

test-site: $(VENV)/.has-test $(VENV)/.has-docs $(VENV)/.has-site ## pages and their live cells in a headless Chromium; see CONTRIBUTING.md
	$(PYTEST) -n 0 -m site -rs tests/site $(ARGS)

lint: $(VENV)/.has-lint ## style and likely bugs (ruff)
	$(BIN)/ruff check $(ARGS)
	$(BIN)/ruff format --check

format: $(VENV)/.has-lint ## repair what ruff can repair
	$(BIN)/ruff check --fix $(ARGS)
	$(BIN)/ruff format

types: $(VENV)/.has-lint ## type check (mypy, strict)
	$(BIN)/mypy $(ARGS)

docs: $(VENV)/.has-docs $(VENV)/.has-numba $(VENV)/.has-vision $(VENV)/.has-notebooks ## run the examples of the pages, build the site into site/
	$(BIN)/python docs/extensions/run_examples.py
	$(THREADS) $(BIN)/python tests/notebooks/run_notebooks.py --stale
	$(BIN)/python docs/extensions/write_pages.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict $(ARGS)

notebooks: $(VENV)/.has-notebooks ## run every notebook from top to bottom; the site shows what they put out
	$(THREADS) $(BIN)/python tests/notebooks/run_notebooks.py $(ARGS)

assignments: $(VENV)/.has-coursework ## make the students' versions, autograders and solutions of all assignments, in build/assignments/
	$(BIN)/python -m minitorch.coursework build notebooks/assignments/* $(ARGS)

grade: $(VENV)/.has-coursework ## grade submissions: make grade ASSIGNMENT=1_scalar SUBMISSIONS=folder
	$(BIN)/python -m minitorch.coursework grade "$(SUBMISSIONS)" --assignment notebooks/assignments/$(ASSIGNMENT) $(ARGS)

bench: $(VENV)/.has-test $(VENV)/.has-numba $(VENV)/.has-bench $(VENV)/.has-oracle ## speed beside PyTorch (ARGS="--backend numpy", "--against jax", "--help"); wants an idle machine
	$(BIN)/python tests/benchmarks/run.py $(ARGS)

gpu-check: ## tests that need a GPU, and speed beside PyTorch there; installs nothing: with .venv if it is there, else PYTHON
	PYTHONPATH=.:backends $(if $(wildcard $(BIN)/python),$(BIN)/python,$(PYTHON)) tests/benchmarks/gpu.py $(ARGS)

wheel: $(VENV)/.has-wheel ## build, inspect, install and try the wheel and the sdist
	$(BIN)/python tests/packaging/check_wheel.py $(ARGS)

clean: ## remove caches and build outputs; .venv and runs/ stay
	rm -rf build dist site .mypy_cache .pytest_cache .ruff_cache .hypothesis .benchmarks
	find . -name .venv -prune -o -type d \( -name __pycache__ -o -name '*.egg-info' \) -prune -exec rm -rf {} +

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# One stamp per extra: installed once, and again whenever pyproject.toml changes.
$(VENV)/.has-%: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable ".[$*]"
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "minitorch needs Python 3.11 or later, and '$(PYTHON)' is `$(PYTHON) --version 2>/dev/null || echo not there`." >&2; \
	  echo "Name another one:  make PYTHON=python3.12 <target>" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }
