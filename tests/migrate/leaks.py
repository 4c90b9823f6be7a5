# SPDX-License-Identifier: GPL-2.0-or-later
"""What could stay behind on a machine: counted before and after."""
from cluster import eventually, patience

COUNT = """ls -d /proc/[0-9]* | wc -l
cage=$(pidof tessera-cage | tr ' ' '\n' | sort -n | head -1)
ls /proc/$(pidof tesserad)/fd /proc/$cage/fd | wc -l
awk '/^TCP:/ { print $3 + $5 }' /proc/net/sockstat
awk '/^TCP6:/ { print $3 }' /proc/net/sockstat6
awk '/^(Slab|Percpu|VmallocUsed|KernelStack):/ { kb += $2 } END { print kb }' /proc/meminfo"""
SLACK = [8, 4, 4, 2, 8 * 1024]  # processes, descriptors, sockets, kB of the kernel


class Leaks:
    def __init__(self, cluster, members):
        self.cluster = cluster
        self.members = members
        self.before = self.counts()

    def counts(self):
        """{machine: [processes, descriptors, sockets, sockets, kB]}"""
        return {
            number: list(map(int, self.cluster[number].succeed(COUNT).split()))
            for number in self.members
        }

    def none(self):
        """Soon there is not more of anything than there was."""

        def no_more():
            after = self.counts()
            print(f"before {self.before}\nafter  {after}")
            for number in self.members:
                for was, is_now, slack in zip(self.before[number], after[number], SLACK):
                    assert is_now <= was + slack, f"machine {number}: {self.before} became {after}"
            return True

        eventually(no_more, patience(20))
