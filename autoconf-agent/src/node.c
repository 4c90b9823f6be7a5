// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The words for a node's status and role, as `tess nodes` shows them.
 */
#include "node.h"

const char *node_status_name(enum node_status status)
{
	switch (status) {
	case NODE_JOINING:
		return "joining";
	case NODE_UP:
		return "up";
	case NODE_SUSPECT:
		return "suspect";
	case NODE_DOWN:
		return "down";
	case NODE_LEFT:
		return "left";
	}
	return "unknown";
}

const char *node_role_name(enum node_role role)
{
	switch (role) {
	case NODE_ROLE_FULL:
		return "full";
	case NODE_ROLE_DRONE:
		return "drone";
	}
	return "unknown";
}
