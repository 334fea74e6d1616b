# make demo   sample portals on loopback -> crawl -> archive -> site   (make demo ARGS=--no-serve ends after the crawl)
# make test   all tests
# make long   kills over large and hostile sample portals, and a year of accidents: minutes each
# make check  what CI checks before the tests: style, types, import directions
# make bench  CPU a page beside peers, written to docs/performance.md
# make eval   extraction beside other extractors on the labelled pages (an environment of its own: gne pins old libraries)
# make replay  the WACZ export before `wacz validate` and pywb (an environment of its own: forty packages)
# make docs   generated pages of docs/ and the generated parts of datasette_metadata.json

PYTHON ?= python3
VENV ?= .venv
ARGS ?=

.PHONY: demo test long check docs lock bench eval replay

demo: $(VENV)/.ready
	$(VENV)/bin/fazhi demo $(ARGS)

test: $(VENV)/.ready
	$(VENV)/bin/python -m pytest -n 2 --dist worksteal $(ARGS)

long: $(VENV)/.ready
	$(VENV)/bin/python -m pytest -m long tests/test_kill.py tests/test_year_kill.py $(ARGS)

check: $(VENV)/.ready
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

bench: $(VENV)/.ready
	$(VENV)/bin/python -m pytest tests/bench $(ARGS)

eval:
	$(PYTHON) -m venv $(VENV)-eval
	$(VENV)-eval/bin/python -m pip install --quiet --upgrade pip
	$(VENV)-eval/bin/python -m pip install --quiet --editable . readability-lxml resiliparse gne justext
	$(VENV)-eval/bin/python tests/eval/run.py

replay: $(VENV)/.ready
	$(PYTHON) -m venv $(VENV)-replay
	$(VENV)-replay/bin/python -m pip install --quiet wacz pywb
	FAZHI_REPLAY=$(VENV)-replay $(VENV)/bin/python -m pytest tests/test_wacz.py $(ARGS)

docs: $(VENV)/.ready
	$(VENV)/bin/python docs/generate.py

lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url --upgrade -o constraints.txt

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' || { echo "fazhi needs Python 3.11 or newer with venv (Debian: apt install python3-venv); set PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	@touch $@
