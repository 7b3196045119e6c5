# Thin on purpose: each target is one line a person could type.
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
READY := $(VENV)/.ready

.PHONY: demo test check bench example browser clean

## Set up, then audit the built-in demo school and say where the report is (exit code 1 of the audit is expected).
demo: browser
	@$(BIN)/sgaudit demo || test $$? -eq 1

## Set up, then run all tests.
test: browser
	@$(BIN)/python -m pytest

## Lint, types, architecture, generated files.
check: $(READY)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports && $(BIN)/python -m sgaudit.reporters.json --check && $(BIN)/sgaudit rules test

## Measure crawl and browser speed on this machine, beside plain loops over the same libraries.
bench: browser
	@$(BIN)/python bench/bench.py

## Make the committed example report and schema anew.
example: browser
	@$(BIN)/python -m sgaudit.reporters.json && $(BIN)/python bench/example.py

## Find a browser, or install one.
browser: $(READY)
	@$(BIN)/sgaudit browser install

$(READY): pyproject.toml requirements-dev.txt
	@echo "Setting up Python packages in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || $(PYTHON) bench/venv.py $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $(READY)

clean:
	rm -rf $(VENV)
