// SPDX-License-Identifier: GPL-2.0-or-later
#include "balancer.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "candidates.h"
#include "conf.h"
#include "key.h"
#include "ledger.h"
#include "mover.h"
#include "secret.h"

#define REASON 256
#define LACKS "the CPU there lacks" /* reason.c of the kernel */
#define AVOID_MS 30000		    /* a node that refused for now */
#define AVOID_LONG_MS 3600000	    /* one that will as long as it runs */
#define BROKEN_MS 60000		    /* when we cannot even ask */
#define OTHERS_LOOKS 6		    /* memory of what is not tracked, seconds */
#define IDLE_LOAD 50 /* hundredths; below there is nothing to balance */
#define LEARN_MIB 16 /* what is smaller tells nothing of transfers */

struct balancer {
	struct agent *agent;
	struct conf conf;
	sd_event_source *hup;
	struct mover *mover;
	struct candidates all;
	struct ledger ledger;
	struct node_load load; /* of the last second */
	uint32_t others;       /* own load that is not tracked, hundredths */
	struct balance_looks looks; /* at how many run of those */
	int64_t broken;		    /* nothing is moved until then, ms */
	uint16_t told; /* the home of guests that heard of us last */
	uint32_t move_ms, mib_us;
	bool looked;	   /* in the last second */
	int64_t last_look; /* when processes were looked at last, ms; 0: never */
	/* The move under way. */
	struct {
		pid_t pid;
		uint64_t start;
		uint16_t from, to;
		uint32_t wants, mem_mib;
		int64_t began;
		enum balance_reason reason;
	} order;
};

/* --- configuration --- */

static void read_conf(struct balancer *b)
{
	char line[SECRET_FILE_MAX];
	struct conf conf = b->conf;
	unsigned int at = 0;
	int r = conf_read(&conf, CONF_FILE, &at);
	ssize_t n;

	if (r == -EINVAL && at)
		agent_log(LOG_ERR,
			  CONF_FILE
			  ": line %u is not understood; nothing is changed",
			  at);
	else if (r < 0)
		agent_log(LOG_ERR, CONF_FILE ": %s; nothing is changed",
			  strerror(-r));
	n = secret_read(KERNEL_CMDLINE, line, sizeof(line));
	if (n > 0)
		(void)conf_cmdline(&conf, line, (size_t)n);
	explicit_bzero(line, sizeof(line)); /* the key may be in it */
	b->conf = conf;
	b->agent->balance = conf.balance && b->agent->kernel ? "on" : "off";
	agent_log(LOG_INFO, "balancing is %s", b->agent->balance);
}

static int on_hup(sd_event_source *s, const struct signalfd_siginfo *info,
		  void *userdata)
{
	read_conf(userdata);
	return 0;
}

/* By configuration, and not told to be quiet. */
static bool takes_part(const struct balancer *b)
{
	return b->conf.balance && !proc_admin("quiet", 0);
}

/* --- as a host --- */

static uint16_t guest_limit(const struct balancer *b,
			    const struct node_load *load)
{
	int64_t limit = b->conf.guests;

	if (limit == CONF_GUESTS_AUTO)
		limit = (int64_t)load->cpus * BALANCE_GUESTS_PER_CPU;
	return limit > GUESTS_MAX ? GUESTS_MAX : (uint16_t)limit;
}

void balancer_host(struct balancer *b, struct node_load *load)
{
	struct balance_host host = { .guest_limit = guest_limit(b, load),
				     .owner_first = b->conf.owner_first };
	struct balance_node self;

	load->guest_share = (uint8_t)b->conf.share;
	if (!b->agent->kernel)
		return;
	host.blocked = proc_admin("block", 1) || !takes_part(b);
	self = ledger_node(&b->ledger, 0, 0, load, 0);
	balance_host(&host, &self, b->load.leave, &load->room, &load->leave);
	if (load->leave && !b->load.leave)
		agent_log(LOG_NOTICE,
			  "guests shall go home: what they use is needed here");
}

