# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/lab: the command line."""
import argparse
import json
import os
import sys
import time

from vmlab import client, images, paths, terminal
from vmlab.errors import CommandTimeout, LabError

EPILOG = """\
examples:
  tests/lab up                       three drones that find each other
  tests/lab up --drones 2 --full 1   two drones and a live system from the ISO
  tests/lab sh 1 'tess nodes'        what node 1 sees
  tests/lab attach 2                 a root shell on node 2
  tests/lab kill 3; tests/lab start 3
  tests/lab down                     ends everything, leaves only the logs

Logs are kept in build/lab/NAME. LAB_IMAGE names another drone image directory,
LAB_ACCEL=tcg overrules the choice of KVM."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def percent(text):
    number = int(text)
    if not 1 <= number <= 100:
        raise argparse.ArgumentTypeError(f"{number} is not from 1 to 100")
    return number


def add_machine_options(parser):
    parser.add_argument("--from", dest="source", choices=["drone", "iso", "usb", "pxe"],
                        default="drone", help="what nodes boot from (default: drone)")
    parser.add_argument("--image", metavar="DIR", help="the drone's directory (vmlinuz, initrd)")
    parser.add_argument("--iso", metavar="FILE", help="another ISO than build/tessera-amd64.iso")
    parser.add_argument("--uefi", action="store_true", help="boot by UEFI instead of BIOS")
    parser.add_argument("--mem", type=int, default=0, metavar="MB", help="drone 384, ISO 1024")
    parser.add_argument("--cpus", type=int, default=1)
    parser.add_argument("--speed", type=percent, default=100, metavar="PERCENT",
                        help="a slower machine: it stands still for the rest of the time")
    parser.add_argument("--nics", type=int, default=1, help="NICs, each on a segment of its own")
    parser.add_argument("--key", default="auto", metavar="FILE|none|new",
                        help="cluster key (default: build/cluster.key, the one on the ISO, "
                        "if it exists, else a new one)")
    parser.add_argument("--extra", metavar="DIR", help="put these files into the drone's initramfs")
    parser.add_argument("--append", default="", metavar="WORDS", help="more kernel command line")
    parser.add_argument("--no-balance", action="store_true",
                        help="drones' processes move only when they are told to")
    parser.add_argument("--timeout", type=int, default=0, help="seconds to wait for root shells")
    parser.add_argument("--no-wait", action="store_true", help="return once QEMU runs")


def parser():
    top = argparse.ArgumentParser(
        prog="tests/lab", description="Run clusters of virtual machines from the release images.",
        epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--name", default="lab", help="which lab (default: lab)")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name, text, node=False):
        sub = commands.add_parser(name, help=text, description=text)
        # The same option after the command; SUPPRESS keeps the one before it.
        sub.add_argument("--name", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        if node:
            sub.add_argument("node", type=int)
        return sub

    sub = command("up", "start a lab and wait until its nodes can be used")
    sub.add_argument("--nodes", type=int, default=3)
    sub.add_argument("--drones", type=int, help="so many drones …")
    sub.add_argument("--full", type=int, help="… and so many full nodes (ISO), numbered first")
    sub.add_argument("--dhcp", action=argparse.BooleanOptionalAction, default=True,
                     help="a DHCP server on each segment (default: yes)")
    sub.add_argument("--advertise", action="store_true", help="IPv6 router advertisements, too")
    add_machine_options(sub)

    sub = command("add", "start one more machine in a running lab")
    add_machine_options(sub)
    sub.set_defaults(key="same")

    sub = command("sh", "run a command as root on a node: its output, its status", node=True)
    sub.add_argument("shell", metavar="COMMAND")
    sub.add_argument("--timeout", type=int, default=60)

    sub = command("wait", "run a command on a node until it succeeds", node=True)
    sub.add_argument("shell", metavar="COMMAND")
    sub.add_argument("--timeout", type=int, default=60)

    for name, text in (
        ("attach", "an interactive shell on a node; Ctrl-] leaves"),
        ("ssh", "the same as attach"),
    ):
        sub = command(name, text, node=True)
        sub.add_argument("--as", dest="user", default="root", help="whose shell (default: root)")
    sub = command("log", "the serial console's log of a node", node=True)
    sub.add_argument("-f", "--follow", action="store_true")
    sub = command("type", "send keys to the serial console of a node", node=True)
    sub.add_argument("text")
    sub = command("screen", "a picture (PNG) of a node's display", node=True)
    sub.add_argument("file")
    command("kill", "power loss", node=True)
    command("start", "power on again", node=True)
    command("reset", "the reset button", node=True)
    sub = command("button", "the power button (ACPI)", node=True)
    sub.add_argument("--timeout", type=int, default=0, help="wait until it is off")
    for name, text in (
        ("cut", "lose all frames of a node"),
        ("heal", "end a cut"),
        ("flap", "pull the cable and put it back"),
    ):
        sub = command(name, text, node=True)
        sub.add_argument("--nic", type=int)
        if name == "flap":
            sub.add_argument("--for", dest="seconds", type=float, default=2)
    sub = command("pcap", "record a segment until Ctrl-C")
    sub.add_argument("file")
    sub.add_argument("--segment", type=int, default=0)
    sub = command("exec", "run a program of the build root in the lab's network")
    sub.add_argument("words", nargs=argparse.REMAINDER, metavar="PROGRAM …")
    sub = command("status", "what runs in the lab")
    sub.add_argument("--json", action="store_true")
    sub = command("list", "which labs are running")
    sub.add_argument("--json", action="store_true")
    command("down", "end the lab and all its machines")
    return top


def machine_config(options, key, source=None):
    source = source or options.source
    more = {}
    if options.image:
        more["image_dir"] = paths.from_caller(options.image)
    if options.iso:
        more["iso"] = paths.from_caller(options.iso)
    return client.machine(
        source, uefi=options.uefi and source != "drone", mem=options.mem, cpus=options.cpus,
        speed=options.speed, nics=options.nics, key=key, append=options.append,
        balance=not options.no_balance, stamp_key=options.key not in ("auto", "same"),
        extra=str(paths.from_caller(options.extra)) if options.extra else None, **more,
    )


def key_of(options):
    choice = options.key
    if choice not in ("auto", "none", "new"):
        choice = paths.from_caller(choice)
    return images.read_key(choice)


def wait_shells(lab, nodes, options):
    begun = time.monotonic()
    for node in nodes:
        slow = node.status()["from"] != "drone"
        node.wait_shell(options.timeout or (400 if slow else 180))
        say(f"{node}: root shell after {time.monotonic() - begun:.1f} s")
    return 0


def up(options):
    sources = [options.source] * options.nodes
    if options.drones is not None or options.full is not None:
        sources = ["iso"] * (options.full or 0) + ["drone"] * (options.drones or 0)
    if not 1 <= len(sources) <= 100:
        raise LabError("a lab has 1 to 100 nodes")
    key = key_of(options)
    machines = [machine_config(options, key, source) for source in sources]
    with_dhcp = "with" if options.dhcp else "without"
    say(f"lab {options.name}: {len(machines)} nodes ({machines[0]['accel']}), {with_dhcp} DHCP")
    lab = client.Lab.start(options.name, machines, options.dhcp, options.advertise)
    try:
        if key:
            (paths.run_dir(options.name) / "key").write_text(key + "\n")
        if not options.no_wait:
            wait_shells(lab, lab.nodes, options)
        lab.detach()
    except BaseException:
        lab.down()
        raise
    return 0


def add(lab, options):
    key_file = paths.run_dir(lab.name) / "key"
    if options.key == "same":
        key = key_file.read_text().strip() if key_file.exists() else None
    else:
        key = key_of(options)
    node = lab.add(machine_config(options, key))
    say(f"{node} is powered on")
    return 0 if options.no_wait else wait_shells(lab, [node], options)


def status(lab, options):
    state = lab.status()
    if options.json:
        print(json.dumps(state))
        return 0
    print(f"lab {state['name']}: up {state['uptime']:.0f} s")
    print("NODE  FROM   STATE   UP      NOTES")
    for node in state["nodes"]:
        notes = [node["reason"]] if node["reason"] else []
        notes += [f"NIC {nic} cut" for nic in node["cut"]] + node["trouble"][:1]
        if node["state"] == "on" and not node["shell"]:
            notes.append("no shell yet")
        print(f"{node['node']:<5} {node['from']:<6} {node['state']:<7} "
              f"{node['uptime']:<7.0f} {', '.join(notes)}")
    return 0


def run_node(lab, options):
    """Commands about one node."""
    node = lab[options.node]
    name = options.command
    if name == "sh":
        result, output = node.execute(options.shell, options.timeout)
        print(output, end="", flush=True)
        for line in node.status()["trouble"][:1]:
            say(f"note: the kernel of {node} has complained: {line}")
        return result
    if name == "wait":
        print(node.wait(options.shell, options.timeout), end="")
    elif name in ("attach", "ssh"):
        node.wait_shell()
        terminal.attach(paths.run_dir(lab.name) / f"{options.node}.hvc1", options.user)
    elif name == "log":
        lab.request("status")
        arguments = ["tail", "-n", "+1"] + (["-f"] if options.follow else [])
        sys.stdout.flush()
        os.execvp("tail", [*arguments, str(node.log)])
    elif name == "type":
        node.type(options.text.encode().decode("unicode_escape"))
    elif name == "screen":
        node.screen(paths.from_caller(options.file))
    elif name == "button":
        node.button(options.timeout)
    elif name == "flap":
        node.link(False, options.nic)
        time.sleep(options.seconds)
        node.link(True, options.nic)
    elif name in ("cut", "heal"):
        getattr(node, name)(options.nic)
    else:
        getattr(node, name)()
    return 0


def list_labs(options):
    names = client.labs()
    if options.json:
        print(json.dumps({"labs": names}))
    else:
        print("\n".join(names) or "no lab is running")
    return 0


def run(options):
    lab = client.Lab(options.name)
    if options.command == "up":
        return up(options)
    if options.command == "list":
        return list_labs(options)
    if options.command == "add":
        return add(lab, options)
    if options.command == "status":
        return status(lab, options)
    if options.command == "down":
        running = lab.alive()
        lab.down()
        say(f"lab {lab.name} has ended" if running else f"lab {lab.name} was not running")
        return 0
    if options.command == "pcap":
        file = paths.from_caller(options.file)
        words = ["tcpdump", "-i", f"br{options.segment}", "-U", "-w", str(file)]
        return os.execvp("nsenter", lab.inside(words))
    if options.command == "exec":
        return os.execvp("nsenter", lab.inside(options.words))
    return run_node(lab, options)


def main():
    try:
        return run(parser().parse_args())
    except CommandTimeout as error:
        say(f"error: {error}")
        return 124
    except LabError as error:
        say(f"error: {error}")
        return 125
    except KeyboardInterrupt:
        say("interrupted")
        return 130
    except BrokenPipeError:
        return 141
