# `make` lists the targets. `make test` is what CI runs; `make check` adds lint,
# formatting and a look at whether anything generated is out of date.
.DEFAULT_GOAL := help
GO        ?= go
BIN       := $(CURDIR)/.bin
LINT      := $(BIN)/golangci-lint
LINT_VERSION := v2.15.0
WEB_SRC   := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
PKG       ?= ./...
FUZZTIME  ?= 20s

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## one binary, console inside: .bin/sallyport
	$(GO) build -trimpath -o $(BIN)/sallyport ./cmd/sallyport

test: ## everything: SQLite and PostgreSQL, with the race detector
	tools/with-postgres.sh $(GO) test -race -shuffle=on $(PKG)

fuzz: ## every fuzz target, FUZZTIME each
	tools/fuzz.sh $(FUZZTIME)

fidelity: ## replay recordings of real Okta orgs against the simulated one
	$(GO) run ./tools/fidelity

lint: $(LINT) ## golangci-lint
	$(LINT) run ./...

fmt: $(LINT) ## format everything
	$(LINT) fmt ./...

check: fmt lint test ## format, lint and test; the tree must stay clean
	git diff --exit-code

$(LINT):
	GOBIN=$(BIN) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)

.PHONY: help build test fuzz fidelity lint fmt check