/* One after the other the homes of our guests hear how we are: a large cluster's
 * gossip would take too long. */
static void tell_homes(struct balancer *b, int64_t now)
{
	const struct guests *guests = &b->agent->guests;

	uint16_t first = UINT16_MAX, next = UINT16_MAX;

	if (!guests->count)
		return;
	for (size_t i = 0; i < guests->count; i++) {
		uint16_t home = guests->list[i].home;

		if (home < first)
			first = home;
		if (home > b->told && home < next)
			next = home;
	}
	b->told = next < UINT16_MAX ? next : first;
	members_tell(b->agent->members, now, b->told);
}

/* --- what is known --- */

static size_t see_nodes(const struct balancer *b, int64_t now,
			struct balance_node ret[BALANCE_NODES])
{
	const struct node *self = members_self(b->agent->members);
	const struct node *list[BALANCE_NODES];
	size_t n = members_fresh(b->agent->members, now - BALANCE_HOST_MS, list,
				 BALANCE_NODES),
	       seen = 0;

	for (size_t i = 0; i < n; i++) {
		uint16_t number = members_number(b->agent->members, list[i]);

		if (!number || !list[i]->known || list[i]->status != NODE_UP)
			continue;
		ret[seen] = ledger_node(&b->ledger, now, number, &list[i]->load,
					(uint32_t)(now - list[i]->heard));
		ret[seen++].avoid |= memcmp(list[i]->info.build,
					    self->info.build,
					    NODE_BUILD_SIZE) != 0;
	}
	return seen;
}

/* Our load as it is now: what left is not in it, what came back is. */
static struct balance_node see_self(const struct balancer *b, int64_t now)
{
	const struct agent *a = b->agent;
	uint16_t number = members_number(a->members, members_self(a->members));
	struct balance_node self =
		ledger_node(&b->ledger, now, number, &b->load, 0);

	self.leaving_mib = ledger_leaving(&b->ledger, now, b->mib_us);
	/* An idle node does not look: then it is what is told to others. */
	if (!b->looked)
		return self;
	self.load = self.guest_load + b->others;
	for (size_t i = 0; i < b->all.count; i++)
		if (!b->all.list[i].at)
			self.load += b->all.list[i].wants;
	return self;
}

/* What of this CPU is wanted by processes that are not tracked: those of root and
 * of the kernel. Where all is used, who wants one CPU gets what the tracked get
 * for one. */
static void count_others(struct balancer *b)
{
	uint32_t running = load_running(b->agent->load), runnable = 0;
	uint32_t tracked_used = 0, tracked_wants = 0, others;
	uint32_t used = (uint32_t)b->load.util * b->load.cpus / 10, known;
	uint32_t share = BALANCE_OWN_SHARE;

	for (size_t i = 0; i < b->all.count; i++) {
		const struct candidate *c = &b->all.list[i];

		runnable += c->runnable;
		if (!c->at) {
			tracked_used += c->used;
			tracked_wants += c->wants;
		}
	}
	known = tracked_used + b->agent->guests.used;
	used -= used < known ? used : known;
	if (tracked_used * 100 < tracked_wants * share)
		share = tracked_used * 100 / tracked_wants;
	others = balance_look(&b->looks,
			      running > runnable ? running - runnable : 0);
	others = balance_wanted(others * 100, used, b->load.cpus, share);
	/* Rounded away from what it was: nothing becomes nothing in the end. */
	if (others < b->others)
		b->others -=
			(b->others - others + OTHERS_LOOKS - 1) / OTHERS_LOOKS;
	else
		b->others +=
			(others - b->others + OTHERS_LOOKS - 1) / OTHERS_LOOKS;
}

/* --- moving --- */

