// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * job ROUNDS: compute, always the same for the same number: a matrix product and
 * integer mixing in each round, in half a megabyte. Without ROUNDS: says how many
 * nanoseconds one takes.
 */
#include "bench.h"

#define N 128
#define TRIES 16

static double a[N][N], b[N][N], c[N][N];
static volatile uint64_t result;

static void prepare(void)
{
	int i, j;

	for (i = 0; i < N; i++) {
		for (j = 0; j < N; j++) {
			a[i][j] = (i * 7 + j) % 13;
			b[i][j] = (i + j * 5) % 11;
		}
	}
}

static uint64_t compute(uint64_t x)
{
	int i, j, k;

	for (i = 0; i < N; i++) {
		for (j = 0; j < N; j++) {
			double sum = 0;

			for (k = 0; k < N; k++)
				sum += a[i][k] * b[k][j];
			c[i][j] = sum;
			x = x * 0x5851f42d4c957f2d + (uint64_t)sum;
		}
	}
	return x;
}

int main(int argc, char **argv)
{
	uint64_t x = 0;
	unsigned long i, rounds;
	int64_t begun;

	prepare();
	if (argc < 2) {
		begun = now();
		for (i = 0; i < TRIES; i++)
			x = compute(x);
		result = x; /* or the compiler leaves all of it out */
		printf("%lld\n", (long long)(now() - begun) / TRIES);
		return 0;
	}
	rounds = number(argv[1]);
	say_ready();
	for (i = 0; i < rounds; i++)
		x = compute(x);
	printf("%016llx\n", (unsigned long long)x);
	return 0;
}
