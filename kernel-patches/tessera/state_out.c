// SPDX-License-Identifier: GPL-2.0
/*
 * The state of a group that stands still, as it is sent in either direction; by
 * the carrier, for all.
 */
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "depart.h"
#include "files.h"
#include "group.h"
#include "image.h"
#include "memory.h"
#include "space.h"
#include "stream.h"
#include "thread.h"
#include "times.h"

static void actions_save(struct state_process *process)
{
	struct sighand_struct *sighand = tessera_own_sighand();
	unsigned int i;

	spin_lock_irq(&sighand->siglock);
	for (i = 0; i < STATE_ACTIONS; i++) {
		const struct sigaction *from = &sighand->action[i].sa;
		struct state_action *to = &process->actions[i];

		to->handler = (unsigned long)from->sa_handler;
		to->flags = from->sa_flags;
		to->restorer = (unsigned long)from->sa_restorer;
		to->mask = from->sa_mask.sig[0];
	}
	spin_unlock_irq(&sighand->siglock);
}

static void limits_save(struct state_process *process)
{
	unsigned int i;

	BUILD_BUG_ON(RLIM_NLIMITS != STATE_LIMITS);
	task_lock(current->group_leader);
	for (i = 0; i < STATE_LIMITS; i++) {
		process->limits[i][0] = current->signal->rlim[i].rlim_cur;
		process->limits[i][1] = current->signal->rlim[i].rlim_max;
	}
	task_unlock(current->group_leader);
}

static void put_chunks(struct tessera_writer *writer, struct tessera_memory *memory)
{
	struct tessera_chunk *chunk;
	unsigned long index;

	xa_for_each(&memory->chunks, index, chunk) {
		struct state_chunk state = { .address = chunk->address };

		memcpy(state.home, chunk->home, sizeof(state.home));
		memcpy(state.copied, chunk->copied, sizeof(state.copied));
		tessera_writer_put(writer, &state, sizeof(state));
	}
}

static void put_threads(struct tessera_writer *writer, struct tessera_group *group)
{
	struct tessera_task *member;

	/* Whoever is killed leaves when this is over. */
	list_for_each_entry(member, &group->members, entry) {
		tessera_writer_put(writer, member->state, sizeof(*member->state));
		tessera_writer_put(writer, member->xstate, member->state->xstate);
		tessera_writer_put(writer, member->signals,
				   member->state->signals * sizeof(*member->signals));
		tessera_task_state_free(member);	/* what comes next is the peer's */
	}
}

/* For the host; it may open the same ones, where it has them. */
static struct state_file *files_save(struct tessera_group *group, u32 *ret_count)
{
	struct state_file *files;

	*ret_count = 0;
	if (group->guest || !tessera_image_same(tessera_link_hello(group->link)))
		return NULL;
	files = kvcalloc(TESSERA_FILES_MAX, sizeof(*files), GFP_KERNEL);
	if (files)
		*ret_count = tessera_files_on_image(group->files, files);
	return files;
}

static int is_signalfd(const void *unused, struct file *file, unsigned int fd)
{
	return file_inode(file)->i_sb->s_magic == ANON_INODE_FS_MAGIC &&
	       !strcmp(file->f_path.dentry->d_name.name, "[signalfd]");
}

int tessera_state_send(struct tessera_group *group)
{
	struct state_process *process;
	struct tessera_writer writer;
	struct state_file *files;
	struct state_vma *vmas;
	u32 count;
	int ret;

	process = kzalloc(sizeof(*process), GFP_KERNEL);
	if (!process)
		return -ENOMEM;
	vmas = tessera_space_list(group, &count);
	if (IS_ERR(vmas)) {
		kfree(process);
		return PTR_ERR(vmas);
	}
	files = files_save(group, &process->files);
	process->threads = tessera_group_hold(group);
	process->vmas = count;
	process->chunks = group->memory->count;
	process->personality = current->personality;
#ifdef CONFIG_MEMBARRIER
	process->barriers = atomic_read(&current->mm->membarrier_state);
#endif
	process->signalfd = !group->guest && iterate_fd(current->files, 0, is_signalfd, NULL);
	tessera_space_save(process);
	actions_save(process);
	limits_save(process);
	tessera_times_ended(&process->ended);
	process->monotonic_ns = tessera_times_monotonic();
	tessera_times_process(&group->left);
	group->told = group->left;
	group->since = ktime_get_boottime_ns();

	ret = tessera_writer_init(&writer, group);
	if (!ret) {
		tessera_writer_put(&writer, process, sizeof(*process));
		tessera_writer_put(&writer, files, process->files * sizeof(*files));
		tessera_writer_put(&writer, vmas, count * sizeof(*vmas));
		put_chunks(&writer, group->memory);
		put_threads(&writer, group);
		ret = tessera_writer_finish(&writer);
	}
	tessera_group_release(group);
	kvfree(files);
	kvfree(vmas);
	kfree(process);
	return ret;
}