static void give_order(struct balancer *b, int64_t now, struct candidate *c,
		       const struct balance_move *move)
{
	const struct mover_order order = {
		.pid = c->pid,
		.uid = c->uid,
		.gid = c->gid,
		.to = move->to,
		.level = c->rules.level,
	};
	int r = mover_start(b->mover, &order);

	if (r < 0) {
		b->broken = now + BROKEN_MS;
		return;
	}
	c->ordered = true;
	b->order.pid = c->pid;
	b->order.start = c->start;
	b->order.from = c->at;
	b->order.to = move->to;
	b->order.wants = c->wants;
	b->order.mem_mib = c->mem_mib;
	b->order.began = now;
	b->order.reason = move->reason;
	if (move->to)
		agent_log(LOG_INFO, "process %d (%s) goes to node %u: %s",
			  c->pid, c->comm, move->to,
			  balance_reason_text(move->reason));
	else
		agent_log(LOG_INFO, "process %d (%s) goes home: %s", c->pid,
			  c->comm, balance_reason_text(move->reason));
}

static void start(struct balancer *b, int64_t now, struct candidate *c,
		  const struct balance_move *move)
{
	/* Else the next second knows better. */
	if (candidate_still_goes(c, move->to))
		give_order(b, now, c, move);
}

/* Without those that are at home; returns how many are left. */
static size_t keep_away(struct balance_process processes[], size_t index[],
			size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (!processes[i].at)
			continue;
		processes[kept] = processes[i];
		index[kept++] = index[i];
	}
	return kept;
}

/* Memory follows slowly: a host that is looked at when somebody has just come has
 * not got it. */
static void see_hosts(struct balancer *b, const struct balance_view *view)
{
	for (size_t i = 0; i < b->all.count; i++)
		for (size_t j = 0; b->all.list[i].came && j < view->n_nodes;
		     j++)
			candidate_host(&b->all.list[i], &view->nodes[j]);
}

static void decide(struct balancer *b, int64_t now)
{
	struct balance_process processes[BALANCE_PROCESSES];
	struct balance_node nodes[BALANCE_NODES];
	size_t index[BALANCE_PROCESSES];
	struct balance_view view = {
		.now = now,
		.nodes = nodes,
		.processes = processes,
		.move_ms = b->move_ms,
		.mib_us = b->mib_us,
		.random = randombytes_random(),
	};
	struct balance_move move;

	if (mover_busy(b->mover) || now < b->broken || proc_admin("stay", 0))
		return;
	view.n_nodes = see_nodes(b, now, nodes);
	see_hosts(b, &view);
	view.n_processes = candidates_processes(&b->all, now, processes, index);
	if (proc_admin("lstay", 0))
		view.n_processes =
			keep_away(processes, index, view.n_processes);
	if (!view.n_processes)
		return;
	view.self = see_self(b, now);
	move = balance_decide(&view);
	if (move.reason)
		start(b, now, &b->all.list[index[move.process]], &move);
}

static uint32_t resident_mib(const struct proc_stat *stat)
{
	return (uint32_t)(stat->pages * (uint64_t)sysconf(_SC_PAGESIZE) >> 20);
}

/* Leaving costs the same for all sizes, memory follows; coming home brings it
 * along: as much as there is now, not as there was when it left. */
static void learn(struct balancer *b, int64_t took)
{
	struct proc_stat stat;
	uint32_t mib;

	if (b->order.to) {
		if (!b->order.from)
			b->move_ms = (uint32_t)((b->move_ms * 3 + took) / 4);
		return;
	}
	if (proc_stat_read(&stat, b->order.pid) < 0 ||
	    stat.start != b->order.start)
		return;
	mib = resident_mib(&stat);
	if (mib >= LEARN_MIB) {
		int64_t us = (took - b->move_ms) * 1000 / mib;

		if (us > 0)
			b->mib_us = (uint32_t)((b->mib_us * 3 + us) / 4);
	}
}

