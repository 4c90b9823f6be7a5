/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names and numbers of nodes, for commands about processes.
 */
#ifndef TESSERA_TESS_NODES_H
#define TESSERA_TESS_NODES_H

#include <jansson.h>
#include <stdbool.h>

/* The agent's "nodes", or NULL where there is no agent: numbers then have no
 * names. */
json_t *nodes_ask(void);
/* A node by number or name, as an argument. TESS_OK, or what was told. */
int nodes_find(const char *text, bool json, unsigned int *ret);
/* Tells that nobody has that number. */
int nodes_none(bool json, unsigned int number);
/* These work with NULL. nodes_number(): 0 for nobody, nodes_self(): 0 for none
 * yet, nodes_name(): NULL. */
unsigned int nodes_number(const json_t *reply, const char *name);
unsigned int nodes_self(const json_t *reply);
const char *nodes_name(const json_t *reply, unsigned int number);

#define NODES_TEXT 80
/* "tess-000003 (node 3)", "node 3" */
void nodes_text(char ret[NODES_TEXT], const json_t *reply, unsigned int number);

#endif
