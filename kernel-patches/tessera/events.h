/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TESSERA_EVENTS_H
#define _TESSERA_EVENTS_H

#include <linux/poll.h>
#include <linux/types.h>
#include <uapi/linux/tessera.h>

struct tessera_reader;

struct tessera_reader *tessera_reader_create(void);
ssize_t tessera_reader_read(struct tessera_reader *reader, char __user *buf,
			    size_t len, bool nonblock);
__poll_t tessera_reader_poll(struct tessera_reader *reader, struct file *file,
			     poll_table *wait);
void tessera_reader_destroy(struct tessera_reader *reader);

/* Queue an event for every reader. May sleep. */
void tessera_event_send(enum tessera_event_type type, u32 node);
/* The same with all that an event can say; its time is filled in. */
void tessera_event_post(struct tessera_event *event);

#endif /* _TESSERA_EVENTS_H */
