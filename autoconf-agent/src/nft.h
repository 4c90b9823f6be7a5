/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run of nft(8): a script goes in, success or a complaint comes out.
 */
#ifndef TESSERA_NFT_H
#define TESSERA_NFT_H

#include <stddef.h>
#include <sys/types.h>

/* The first lines of a complaint. */
#define NFT_TEXT 256

struct nft {
	pid_t pid;	/* 0: does not run */
	int fd;		/* readable when it has ended */
	int complaints; /* a file in memory */
};

#define NFT_NONE { .fd = -1, .complaints = -1 }

/* nft_start(): -ENOENT: there is no nft. */
int nft_start(struct nft *ret, const char *script, size_t len);
/* nft_finish() waits for the end, and kills it after ms milliseconds. 0;
 * -EPROTO: refused, text says why; -ETIMEDOUT. */
int nft_finish(struct nft *nft, int ms, char text[NFT_TEXT]);

#endif
