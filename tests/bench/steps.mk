# SPDX-License-Identifier: GPL-2.0-or-later
# The build of `bench build`: STEPS of them, each as long as ROUNDS of a job. A
# name of its own, as a compiler has one: nothing is known of how long it lives.
all: $(addprefix step-,$(shell seq $(STEPS)))

step-%:
	@./step $(ROUNDS)
