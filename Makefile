# `make demo` and `make test` do all their set-up themselves; CONTRIBUTING.md explains the targets.

BIN := .venv/bin

.PHONY: help setup lint check test demo fuzz agreement soak vault clouds fmt docs docs-site tables \
	coverage mutants times vscode lock clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile

setup:  ## make .venv, or bring it up to date
	@tools/setup.sh

# What codespell reads: prose, code and messages.
SPELT := README.md CONTRIBUTING.md CHANGELOG.md Makefile docs compiler runtime grammar templates tools \
	editors/vscode/README.md benchmarks examples

lint: setup  ## style, types, layers, security, spelling and prose
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive compiler runtime
	$(BIN)/codespell $(SPELT)
	$(BIN)/python tools/prose.py

check: lint  ## lint, then the quick tests: no JVM, no package, no long row of processes
	$(BIN)/pytest -n auto -m "not spark and not slow" --ignore=tests/packaging \
		--hypothesis-profile=quick

test: lint  ## lint, then every test, those of a file in one of two processes, the longest first
	tools/java.sh $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --junitxml=build/tests.xml

demo: setup  ## compile the quickstart, run it on a local Spark and show the result
	tools/java.sh $(BIN)/ssbtc run examples/quickstart/pipeline.ssbt
	@echo; echo "build/quickstart.py has run. Revenue per month and country:"
	@cat build/quickstart/revenue/*.csv
	@echo; echo "Lines of the input that could not be read:"
	@cat build/quickstart/rejected/*.json

fuzz: setup  ## the property tests with fresh random input and many more examples
	$(BIN)/pytest -m "not spark" --ignore=tests/packaging --hypothesis-profile=fuzz --timeout=0

agreement: setup  ## the compiler and real Spark, asked about 100,000 expressions and 5,000 pipelines
	AGREEMENT=100000 tools/java.sh $(BIN)/pytest -s --timeout=0 tests/agreement \
		$$(grep -rlE --include="test_*.py" "AGREEMENT|tests\.samples" tests/spark tests/unit)

soak: export SSBT_SOAK_CYCLES ?= 200
soak: export SSBT_SOAK_RECORDS ?= 1000000
soak: export SSBT_SOAK_KILLS ?= 20
soak: setup  ## kill drivers of streams 220 times (SSBT_SOAK_CYCLES, SSBT_SOAK_KILLS) and count what they wrote
	tools/java.sh $(BIN)/pytest tests/spark/test_stream_soak.py tests/spark/test_kafka_soak.py \
		tests/spark/test_hostile_records_soak.py --timeout=0

vault: setup  ## build HashiCorp Vault's own server and hold the provider to it; needs Go
	$(BIN)/pytest tests/vault/checks.py --timeout=0

clouds: setup  ## hold the providers of Azure and Google Cloud to their libraries, which it fetches
	$(BIN)/pip install --quiet --target build/clouds -r tests/clouds/requirements.txt
	PYTHONPATH=build/clouds $(BIN)/pytest tests/clouds/checks.py

coverage: setup  ## the quick tests again, and how many branches of each package they take
	$(BIN)/pytest -n auto -q -m "not spark and not slow" --ignore=tests/packaging --hypothesis-profile=quick \
		--cov --cov-branch --cov-report=
	$(BIN)/python tools/coverage_table.py

mutants: setup  ## change code that nothing may be wrong in, and see that tests notice: MUTANTS="--sample 100 escaping"
	$(BIN)/pip install --quiet --target build/mutmut -r tests/mutants/requirements.txt
	$(BIN)/python tools/mutants.py $(MUTANTS)

fmt: setup  ## format the code, mend what ruff can mend
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

docs: setup  ## write the generated pages of docs/, the saved specifications and the grammar for editors
	$(BIN)/python tools/error_docs.py
	$(BIN)/python tools/state_docs.py
	$(BIN)/python tools/connectors.py
	$(BIN)/python tools/textmate.py

docs-site: setup  ## build the documentation as a site that works offline, in build/site
	$(BIN)/python tools/docs_site.py

tables: setup  ## ask the jars of each Spark line for their settings, for the names of credentials and of Kafka's settings
	tools/java.sh $(BIN)/python tools/spark_settings.py
	tools/java.sh $(BIN)/python tools/credential_names.py
	tools/java.sh $(BIN)/python tools/kafka_names.py

times: setup  ## let `make test` start first what took longest in its last run
	$(BIN)/python tools/file_times.py build/tests.xml

vscode:  ## build, test and package the extension for VS Code; needs Node.js
	tools/vscode.sh

lock: setup  ## pin requirements-dev.lock anew
	tools/lock.sh --upgrade

clean:  ## delete what was made, .venv too
	rm -rf editors/vscode/node_modules editors/vscode/dist
	rm -rf .venv build dist *.egg-info .*_cache .hypothesis spark-warehouse
	find . -name __pycache__ -prune -exec rm -rf {} +
