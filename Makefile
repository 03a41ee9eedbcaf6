# Two commands do everything: `make run` and `make test`. Each sets up what it needs.

PYTHON ?= python3
VENV := .venv
ALLY := $(VENV)/bin/ally
READY := $(VENV)/.ready

.PHONY: help setup run test fmt docs assets bench clean

help:
	@echo "make run    set up, build and validate the graph, answer three questions, serve it"
	@echo "make test   set up and run all tests and checks"
	@echo "make fmt    bring Turtle and Python files into their form"
	@echo "make docs   write the generated pages of the manual"
	@echo "make assets build the scripts and styles of the pages (needs Node; the built files are committed)"
	@echo "make bench  measure against plain rdflib"
	@echo "make clean  remove what the commands above have made here"

setup: $(READY)

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "allygraph needs Python 3.11 or later; name one: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[frames,mcp]' --group dev
	@touch $(READY)

run: setup
	$(ALLY) build
	$(ALLY) validate
	@$(ALLY) demo
	$(ALLY) serve

test: setup
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(ALLY) fmt --check
	$(VENV)/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

fmt: setup
	$(ALLY) fmt
	$(VENV)/bin/ruff check --fix
	$(VENV)/bin/ruff format

docs: setup
	$(VENV)/bin/python -m allygraph.cli.manual

assets:
	cd frontend && npm ci --ignore-scripts && npm run build

bench: setup
	$(VENV)/bin/python benchmarks/build_and_query.py
	$(VENV)/bin/python benchmarks/holdings.py 100000
	$(VENV)/bin/python benchmarks/import_table.py 1000000
	$(VENV)/bin/python benchmarks/serve.py
	$(VENV)/bin/python benchmarks/validate.py

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis dist
	find allygraph tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
