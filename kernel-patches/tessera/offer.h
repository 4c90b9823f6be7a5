/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Offers: a home asks whether we would take a process. The cage is told, makes a
 * task for it, and that task takes the offer up.
 */
#ifndef _TESSERA_OFFER_H
#define _TESSERA_OFFER_H

#include <linux/types.h>
#include <uapi/linux/tessera.h>

#include "frame.h"

struct tessera_link;
struct tessera_message;

/* Home: ask. */
int tessera_offer_send(struct tessera_link *link, const struct frame_offer *offer);
/* Host: an OFFER frame came; -EPROTO if it is none. Refusing is no error. */
int tessera_offer_take(struct tessera_link *link, const struct tessera_message *message);
/* Those of a link end with it. */
void tessera_offers_lose(struct tessera_link *link);

/* For the cage: -ENOENT if it has been withdrawn, or is too old. */
int tessera_offer_info(struct tessera_guest_info *info);
/* Take it up: it is nobody else's any more. The link is counted. */
int tessera_offer_accept(u64 id, struct frame_offer *ret_offer, struct tessera_link **ret_link);

/* There is no task for it: home is told why. -ENOENT: nobody waits for one. */
int tessera_offer_fail(u64 id, enum tessera_reason reason);
/* One that was taken up, and came to nothing. */
void tessera_offer_refuse(struct tessera_link *link, u32 group, enum tessera_reason reason);

#endif /* _TESSERA_OFFER_H */
