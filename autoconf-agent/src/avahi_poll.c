// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * AvahiPoll on sd-event. Avahi gives time-outs as points of wall-clock time;
 * they are turned into durations at once, because the clock of a freshly
 * booted machine jumps.
 */
#include "avahi_poll.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <time.h>

struct AvahiWatch {
	sd_event_source *source;
	AvahiWatchEvent got;
	AvahiWatchCallback callback;
	void *userdata;
};

struct AvahiTimeout {
	sd_event_source *source;
	AvahiTimeoutCallback callback;
	void *userdata;
};

static uint32_t to_epoll(AvahiWatchEvent e)
{
	return (e & AVAHI_WATCH_IN ? EPOLLIN : 0u) |
	       (e & AVAHI_WATCH_OUT ? EPOLLOUT : 0u);
}

static int on_io(sd_event_source *s, int fd, uint32_t revents, void *userdata)
{
	AvahiWatch *w = userdata;

	(void)s;
	w->got = (revents & EPOLLIN ? AVAHI_WATCH_IN : 0) |
		 (revents & EPOLLOUT ? AVAHI_WATCH_OUT : 0) |
		 (revents & EPOLLERR ? AVAHI_WATCH_ERR : 0) |
		 (revents & EPOLLHUP ? AVAHI_WATCH_HUP : 0);
	w->callback(w, fd, w->got, w->userdata);
	return 0;
}

static AvahiWatch *watch_new(const AvahiPoll *api, int fd, AvahiWatchEvent e,
			     AvahiWatchCallback callback, void *userdata)
{
	AvahiWatch *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->callback = callback;
	w->userdata = userdata;
	if (sd_event_add_io(api->userdata, &w->source, fd, to_epoll(e), on_io,
			    w) < 0) {
		free(w);
		return NULL;
	}
	return w;
}

static void watch_update(AvahiWatch *w, AvahiWatchEvent e)
{
	sd_event_source_set_io_events(w->source, to_epoll(e));
}

static AvahiWatchEvent watch_get_events(AvahiWatch *w)
{
	return w->got;
}

static void watch_free(AvahiWatch *w)
{
	sd_event_source_disable_unref(w->source);
	free(w);
}

static int on_time(sd_event_source *s, uint64_t usec, void *userdata)
{
	AvahiTimeout *t = userdata;

	(void)s;
	(void)usec;
	t->callback(t, t->userdata);
	return 0;
}

static void timeout_update(AvahiTimeout *t, const struct timeval *at)
{
	struct timeval now;
	int64_t usec;

	if (!at) {
		sd_event_source_set_enabled(t->source, SD_EVENT_OFF);
		return;
	}
	gettimeofday(&now, NULL);
	usec = (int64_t)(at->tv_sec - now.tv_sec) * 1000000 +
	       (at->tv_usec - now.tv_usec);
	sd_event_source_set_time_relative(t->source,
					  usec > 0 ? (uint64_t)usec : 0);
	sd_event_source_set_enabled(t->source, SD_EVENT_ONESHOT);
}

/* Not with sd-event's default slack of 250 ms: each message over D-Bus is passed
 * on by a time-out that is due at once. */
static AvahiTimeout *timeout_new(const AvahiPoll *api, const struct timeval *at,
				 AvahiTimeoutCallback callback, void *userdata)
{
	AvahiTimeout *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->callback = callback;
	t->userdata = userdata;
	if (sd_event_add_time_relative(api->userdata, &t->source,
				       CLOCK_BOOTTIME, 0, 1, on_time, t) < 0) {
		free(t);
		return NULL;
	}
	timeout_update(t, at);
	return t;
}

static void timeout_free(AvahiTimeout *t)
{
	sd_event_source_disable_unref(t->source);
	free(t);
}

void avahi_poll_init(AvahiPoll *api, sd_event *event)
{
	*api = (AvahiPoll){
		.userdata = event,
		.watch_new = watch_new,
		.watch_update = watch_update,
		.watch_get_events = watch_get_events,
		.watch_free = watch_free,
		.timeout_new = timeout_new,
		.timeout_update = timeout_update,
		.timeout_free = timeout_free,
	};
}
