// SPDX-License-Identifier: GPL-2.0
/*
 * ioctl() and fcntl() of a guest, see marshal.h. What a command's argument is has
 * to be known for each: the size in its number is wrong often enough. Unknown ones
 * are done at home.
 */
#include <linux/blkdev.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/if.h>
#include <linux/nsfs.h>
#include <linux/random.h>
#include <linux/sockios.h>
#include <linux/termios.h>
#include <linux/uaccess.h>
#include <asm/ioctls.h>

#include "marshal.h"

struct command {
	u32 number;
	struct call_arg as;
};

#define VALUE(number)		{ number, { ARG_VALUE } }
#define IN(number, type)	{ number, { ARG_IN, sizeof(type) } }
#define OUT(number, type)	{ number, { ARG_OUT, sizeof(type) } }
#define INOUT(number, type)	{ number, { ARG_INOUT, sizeof(type) } }

static const struct command ioctls[] = {
	/* any file */
	VALUE(FIOCLEX), VALUE(FIONCLEX), IN(FIONBIO, int), IN(FIOASYNC, int),
	OUT(FIONREAD, int), OUT(FIOQSIZE, loff_t), OUT(FIGETBSZ, int),

	/* terminals */
	OUT(TCGETS, struct termios), IN(TCSETS, struct termios),
	IN(TCSETSW, struct termios), IN(TCSETSF, struct termios),
	OUT(TCGETA, struct termio), IN(TCSETA, struct termio),
	IN(TCSETAW, struct termio), IN(TCSETAF, struct termio),
	OUT(TCGETS2, struct termios2), IN(TCSETS2, struct termios2),
	IN(TCSETSW2, struct termios2), IN(TCSETSF2, struct termios2),
	OUT(TIOCGLCKTRMIOS, struct termios), IN(TIOCSLCKTRMIOS, struct termios),
	VALUE(TCSBRK), VALUE(TCSBRKP), VALUE(TCXONC), VALUE(TCFLSH),
	VALUE(TIOCSBRK), VALUE(TIOCCBRK), VALUE(TIOCEXCL), VALUE(TIOCNXCL),
	OUT(TIOCGEXCL, int), VALUE(TIOCSCTTY), VALUE(TIOCNOTTY),
	OUT(TIOCGPGRP, pid_t), IN(TIOCSPGRP, pid_t), OUT(TIOCGSID, pid_t),
	OUT(TIOCGWINSZ, struct winsize), IN(TIOCSWINSZ, struct winsize),
	OUT(TIOCOUTQ, int), IN(TIOCSTI, char), OUT(TIOCGDEV, unsigned int),
	OUT(TIOCGETD, int), IN(TIOCSETD, int),
	OUT(TIOCGSOFTCAR, int), IN(TIOCSSOFTCAR, int),
	OUT(TIOCMGET, int), IN(TIOCMSET, int), IN(TIOCMBIS, int), IN(TIOCMBIC, int),
	IN(TIOCPKT, int), OUT(TIOCGPKT, int), OUT(TIOCGPTN, unsigned int),
	IN(TIOCSPTLCK, int), OUT(TIOCGPTLCK, int), VALUE(TIOCGPTPEER), VALUE(TIOCSIG),
	VALUE(TIOCVHANGUP), VALUE(TIOCCONS),

	/* sockets and network devices */
	OUT(SIOCATMARK, int), IN(FIOSETOWN, int), IN(SIOCSPGRP, int),
	OUT(FIOGETOWN, int), OUT(SIOCGPGRP, int), OUT(SIOCOUTQNSD, int),
	OUT(SIOCGSTAMP_OLD, struct __kernel_old_timeval),
	OUT(SIOCGSTAMPNS_OLD, struct __kernel_timespec),
	OUT(SIOCGSTAMP_NEW, long long[2]), OUT(SIOCGSTAMPNS_NEW, long long[2]),
	INOUT(SIOCGIFNAME, struct ifreq), INOUT(SIOCGIFINDEX, struct ifreq),
	INOUT(SIOCGIFFLAGS, struct ifreq), INOUT(SIOCSIFFLAGS, struct ifreq),
	INOUT(SIOCGIFADDR, struct ifreq), INOUT(SIOCSIFADDR, struct ifreq),
	INOUT(SIOCGIFDSTADDR, struct ifreq), INOUT(SIOCSIFDSTADDR, struct ifreq),
	INOUT(SIOCGIFBRDADDR, struct ifreq), INOUT(SIOCSIFBRDADDR, struct ifreq),
	INOUT(SIOCGIFNETMASK, struct ifreq), INOUT(SIOCSIFNETMASK, struct ifreq),
	INOUT(SIOCGIFMETRIC, struct ifreq), INOUT(SIOCSIFMETRIC, struct ifreq),
	INOUT(SIOCGIFMTU, struct ifreq), INOUT(SIOCSIFMTU, struct ifreq),
	INOUT(SIOCGIFHWADDR, struct ifreq), INOUT(SIOCSIFHWADDR, struct ifreq),
	INOUT(SIOCGIFTXQLEN, struct ifreq), INOUT(SIOCSIFTXQLEN, struct ifreq),
	INOUT(SIOCGIFMAP, struct ifreq), INOUT(SIOCSIFNAME, struct ifreq),
	INOUT(SIOCADDMULTI, struct ifreq), INOUT(SIOCDELMULTI, struct ifreq),

	/* file systems; the first two are an int, whatever their numbers say */
	OUT(FS_IOC_GETFLAGS, int), IN(FS_IOC_SETFLAGS, int), OUT(FS_IOC_GETVERSION, int),
	OUT(FS_IOC_FSGETXATTR, struct fsxattr), IN(FS_IOC_FSSETXATTR, struct fsxattr),
	VALUE(FICLONE), IN(FICLONERANGE, struct file_clone_range),

	/* block devices */
	OUT(BLKGETSIZE, long), OUT(BLKGETSIZE64, u64), OUT(BLKSSZGET, int),
	OUT(BLKBSZGET, int), OUT(BLKPBSZGET, int), OUT(BLKIOMIN, int), OUT(BLKIOOPT, int),
	OUT(BLKALIGNOFF, int), OUT(BLKSECTGET, unsigned short),
	OUT(BLKROTATIONAL, unsigned short), OUT(BLKDISCARDZEROES, int),
	OUT(BLKROGET, int), OUT(BLKRAGET, long), OUT(BLKGETDISKSEQ, u64),
	VALUE(BLKRASET), VALUE(BLKFLSBUF),

	/* others that programs of every day use */
	OUT(RNDGETENTCNT, int), VALUE(NS_GET_USERNS), VALUE(NS_GET_PARENT),
	VALUE(NS_GET_NSTYPE), OUT(NS_GET_OWNER_UID, uid_t),
};

