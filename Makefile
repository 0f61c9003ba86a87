# Davy: serverless PHP with no web server. A newcomer needs two commands: `make up` and `make test`.

SHELL := /bin/sh
CARGO := cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
TIMED := scripts/timed

.PHONY: help up test test-all build lint s3-tests cache-tests bench

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The profile `up` optimises less than `release`: a newcomer waits for the first page.
up: ## install what is missing, build, and show examples/website
	@scripts/need up
	@echo "davy: building; the first time takes some minutes" >&2
	@$(CARGO) build --locked --profile up --package cli
	@scripts/bootstrap $(TARGET)/up
	@exec $(TARGET)/up/davy up examples/website $(ARGUMENTS)

test: ## install what the tests need, then run every test that is not slow
	@scripts/need test
	@$(TIMED) "make test" scripts/test fast

test-all: test ## beside that, what is slow: real clients, outsiders, suites, large loads
	@scripts/need test-all
	@$(TIMED) "make test-all" scripts/test slow

build: ## the two release binaries, in target/dist: davy, and bootstrap linked statically
	@scripts/need build
	@$(CARGO) build --locked --release --package cli
	@scripts/bootstrap $(TARGET)/dist
	@install -C -m 755 $(TARGET)/release/davy $(TARGET)/dist/davy
	@ls -l $(TARGET)/dist/davy $(TARGET)/dist/bootstrap

lint: ## formatting, clippy, and the invariants that `cargo xtask tidy` knows
	@scripts/need build
	@$(TIMED) "make lint" scripts/lint

s3-tests: ## ceph/s3-tests against the buckets: make s3-tests FOLDER=a-checkout
	@scripts/s3-tests "$(FOLDER)"

cache-tests: ## http-tests/cache-tests against both profiles: make cache-tests FOLDER=a-checkout
	@scripts/need test-all
	@$(CARGO) build --locked --quiet --package edge --example proxy
	@for profile in rfc9111 cloudfront; do echo "== $$profile"; scripts/cache-tests "$(FOLDER)" $$profile || exit; done

bench: build ## the whole chain beside nginx + php-fpm, on this machine
	@scripts/need bench
	@scripts/bench
