/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which PC this is, whatever key pair it has today.
 */
#ifndef TESSERA_MACHINE_H
#define TESSERA_MACHINE_H

#include "node.h"

/* A hash of the smallest address of a hardware NIC; zero when there is none. */
void machine_id(uint8_t ret[NODE_MACHINE_SIZE]);

#endif
