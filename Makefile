PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: setup demo test lint bench openapi reliability soak endurance

setup: $(STAMP)  ## a virtual environment with everything but torch

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[train,dev]'
	touch $@

demo: setup  ## from nothing to a first recommendation
	$(BIN)/warmstart demo $(DEMO)

test: setup  ## the fast tests
	$(BIN)/python -m pytest $(PYTEST)

lint: setup  ## style, types, who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup  ## speeds, as ratios within one run
	$(BIN)/python -m tests.bench $(BENCH)

openapi: setup  ## write the OpenAPI document that the catalogue serves
	$(BIN)/python -m training.openapi

reliability: setup  ## make every fault happen and write docs/RELIABILITY.md
	$(BIN)/python -m tests.faults

soak: setup  ## the registry as a state machine: 20,000 random operations on both stores
	$(BIN)/python -m tests.soak $(SOAK)

endurance: setup  ## 100,000 requests a family, overload, frozen functions; writes docs/ENDURANCE.md
	$(BIN)/python -m tests.endurance --write
