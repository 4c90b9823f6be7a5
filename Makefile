# SPDX-License-Identifier: GPL-2.0-or-later
# Tessera Linux. `make help` lists the targets; each calls one script, and what
# is expensive is cached outside of the tree (docs/building.md).

SHELL := /bin/bash
.DEFAULT_GOAL := help
# Each step uses all processors, and deadlines need them.
.NOTPARALLEL:
.PHONY: help deps kernel agent packages drone iso demo lab \
	check check-unit check-kernel check-cluster check-migrate check-hostile check-iso check-debug \
	bench sim fuzz lint clean

FUZZ_SECONDS ?= 20

help: ## this list
	@echo 'Tessera Linux: one machine out of many PCs. Targets:'
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24
	@echo 'Variables: KEY=FILE|none (make iso), TESSERA_CACHE, TESSERA_MIRROR'

deps: ## install what a bare Debian 12 or 13 lacks
	@config/deps

kernel: deps ## our kernel as a Debian package: build/kernel/
	@config/kernel/build release

agent: deps ## tesserad and tess: build/agent/
	@autoconf-agent/build release

packages: kernel ## Debian packages: build/packages/
	@config/drone/build release
	@packages/build

drone: kernel ## kernel and initramfs for diskless PCs: build/drone/
	@config/drone/build release

iso: drone ## the live image for CD and USB: build/tessera-amd64.iso
	@config/live/build

demo: iso ## three virtual machines find each other and share work, before your eyes
	@tests/demo

lab: drone ## a cluster of virtual machines to play with (tests/lab --help)
	@tests/lab up
	@tests/lab status

check: drone iso ## the tests; those below that it leaves out take longer
	@tests/check

check-unit: deps ## unit tests under ASan and UBSan, and each fuzz target for 20 s
	@autoconf-agent/build check
	@autoconf-agent/build fuzz $(FUZZ_SECONDS)

check-kernel: drone ## the kernel subsystem and the mesh, each alone in a VM
	@tests/run tests/kernel tests/network

check-cluster: drone ## drones, clusters that form and lose nodes, programs that move
	@tests/run tests/vmlab tests/drone tests/cluster
	@tests/run tests/migrate/test_migrate.py -k 'home and (cpu_ or memory_)'
	@tests/run tests/migrate/test_phases.py -k link
	@tests/run tests/migrate/test_balance.py -k half

check-migrate: drone ## every program that moves, in every way; 10 minutes more
	@tests/run tests/migrate

check-hostile: drone ## hostile guests, homes and hosts
	@tests/run tests/hostile

check-iso: iso ## the live image boots to membership
	@tests/run tests/iso

check-debug: deps ## drone scenarios on the debug kernel; CONFIG_TESSERA=n boots
	@config/kernel/build debug
	@config/kernel/build off
	@config/drone/build debug
	@tests/run --debug tests/kernel tests/network tests/cluster tests/migrate

bench: drone ## speed against peers, in two VMs: a table and build/bench.json
	@config/kernel/build off
	@tests/bench/run

sim: deps ## simulated clusters of up to 10,000 nodes: how well they are balanced
	@tests/sim/run

fuzz: deps ## every fuzz target for FUZZ_SECONDS each (default 20)
	@autoconf-agent/build fuzz $(FUZZ_SECONDS)

lint: deps ## formatting, static checks, man pages
	@tests/lint

clean: ## remove build/ (the cache outside of the tree stays)
	@rm -rf --one-file-system build