/* Whoever asks where it should be wants at least a CPU for it. */
static int see_process(const struct balancer *b, pid_t pid,
		       struct balance_process *ret)
{
	const struct candidate *c;
	struct proc_stat stat;
	int64_t at = 0;

	if (proc_stat_read(&stat, pid) < 0)
		return -ESRCH;
	(void)proc_read_number(&at, "%d/where", pid);
	*ret = (struct balance_process){
		.at = (uint16_t)at,
		.wants = 100,
		.mem_mib = resident_mib(&stat),
	};
	c = candidates_find(&b->all, pid, stat.start);
	if (!c)
		return 0;
	if (c->wants > ret->wants)
		ret->wants = c->wants;
	if (at) {
		ret->mem_mib = c->mem_mib;
		ret->there_mib = c->there_mib;
	}
	if (rules_choose(&c->rules))
		ret->rules = &c->rules;
	ret->level = c->rules.level;
	return 0;
}

int balancer_best(const struct balancer *b, int64_t now, pid_t pid,
		  uint16_t *ret)
{
	struct balance_node nodes[BALANCE_NODES];
	struct balance_process process;
	struct balance_view view = {
		.now = now,
		.nodes = nodes,
		.processes = &process,
		.n_processes = 1,
	};
	int r;

	if (!b->agent->members)
		return -ENOTCONN;
	r = see_process(b, pid, &process);
	if (r < 0)
		return r;
	view.n_nodes = see_nodes(b, now, nodes);
	view.self = see_self(b, now);
	*ret = balance_best(&view);
	return 0;
}

int64_t balancer_blames_node(const char *reason)
{
	static const struct {
		const char *words; /* of the kernel's reason.c, their beginning */
		int64_t ms;
	} nodes[] = {
		{ LACKS, AVOID_LONG_MS },
		{ "the node runs another kernel", AVOID_LONG_MS },
		{ "the node ", AVOID_MS },
		{ "there is no such node", AVOID_MS },
		{ "there is no connection", AVOID_MS },
		{ "the connection ", AVOID_MS },
		{ "there is not enough memory", AVOID_MS },
		{ "it took too long", AVOID_MS },
	};

	for (size_t i = 0; i < sizeof(nodes) / sizeof(*nodes); i++)
		if (strncmp(reason, nodes[i].words, strlen(nodes[i].words)) ==
		    0)
			return nodes[i].ms;
	return 0;
}

/* If it is busy the kernel has not tried, and what it says of a node it said of an
 * earlier move. */
static void ask_reason(char ret[REASON], pid_t pid, int error)
{
	if (proc_read_line(ret, REASON, "%d/cantmove", pid) < 0 ||
	    (error == -EBUSY && balancer_blames_node(ret)))
		*ret = '\0';
}

static void refused(struct balancer *b, int64_t now, struct candidate *c,
		    int error)
{
	char reason[REASON];
	unsigned int lacks = 0;
	int64_t avoid;

	b->agent->counters[COUNTER_BALANCE_REFUSED]++;
	ask_reason(reason, b->order.pid, error);
	avoid = b->order.to ? balancer_blames_node(reason) : 0;
	if (strncmp(reason, LACKS, strlen(LACKS)) == 0)
		lacks = c && c->rules.level ? c->rules.level :
					      BALANCE_ANY_LEVEL;
	if (avoid)
		ledger_avoid(&b->ledger, now, b->order.to, lacks, now + avoid);
	else if (c)
		candidate_refused(c, now);
	agent_log(LOG_INFO, "process %d stays: %s", b->order.pid,
		  *reason ? reason : strerror(-error));
}

