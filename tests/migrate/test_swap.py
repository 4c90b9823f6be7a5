# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory that was swapped out moves as any other. What the swap device has lost
ends who touches it, and nobody sees zeros in its place."""
import pytest
from cluster import DEBUG, cluster_of, drone, name_of, patience
from tools import BUILT, HERE, build, lay, swap_disk
from victims import HOME, HOST, MEMBERS, at
from vmlab import images

pytestmark = pytest.mark.drones

MIB = 24  # of the process
# Statuses of a shell: by SIGBUS, or SIGSEGV if the kernel was the first to touch it.
LOST = [135, 139]
# Writes well; from its first write on it reads nothing any more.
BROKEN = (
    "driver=raw,if=virtio,file.driver=blkdebug,file.image.driver=file,file.image.filename={},"
    "file.set-state.0.event=write_aio,file.set-state.0.state=1,file.set-state.0.new_state=2,"
    "file.inject-error.0.event=read_aio,file.inject-error.0.state=2"
)


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """vda of each is for swapping, vdb of home is broken."""
    build()
    root, disks = tmp_path_factory.mktemp("swap"), tmp_path_factory.mktemp("disks")
    lay(root, BUILT / "victim", HERE / "victims.sh")
    key, mem = images.new_key(), 1200 if DEBUG else 400
    home, host = swap_disk(disks, "home")[0], swap_disk(disks, "host")[0]
    home += ["-drive", BROKEN.format(swap_disk(disks, "broken")[1])]
    machines = [drone(key=key, mem=mem, extra=str(root), qemu=disks) for disks in (home, host)]
    with cluster_of("swap", machines) as cluster:
        cluster.node = cluster.settle(MEMBERS, within=120)[name_of(HOST)]
        yield cluster


def swap_out(machine, device, pid):
    """Most of the memory of a process."""
    machine.succeed(f"swapoff -a; swapon /dev/{device}")
    swapped = f"awk '/VmSwap/ {{ exit $2 < {MIB * 1024 // 2} }}' /proc/{pid}/status"
    group = "/sys/fs/cgroup" + machine.succeed(f"cut -d: -f3 /proc/{pid}/cgroup").strip()
    if machine.execute(f"[ -e {group}/memory.reclaim ]")[0] != 0:
        group = "/sys/fs/cgroup"  # of all
    machine.wait(
        f"echo '{MIB}M swappiness=200' >{group}/memory.reclaim; {swapped}",
        timeout=patience(60),
    )


def started(pair, name):
    """In a group of its own: nobody else is swapped out with it."""
    pair[HOME].succeed(
        "echo +memory >/sys/fs/cgroup/cgroup.subtree_control; mkdir -p /sys/fs/cgroup/swapped"
    )
    return at(pair[HOME], f"start {name} {MIB} swapped; pid_of {name}").strip()


def is_whole(pair, name, times):
    at(pair[HOME], f"cause look {name}")
    pair[HOME].wait(
        f"cd /tmp/victims; [ $(grep -c whole {name}.out) = {times} ]", timeout=patience(120)
    )


def test_what_was_swapped_out_at_home_is_there(pair):
    pid = started(pair, "away")
    swap_out(pair[HOME], "vda", pid)
    at(pair[HOME], f"go away {pair.node}")
    is_whole(pair, "away", 1)


def test_what_was_swapped_out_at_the_host_comes_home(pair):
    started(pair, "back")
    at(pair[HOME], f"away back {pair.node}", timeout=120)
    guest = pair[HOST].succeed("tail -n 1 /proc/hpc/guests | cut -d' ' -f1").strip()
    swap_out(pair[HOST], "vda", guest)
    at(pair[HOME], "go back 0")
    is_whole(pair, "back", 1)


def test_what_the_swap_has_lost_is_no_memory_of_zeros(pair):
    pid = started(pair, "lost")
    swap_out(pair[HOME], "vdb", pid)
    at(pair[HOME], f"go lost {pair.node}; cause look lost")
    status = pair[HOME].wait("cat /tmp/victims/lost.status", timeout=patience(60))
    assert int(status) in LOST  # 0: it saw all of it; 1: it saw something else
