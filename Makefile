# Thin on purpose: each target is one line a person could type.
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
READY := $(VENV)/.ready
AS_ROOT := $(shell [ "$$(id -u)" = 0 ] || echo sudo -n)

.PHONY: demo test check bench bench-nights generate example browser clean

## Set up, then audit the built-in demo school and say where the report is. Its faults are planted, so exit code 1 is right.
demo: browser
	@$(BIN)/sgaudit demo || test $$? -eq 1

## Set up, then run all tests.
test: browser
	@$(BIN)/python -m pytest

## Lint, types, architecture, generated files, every rule's own examples.
check: $(READY)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32 && $(BIN)/lint-imports && $(BIN)/python tools/generate.py --check && $(BIN)/sgaudit rules test

## Measure crawl and browser speed on this machine, beside plain loops over the same libraries.
bench: browser
	@$(BIN)/python bench/bench.py

## Measure what a second night costs beside the first. Linux only.
bench-nights: browser
	@$(BIN)/python bench/nights.py

## Make what is generated anew: rules/README.md, the option list in README.md, the JSON schema.
generate: $(READY)
	@$(BIN)/python tools/generate.py

## Make the example report anew.
example: browser
	@$(BIN)/python tools/generate.py --example

## Find a browser, or install one.
browser: $(READY)
	@$(BIN)/sgaudit browser install

$(READY): pyproject.toml requirements-dev.txt
	@echo "Setting up Python packages in $(VENV) (a minute or two the first time) ..."
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || $(MAKE) --no-print-directory venv-package
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $(READY)

# Debian keeps venv in a package of its own.
.PHONY: venv-package
venv-package:
	@rm -rf $(VENV)
	@command -v apt-get >/dev/null || { echo "Python's venv module is missing: install it, then run make again."; exit 1; }
	@echo "Python's venv module is missing: installing python3-venv with apt-get ..."
	@$(AS_ROOT) apt-get update -qq && $(AS_ROOT) apt-get install -y -qq python3-venv >/dev/null || { echo "Could not. Type: sudo apt-get install python3-venv, then run make again."; exit 1; }
	@$(PYTHON) -m venv $(VENV)

clean:
	rm -rf $(VENV)
