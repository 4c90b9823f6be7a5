/* SPDX-License-Identifier: GPL-2.0 */
/* A process's state as a stream of bytes in DATA frames of its channel. */
#ifndef _TESSERA_STREAM_H
#define _TESSERA_STREAM_H

#include <linux/types.h>

struct tessera_group;
struct tessera_message;

#define STREAM_BUFFER	(64 * 1024)
#define STREAM_FRAMES	512	/* that nobody has read yet */

struct tessera_writer {
	struct tessera_group *group;
	u8 *buffer;		/* STREAM_BUFFER bytes */
	size_t used;
	int error;		/* the first one; nothing is sent after it */
};

int tessera_writer_init(struct tessera_writer *writer, struct tessera_group *group);
void tessera_writer_put(struct tessera_writer *writer, const void *data, size_t length);
/* Send what is left and give the buffer back: the first error, or 0. */
int tessera_writer_finish(struct tessera_writer *writer);

/*
 * A DATA frame has come: keep what it holds for the reader. -EPROTO: too much, or
 * at a time when there is none.
 */
int tessera_stream_keep(struct tessera_group *group, struct tessera_message *message);

/*
 * Read exactly so many bytes, waiting for them: -EPROTO, -EPIPE (the link is
 * lost), -ECANCELED (the peer gave up), -EINTR (killed), -ETIMEDOUT.
 */
int tessera_stream_read(struct tessera_group *group, void *to, size_t length);

#endif /* _TESSERA_STREAM_H */