static void on_done(int error, void *userdata)
{
	struct balancer *b = userdata;
	int64_t now = agent_now(b->agent);
	struct candidate *c =
		candidates_find(&b->all, b->order.pid, b->order.start);

	if (c)
		c->ordered = false;
	if (error == -ECHILD) {
		agent_log(LOG_ERR,
			  "a process of user %u cannot be moved: no right to "
			  "become this user",
			  c ? c->uid : 0);
		b->broken = now + BROKEN_MS;
		return;
	}
	if (error < 0) {
		refused(b, now, c, error);
		return;
	}
	b->agent->counters[COUNTER_BALANCE_MOVED]++;
	learn(b, now - b->order.began);
	if (b->order.from)
		ledger_left(&b->ledger, now, b->order.from, b->order.wants);
	if (b->order.to)
		ledger_send(&b->ledger, now, b->order.to, b->order.wants,
			    b->order.mem_mib, !b->order.from);
	if (c)
		candidate_moved(c, now, b->order.to,
				b->order.from && b->order.to ? 2 : 1);
	/* Then its first second there tells of its calls. */
	if (c && b->order.to)
		c->switches = proc_switches(c->pid);
	/* It would only crawl again. */
	if (c && b->order.reason == BALANCE_CRAWL)
		candidate_refused(c, now);
	/* There may be another one for whom it is time. */
	if (b->looked && b->agent->members)
		decide(b, now);
}

static bool somebody_is_away(const struct balancer *b)
{
	for (size_t i = 0; i < b->all.count; i++)
		if (b->all.list[i].at)
			return true;
	return false;
}

/* Without anybody who computes: who waits for memory does not. */
static bool memory_is_short(const struct balancer *b)
{
	struct balance_node self = ledger_node(&b->ledger, 0, 0, &b->load, 0);

	return balance_is_short(&self);
}

/* What was sent by hand is not known to be away until processes are looked at. */
static bool may_be_asked(const struct balancer *b, int64_t now)
{
	const struct node *list[BALANCE_NODES];
	size_t n;

	if (b->last_look && now - b->last_look < BALANCE_ASKED_MS)
		return false;
	n = members_fresh(b->agent->members, now - BALANCE_HOST_MS, list,
			  BALANCE_NODES);
	for (size_t i = 0; i < n; i++)
		if (list[i]->known && list[i]->load.leave)
			return true;
	return false;
}

/* An idle node has nothing to look for, and shall not pay for looking. */
static bool has_work(const struct balancer *b, int64_t now)
{
	return b->load.load >= (uint32_t)b->load.guest_load + IDLE_LOAD ||
	       memory_is_short(b) || somebody_is_away(b) ||
	       may_be_asked(b, now);
}

void balancer_second(struct balancer *b, int64_t now,
		     const struct node_load *load)
{
	b->load = *load;
	b->looked = false;
	if (!b->agent->kernel || !b->agent->members)
		return;
	tell_homes(b, now);
	if (!has_work(b, now) || !takes_part(b))
		return;
	if (candidates_look(&b->all, now, memory_is_short(b)) < 0)
		return;
	b->looked = true;
	b->last_look = now;
	count_others(b);
	decide(b, now);
}

int balancer_new(struct balancer **ret, struct agent *a)
{
	struct balancer *b = calloc(1, sizeof(*b));
	sigset_t hup;
	int r;

	if (!b)
		return -ENOMEM;
	b->agent = a;
	b->conf = conf_defaults;
	b->move_ms = BALANCE_MOVE_MS;
	b->mib_us = BALANCE_MIB_US;
	read_conf(b);
	sigemptyset(&hup);
	sigaddset(&hup, SIGHUP);
	sigprocmask(SIG_BLOCK, &hup, NULL);
	r = sd_event_add_signal(a->event, &b->hup, SIGHUP, on_hup, b);
	if (r >= 0)
		r = mover_new(&b->mover, a->event, on_done, b);
	if (r < 0) {
		balancer_free(b);
		return r;
	}
	*ret = b;
	return 0;
}

void balancer_free(struct balancer *b)
{
	if (!b)
		return;
	sd_event_source_disable_unref(b->hup);
	mover_free(b->mover);
	candidates_free(&b->all);
	free(b);
}
