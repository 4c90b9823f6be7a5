// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/tessera: the agent asks which kernel this is and hands over the node
 * table; everybody who may open the device reads events. Each open file has a
 * queue of events of its own, and stands for its opener as owner of the table.
 */
#include <linux/buildid.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/poll.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/utsname.h>
#include <uapi/linux/tessera.h>

#include "device.h"
#include "events.h"
#include "guest.h"
#include "image.h"
#include "link.h"
#include "nodes.h"
#include "offer.h"

void tessera_version_get(struct tessera_version *ret_version)
{
	BUILD_BUG_ON(sizeof(vmlinux_build_id) != TESSERA_BUILD_ID_SIZE);

	memset(ret_version, 0, sizeof(*ret_version));
	ret_version->abi = TESSERA_ABI;
	if (memchr_inv(vmlinux_build_id, 0, sizeof(vmlinux_build_id))) {
		memcpy(ret_version->build_id, vmlinux_build_id,
		       sizeof(vmlinux_build_id));
		ret_version->build_id_len = sizeof(vmlinux_build_id);
	}
	/* The kernel's own release, whatever name space the caller is in. */
	strscpy(ret_version->release, init_utsname()->release);
}

static int device_open(struct inode *inode, struct file *file)
{
	struct tessera_reader *reader;

	reader = tessera_reader_create();
	if (!reader)
		return -ENOMEM;
	file->private_data = reader;
	return stream_open(inode, file);
}

static int device_release(struct inode *inode, struct file *file)
{
	tessera_nodes_disown(file->private_data);
	tessera_reader_destroy(file->private_data);
	return 0;
}

static ssize_t device_read(struct file *file, char __user *buf, size_t len,
			   loff_t *pos)
{
	return tessera_reader_read(file->private_data, buf, len,
				   file->f_flags & O_NONBLOCK);
}

static __poll_t device_poll(struct file *file, poll_table *wait)
{
	return tessera_reader_poll(file->private_data, file, wait);
}

static long ioctl_version(void __user *arg)
{
	struct tessera_version version;

	tessera_version_get(&version);
	return copy_to_user(arg, &version, sizeof(version)) ? -EFAULT : 0;
}

/* What only the agent may ask. */
static long request_get(void *request, const void __user *arg, size_t size)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	return copy_from_user(request, arg, size) ? -EFAULT : 0;
}

static long ioctl_nodes(struct file *file, const void __user *arg)
{
	struct tessera_nodes request;
	long ret = request_get(&request, arg, sizeof(request));

	if (ret)
		return ret;
	return tessera_nodes_replace(file->private_data, &request);
}

static long ioctl_link(const void __user *arg)
{
	struct tessera_link_request request;
	long ret = request_get(&request, arg, sizeof(request));

	if (ret)
		return ret;
	return tessera_link_create(&request);
}

static long ioctl_image(const void __user *arg)
{
	struct tessera_image_request request;
	long ret = request_get(&request, arg, sizeof(request));

	if (ret)
		return ret;
	return tessera_image_set(&request);
}

static long ioctl_failed(const void __user *arg)
{
	struct tessera_failure failure;
	long ret = request_get(&failure, arg, sizeof(failure));

	if (ret)
		return ret;
	if (!failure.reason || !failure.id == !failure.node || failure.node > U16_MAX)
		return -EINVAL;
	if (failure.id)
		return tessera_offer_fail(failure.id, failure.reason);
	tessera_link_failed(failure.node, failure.reason);
	return 0;
}

static long ioctl_guest_info(void __user *arg)
{
	struct tessera_guest_info info;
	int ret;

	if (copy_from_user(&info, arg, sizeof(info)))
		return -EFAULT;
	ret = tessera_offer_info(&info);
	if (ret)
		return ret;
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static long device_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case TESSERA_IOC_VERSION:
		return ioctl_version((void __user *)arg);
	case TESSERA_IOC_NODES:
		return ioctl_nodes(file, (const void __user *)arg);
	case TESSERA_IOC_LINK:
		return ioctl_link((const void __user *)arg);
	case TESSERA_IOC_GUEST_INFO:
		return ioctl_guest_info((void __user *)arg);
	case TESSERA_IOC_IMAGE:
		return ioctl_image((const void __user *)arg);
	case TESSERA_IOC_FAILED:
		return ioctl_failed((const void __user *)arg);
	case TESSERA_IOC_GUEST:
		return tessera_guest_become(arg);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations device_fops = {
	.owner		= THIS_MODULE,
	.open		= device_open,
	.release	= device_release,
	.read		= device_read,
	.poll		= device_poll,
	.unlocked_ioctl	= device_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
};

static struct miscdevice device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "tessera",
	.mode	= 0660,
	.fops	= &device_fops,
};

int __init tessera_device_init(void)
{
	return misc_register(&device);
}
