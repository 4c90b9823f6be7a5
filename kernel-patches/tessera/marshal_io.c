// SPDX-License-Identifier: GPL-2.0
/*
 * read() and write() of a guest, and their vectors, see marshal.h. What is larger
 * than a message goes in parts where the program cannot see the difference: for
 * sockets that keep the bounds of messages it can, and home refuses a part.
 */
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <asm/unistd.h>

#include "marshal.h"

#define ROOM_ALIGN	64	/* of call_room() */
#define PUT_ALIGN	8	/* of call_put() */

/* --- vectors --- */

int marshal_iov_get(struct marshal_iov *v, const void __user *iov, unsigned long segments)
{
	unsigned int i;

	v->iov = iovec_from_user(iov, segments, UIO_FASTIOV, v->fast, false);
	if (IS_ERR(v->iov))
		return PTR_ERR(v->iov);
	v->segments = segments;
	v->total = 0;
	v->laid = v->laid_fast;
	for (i = 0; i < v->segments; i++) {
		struct iovec *one = &v->iov[i];

		if (!access_ok(one->iov_base, one->iov_len) || (!one->iov_base && one->iov_len)) {
			marshal_iov_put(v);
			return -EFAULT;
		}
		one->iov_len = min_t(size_t, one->iov_len, MAX_RW_COUNT - v->total);
		v->total += one->iov_len;
	}
	if (v->segments > UIO_FASTIOV) {
		v->laid = kmalloc_array(v->segments, sizeof(*v->laid), GFP_KERNEL);
		if (!v->laid) {
			v->laid = v->laid_fast;
			marshal_iov_put(v);
			return -ENOMEM;
		}
	}
	return 0;
}

void marshal_iov_put(struct marshal_iov *v)
{
	if (v->iov != v->fast)
		kfree(v->iov);
	if (v->laid != v->laid_fast)
		kfree(v->laid);
}

size_t marshal_iov_limit(const struct marshal_iov *v, bool back, size_t spare)
{
	size_t room = back ? TESSERA_ARENA_MAX - TESSERA_ARENA_IN : TESSERA_ARENA_IN;
	size_t taken = spare;

	taken += v->segments * (back ? ROOM_ALIGN : PUT_ALIGN + sizeof(struct iovec));
	if (taken >= room)
		return 0;
	return min_t(size_t, room - taken, CALL_CHUNK);
}

int marshal_iov_lay(struct tessera_call *call, const struct marshal_iov *v, size_t from,
		    size_t length, bool back, u32 *ret_offset, unsigned int *ret_segments)
{
	unsigned int i, n = 0;
	u32 at;
	int ret;

	/* The data comes first: so a single piece of it is aligned for O_DIRECT. */
	for (i = 0; i < v->segments && length; i++) {
		void __user *base = v->iov[i].iov_base + from;
		size_t here;

		if (from >= v->iov[i].iov_len) {
			from -= v->iov[i].iov_len;
			continue;
		}
		here = min(v->iov[i].iov_len - from, length);
		ret = back ? call_room(call, base, here, 1, &at) :
			     call_put_user(call, base, here, &at);
		if (ret)
			return ret;
		/* Until it is pointed to, the offset stands in for the address. */
		v->laid[n++] = (struct iovec) { (void __user *)(unsigned long)at, here };
		length -= here;
		from = 0;
	}
	ret = call_put(call, v->laid, n * sizeof(*v->laid), ret_offset);
	for (i = 0; i < n && !ret; i++)
		ret = call_point(call, *ret_offset + i * sizeof(*v->laid),
				 (u32)(unsigned long)v->laid[i].iov_base);
	*ret_segments = n;
	return ret;
}

/* --- parts --- */

struct transfer {
	struct tessera_call *call;
	struct marshal_iov v;
	loff_t position;
	bool back;		/* the data comes back: it reads */
	bool vector;
	bool positioned;
	bool split;		/* no part is the whole */
};

static long transfer_part(struct transfer *t, size_t done, size_t length)
{
	struct tessera_call *call = t->call;
	void __user *at = t->v.iov[0].iov_base + done;
	unsigned int segments;
	u32 offset;
	int ret;

	if (t->vector) {
		ret = marshal_iov_lay(call, &t->v, done, length, t->back, &offset, &segments);
		call_set_arg(call, 2, segments);
	} else {
		ret = t->back ? call_room(call, at, length, 1, &offset) :
				call_put_user(call, at, length, &offset);
		call_set_arg(call, 2, length);
	}
	if (ret)
		return ret;
	call_point_arg(call, 1, offset);
	if (t->positioned)
		call_set_arg(call, 3, t->position + done);
	if (t->split)
		call_split(call);
	return call_run(call);
}

/*
 * Writing goes on as it would in one go: until less than asked for was taken.
 * Reading goes on only in files, where another read would not wait.
 */
static long transfer(struct transfer *t)
{
	size_t limit = marshal_iov_limit(&t->v, t->back, 0);
	size_t length, done = 0;
	long ret;

	t->split = t->v.total > limit;
	do {
		length = min(t->v.total - done, limit);
		ret = transfer_part(t, done, length);
		if (ret < 0)
			return done ? done : ret;
		done += ret;
	} while (ret == length && done < t->v.total &&
		 (!t->back || call_on_regular_file(t->call)));
	return done;
}

static long plain(struct tessera_call *call, bool back)
{
	struct transfer t = { .call = call, .back = back };
	void __user *buffer = (void __user *)call_arg(call, 1);
	size_t count = call_arg(call, 2);

	if ((ssize_t)count < 0)
		return -EINVAL;
	if (!access_ok(buffer, count) || (!buffer && count))
		return -EFAULT;
	t.positioned = call_nr(call) == __NR_pread64 || call_nr(call) == __NR_pwrite64;
	t.position = call_arg(call, 3);
	t.v.iov = t.v.fast;
	t.v.total = min_t(size_t, count, MAX_RW_COUNT);
	t.v.fast[0] = (struct iovec) { buffer, t.v.total };
	return transfer(&t);
}

static long vector(struct tessera_call *call, bool back)
{
	struct transfer t = { .call = call, .back = back, .vector = true };
	u32 nr = call_nr(call);
	long ret;

	t.position = call_arg(call, 3);
	if (nr == __NR_preadv2 || nr == __NR_pwritev2)
		t.positioned = t.position != -1;	/* -1: where the file stands */
	else
		t.positioned = nr == __NR_preadv || nr == __NR_pwritev;
	if (t.positioned && t.position < 0)
		return -EINVAL;
	ret = marshal_iov_get(&t.v, (void __user *)call_arg(call, 1), call_arg(call, 2));
	if (ret)
		return ret;
	ret = transfer(&t);
	marshal_iov_put(&t.v);
	return ret;
}

long marshal_read(struct tessera_call *call)
{
	return plain(call, true);
}

long marshal_write(struct tessera_call *call)
{
	return plain(call, false);
}

long marshal_readv(struct tessera_call *call)
{
	return vector(call, true);
}

long marshal_writev(struct tessera_call *call)
{
	return vector(call, false);
}
