/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A network of membership machines in one process, on a clock of its own: what
 * a node sends arrives at the other after a few milliseconds, unless the link
 * between them is cut or the message is lost.
 */
#ifndef TESSERA_SIMNET_H
#define TESSERA_SIMNET_H

#include "members.h"

#define SIM_NODES 32

struct simnet;

struct simnet *sim_new(unsigned seed);
void sim_free(struct simnet *sim);
/* Switches node i on: a new key pair, mDNS tells it and the others of each
 * other after about a second. Returns when it did. */
void sim_boot(struct simnet *sim, size_t i);
/* Power loss; sim_leave() stops the agent alone, sim_return() starts it again
 * with what it has saved. */
void sim_kill(struct simnet *sim, size_t i);
void sim_leave(struct simnet *sim, size_t i);
void sim_return(struct simnet *sim, size_t i);
/* Nodes in different groups do not hear each other; all begin in group 0. */
void sim_group(struct simnet *sim, size_t i, int group);
/* The link between two nodes alone. */
void sim_cut(struct simnet *sim, size_t i, size_t j, bool cut);
/* Node i is too busy to do anything in time. */
void sim_late(struct simnet *sim, size_t i, int64_t ms);
/* Per mille of messages lost. */
void sim_loss(struct simnet *sim, unsigned per_mille);
/* Lets time pass; asserts all along that no view shows a number twice. */
void sim_run(struct simnet *sim, int64_t ms);
/* The same, but ends as soon as done() is true; returns the ms it took, or -1
 * when it did not happen within limit. */
int64_t sim_until(struct simnet *sim, int64_t limit,
		  bool (*done)(struct simnet *sim));
struct members *sim_members(struct simnet *sim, size_t i);
/* How node i sees node j: 0 when it does not know it. */
enum node_status sim_status(struct simnet *sim, size_t i, size_t j);
uint16_t sim_number(struct simnet *sim, size_t i, size_t j);
/* Every running node lists every running node as up, with the same numbers. */
bool sim_agreed(struct simnet *sim);
int64_t sim_now(struct simnet *sim);
/* What was sent so far, by all. */
uint64_t sim_bytes(struct simnet *sim);
uint64_t sim_pings(struct simnet *sim);

#endif
