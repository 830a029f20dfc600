# Two commands matter: `make map` and `make test`. Both need Python 3.11 or newer and make only;
# everything else goes into .venv from the lock files (tests also get Debian's chromium and axe-core).

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
# DuckDB 2 is locked; the oldest line that is supported lies beside it, for `test-duckdb-1`.
DUCKDB_1 := $(VENV)/duckdb-1
USES_DUCKDB := tests/database tests/test_run.py $(addprefix tests/events/test_, \
    bad_tables.py exports.py rejected.py table.py) $(addprefix tests/exposure/test_, count.py \
    estimate.py expose.py)
HALF := tests/exposure tests/people tests/publish tests/serve tests/test_wheel.py $(wildcard tests/maps/test_sheet*.py) \
    $(addprefix tests/maps/test_, axe.py languages.py keyboard.py contrast.py)
# Debian's QGIS belongs to Debian's Python.
QGIS_PYTHON := /usr/bin/python3
# Peers to compare with; one of them pins versions that are older than ours.
PEERS := $(VENV)/peers

BUILT_FROM := pyproject.toml hatch_build.py package.json package-lock.json \
    geo/places/supplement.csv $(wildcard geo/places/*.py) $(wildcard geo/places/*.sql)

.PHONY: map test test-half test-rest test-long test-qgis test-duckdb-1 lint format bench eval data catalogues lock clean

map: $(VENV)/installed ## the main job on the bundled example; ends with the path of the map
	$(BIN)/civmap map

test: lint $(VENV)/browser ## everything: rules, tests, browser, wheel; what is timed first, alone
	$(BIN)/python -m pytest -q -m alone $(shell grep -rl --include='*.py' mark.alone tests)
	$(MAKE) --no-print-directory -j2 test-half test-rest test-duckdb-1

test-half: $(VENV)/developed ## half of the tests, by the time they take
	$(BIN)/python -m pytest -q -m 'not alone and not long' $(HALF)

test-rest: $(VENV)/developed ## the other half
	$(BIN)/python -m pytest -q -m 'not alone and not long' $(addprefix --ignore ,$(HALF))

test-long: $(VENV)/developed $(VENV)/browser ## all of the cases of which `test` runs a part
	$(BIN)/python -m pytest -q -m long

test-qgis: $(VENV)/installed ## published layers opened and drawn by QGIS, as a user sees them
	@if ! $(QGIS_PYTHON) -c 'import qgis.core' 2> /dev/null; then \
	    echo 'Installing QGIS (Debian), which opens the published layers'; \
	    sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	    $$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends \
	        python3-qgis qgis-providers fonts-dejavu-core > /dev/null; \
	fi
	$(BIN)/civmap map --out out/qgis
	$(BIN)/civmap publish out/qgis --out out/qgis/bundle --profile internal --format geopackage
	QT_QPA_PLATFORM=offscreen $(QGIS_PYTHON) tests/qgis/open_layers.py \
	    out/qgis/bundle/*_layers.gpkg out/qgis

lint: $(VENV)/developed ## style, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

test-duckdb-1: $(VENV)/developed $(DUCKDB_1)/installed ## the run database on the older DuckDB
	PYTHONPATH=$(DUCKDB_1) $(BIN)/python -m pytest -q $(USES_DUCKDB)

bench: $(VENV)/developed $(PEERS)/installed ## timings against peers, apart from the tests
	CIVMAP_PEERS=$(PEERS)/bin/python $(BIN)/python -m pytest tests/benchmarks -q -s

eval: $(VENV)/developed ## how well names are found and placed in CORPUS, files that lie elsewhere
	$(BIN)/python -m tests.evaluation $(CORPUS)

data: $(VENV)/installed ## build the embedded outlines and population surface anew, same bytes
	$(BIN)/python -m geo.people.build

catalogues: $(VENV)/developed ## bring new texts into the catalogues; lists what is to be translated
	$(BIN)/python -m tests.catalogues

format: $(VENV)/developed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## renew the lock files (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --custom-compile-command 'make lock' pyproject.toml --group dev \
	    --extra hdx --extra keyring --extra serve -o requirements-dev.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --custom-compile-command 'make lock' pyproject.toml --group build -c requirements-dev.lock \
	    -o requirements.lock
	echo 'duckdb>=1.5,<2' | uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --custom-compile-command 'make lock' - -o requirements-duckdb-1.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --custom-compile-command 'make lock' --group bench -o requirements-bench.lock

clean:
	rm -rf $(VENV) out dist geo/_data maps/_assets

$(VENV)/locked: requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements.lock
	touch $@

$(VENV)/installed: $(VENV)/locked $(BUILT_FROM)
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/developed: $(VENV)/installed requirements-dev.lock
	$(PIP) install --require-hashes -r requirements-dev.lock
	touch $@

$(DUCKDB_1)/installed: requirements-duckdb-1.lock $(VENV)/locked
	$(PIP) install --require-hashes --upgrade --target $(DUCKDB_1) -r requirements-duckdb-1.lock
	touch $@

$(PEERS)/installed: requirements-bench.lock $(VENV)/locked
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip --disable-pip-version-check --quiet --quiet \
	    install --require-hashes -r requirements-bench.lock
	touch $@

$(VENV)/browser: $(VENV)/installed tests/package-lock.json
	@if ! command -v chromium > /dev/null; then \
	    echo 'Installing chromium (Debian), which the browser tests drive'; \
	    sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	    $$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends chromium > /dev/null; \
	fi
	mkdir -p $(VENV)/npm
	cp tests/package.json tests/package-lock.json $(VENV)/npm
	cd $(VENV)/npm && $(abspath $(BIN))/npm ci --ignore-scripts --no-audit --no-fund --silent
	touch $@