static const struct command fcntls[] = {
	VALUE(F_DUPFD), VALUE(F_DUPFD_CLOEXEC), VALUE(F_DUPFD_QUERY), VALUE(F_CREATED_QUERY),
	VALUE(F_GETFD), VALUE(F_SETFD), VALUE(F_GETFL), VALUE(F_SETFL),
	INOUT(F_GETLK, struct flock), IN(F_SETLK, struct flock), IN(F_SETLKW, struct flock),
	INOUT(F_OFD_GETLK, struct flock), IN(F_OFD_SETLK, struct flock),
	IN(F_OFD_SETLKW, struct flock),
	VALUE(F_GETOWN), VALUE(F_SETOWN), VALUE(F_GETSIG), VALUE(F_SETSIG),
	OUT(F_GETOWN_EX, struct f_owner_ex), IN(F_SETOWN_EX, struct f_owner_ex),
	OUT(F_GETOWNER_UIDS, uid_t[2]),
	VALUE(F_GETLEASE), VALUE(F_SETLEASE), VALUE(F_NOTIFY),
	VALUE(F_SETPIPE_SZ), VALUE(F_GETPIPE_SZ), VALUE(F_ADD_SEALS), VALUE(F_GET_SEALS),
	OUT(F_GET_RW_HINT, u64), IN(F_SET_RW_HINT, u64),
};

#undef VALUE
#undef IN
#undef OUT
#undef INOUT

/* The second argument says what the third is. */
static long by_command(struct tessera_call *call, const struct command *commands, size_t count)
{
	u32 number = call_arg(call, 1);
	size_t i;
	int ret;

	for (i = 0; i < count; i++) {
		if (commands[i].number == number)
			break;
	}
	if (i == count)
		return CALL_GO_HOME;
	ret = call_arg_as(call, 2, &commands[i].as);
	return ret ?: call_run(call);
}

/* The list of interfaces goes to where the structure says; how long it is comes back. */
static long interface_list(struct tessera_call *call)
{
	struct ifconf __user *to = (void __user *)call_arg(call, 2);
	struct ifconf list;
	u32 head, entries;
	long ret;

	if (copy_from_user(&list, to, sizeof(list)))
		return -EFAULT;
	if (list.ifc_len > (int)CALL_CHUNK)
		return CALL_GO_HOME;
	ret = call_put(call, &list, sizeof(list), &head);
	if (!ret)
		ret = call_return(call, head, NULL, sizeof(list));
	/* Without a buffer home tells the length of one. */
	if (!ret && list.ifc_buf) {
		void __user *buffer = list.ifc_buf;
		size_t size = max(list.ifc_len, 0);

		ret = call_put_user(call, buffer, size, &entries);
		if (!ret)
			ret = call_return(call, entries, buffer, size);
		if (!ret)
			ret = call_point(call, head + offsetof(struct ifconf, ifc_buf), entries);
	}
	if (ret)
		return ret;
	call_point_arg(call, 2, head);
	ret = call_run(call);
	if (ret < 0)
		return ret;
	if (call_returned(call, head, &list, sizeof(list)) || put_user(list.ifc_len, &to->ifc_len))
		return -EFAULT;
	return ret;
}

long marshal_ioctl(struct tessera_call *call)
{
	if ((u32)call_arg(call, 1) == SIOCGIFCONF)
		return interface_list(call);
	return by_command(call, ioctls, ARRAY_SIZE(ioctls));
}

long marshal_fcntl(struct tessera_call *call)
{
	return by_command(call, fcntls, ARRAY_SIZE(fcntls));
}
