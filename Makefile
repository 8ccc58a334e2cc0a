# Everything a newcomer or CI runs. `make help` says what there is.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help
# Without its bytecode every process would compile guichet anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test check slow failover bench screenshots openapi schema lock clean

help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.run ## The whole product with fictional data (ARGS="--role counter")
	@$(BIN)/guichet demo $(ARGS)

test: check ## Everything that must hold: format, lint, types, imports, dependencies, tests
	$(BIN)/pytest -n 4 --dist worksteal -m "not slow"

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

slow: $(VENV)/.dev ## The long tests
	$(BIN)/pytest -n 2 -m slow

failover: $(VENV)/.dev ## A PostgreSQL cluster whose primary is killed under load (installs Patroni and etcd)
	$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["failover"])' \
		| xargs $(BIN)/python -m pip install --disable-pip-version-check --quiet
	$(BIN)/pytest -s -m slow tests/test_failover.py

bench: $(VENV)/.dev ## The measures of bench/, each as a ratio and a number
	$(BIN)/python -m bench

screenshots: $(VENV)/.dev ## The README's pictures, from the real application on demo data
	$(BIN)/python -m bench.screenshots

openapi: $(VENV)/.dev ## docs/openapi.json, from the server
	$(BIN)/python -m guichet.central.openapi

schema: $(VENV)/.dev ## guichet/store/schema.py, from tables.py
	$(BIN)/python -m guichet.store.generate

lock: ## New versions of the pinned dependencies (needs uv)
	uv pip compile --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--python-version 3.11 --upgrade pyproject.toml --group build -o requirements.lock
	uv pip compile --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--python-version 3.11 --upgrade pyproject.toml --group build --group test --group static \
		-c requirements.lock -o requirements-dev.lock

clean: ## Remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

# The environment is made anew whenever the pins change.
$(VENV)/.run: requirements.lock pyproject.toml
	@PYTHON="$(PYTHON)" ./setup.sh $(VENV) requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml
	@PYTHON="$(PYTHON)" ./setup.sh $(VENV) requirements-dev.lock
	@touch $@ $(VENV)/.run
