/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rights of a user in place of the agent's own: to read and write what is the
 * user's, without the capabilities that would open everything.
 */
#ifndef TESSERA_RIGHTS_H
#define TESSERA_RIGHTS_H

#include <sys/types.h>

/* Takes the effective user and group; the real ones stay. */
int rights_take(uid_t uid, gid_t gid);
/* Back to root, or the end of the program. */
void rights_return(void);

#endif
