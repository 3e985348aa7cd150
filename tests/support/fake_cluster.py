"""Two nodes in memory that take the commands of the steps: enough of a machine and of a cluster to converge.

What the model does not know is an AssertionError, so a new command needs a line here. It is stricter than a real
node where that teaches: a key in the wrong mode does not start corosync, a constraint given twice is refused.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy, deepcopy
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from cluster import cib as cib_reader
from cluster import configuration, corosync_conf, placement, qdevice, scores
from inventory.model import Colocation, Command, Constraint, Location, Node, Order, Result
from inventory.remote.sections import MARK
from inventory.session import LabSession
from provision.readings import FACTS, WITNESS_FACTS, Fact
from provision.steps.fencing import MODES
from tests.support.example_lab import CASES, FIRST_ADDRESS
from tests.support.old_stack import FOLDER as OLD
from tests.support.old_stack import old_lab
from tests.support.rendered_script import parsed

AUTHKEY, CONF = corosync_conf.AUTHKEY, corosync_conf.PATH
CLUSTER = ("corosync", "pacemaker")
KNOWN_SECTIONS = ("nodes", "resources", "constraints", "rsc_defaults")


class Killed(Exception):
    """The run was killed: no error of the lab's, so nothing handles it."""


class Refused(Exception):
    """The tool refuses: exit status 1, this text on stderr, and `out` on stdout."""

    def __init__(self, text: str, out: str = "") -> None:
        super().__init__(text)
        self.out = out


@dataclass
class Stored:
    """A CIB that can be changed; `epoch` counts the changes."""

    epoch: int = 0
    properties: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    resources: dict[str, configuration.Primitive] = field(default_factory=dict)
    constraints: dict[str, Constraint] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)
    """XML that the fake has no noun for, by section; `status` for node_state elements."""

    def of(self, kind: type) -> list[Any]:
        return [one for one in self.constraints.values() if isinstance(one, kind)]


@dataclass
class Machine:
    """A node: files, packages, what runs, what starts at boot; `changed` and `began` are ticks of the twin."""

    node: Node
    files: dict[str, str]
    packages: set[str]
    running: set[str] = field(default_factory=set)
    boot: set[str] = field(default_factory=set)
    changed: dict[str, int] = field(default_factory=dict)
    started: dict[str, int] = field(default_factory=dict)
    key_mode: str = "400"
    began: int = 0
    loaded: tuple[str, str] = ("", "")
    """The configuration and key that corosync was started on: only nodes with the same ones see each other."""
    cib: Stored | None = None
    disk_cib: bool = False


class FakeCluster:
    """A Remote. `ran` holds each command but the readings; after `kill_after` of them it raises Killed."""

    def __init__(self, session: LabSession) -> None:
        self.session, self.platform = replace(session, remote=self), session.platform
        self.web, self.start_order = (
            session.platform.web_service,
            session.platform.cluster_services,
        )
        self.tick = 0
        self.machines: dict[str, Machine] = {}
        self.current: dict[str, str] = {}
        self.disturbed: list[str] = []
        self.ran: list[Command] = []
        self.kill_after: int | None = None
        self.left: list[FakeCluster] | None = None
        """The state before each command, when a list is given."""
        self.known_agents: dict[str, str] = {}
        """What crm_resource says of each agent of other resources; it has no other agents."""
        self.keys_made = self.prepared = 0
        self.lock = Lock()
        for node in session.lab.machines:
            self.boot_anew(node)

    def boot_anew(self, node: Node) -> None:
        """A fresh machine from the image in a node's place. On an installer's hosts file, as VMs have it."""
        self.tick += 1
        hosts = f"127.0.0.1 localhost\n127.0.1.1 {node.name} {node.alias}\n"
        files = {
            "/etc/hosts": hosts,
            "uname": node.alias,
            "hostname": node.alias,
            "hostkey": f"ssh-rsa host{self.tick}",
        }
        self.machines[node.name] = Machine(node, files, {"openssh-server", "sudo"})
        self.settle()

    def copy(self) -> FakeCluster:
        """The same state, apart from this one."""
        other = copy(self)
        other.left, other.ran, other.disturbed = None, list(self.ran), list(self.disturbed)
        other.machines, other.current = deepcopy(self.machines), dict(self.current)
        other.session = replace(self.session, remote=other)
        return other

    # The remote

    def run(self, command: Command) -> Result:
        machine = self.machines[command.node]
        if command.purpose == "read-facts":
            return Result(command, 0, self.read(machine), "")
        if command.purpose == "read-witness-facts":
            return Result(command, 0, printed(dict(self.witness_readings(machine)), WITNESS_FACTS), "")
        with self.lock:
            if command.purpose == "prepare-change":
                return self.prepare(machine, command)
            return self.action(machine, command)

    def action(self, machine: Machine, command: Command) -> Result:
        if self.kill_after is not None and len(self.ran) >= self.kill_after:
            raise Killed
        if self.left is not None:
            self.left.append(self.copy())
        self.ran.append(command)
        self.tick += 1
        try:
            self.interpret(machine, command)
        except Refused as error:
            return Result(command, 1, error.out, str(error))
        self.settle()
        return Result(command, 0, "", "")

    def interpret(self, machine: Machine, command: Command) -> None:
        scripts = {self.platform.repository: lambda: None, self.platform.firewall.opening: lambda: None}
        if command.line in scripts:
            return
        call = parsed(command.line)
        if isinstance(call, dict):
            if command.stdin is not None:
                call["stdin"] = command.stdin
            SCRIPTS[call.pop("script")](self, machine, call)
            return
        for pattern, action in RULES:
            match = re.fullmatch(pattern, command.line, re.DOTALL)
            if match:
                action(self, machine, command, match)
                return
        raise AssertionError(f"the model does not know this command: {command.line}")

    # The machine

    def write(self, machine: Machine, path: str, text: str) -> None:
        machine.files[path] = text
        machine.changed[path] = self.tick

    def name(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        machine.files["uname"] = machine.files["hostname"] = match[1]

    def revival(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        machine.files["web_restarted"] = "" if match[1] == "no" else "yes"

    def put(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        self.write(machine, match[1], command.stdin or "")

    def keygen(self, machine: Machine, parameters: Mapping[str, str]) -> None:
        machine.files["rootkey"] = f"ssh-rsa root{self.tick} root@{machine.node.name}"

    def install(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        machine.packages |= set(match[1].split())

    def apt_install(self, machine: Machine, parameters: Mapping[str, str]) -> None:
        """Debian's packages start at boot; none of their services starts now."""
        machine.packages |= set(parameters["packages"].split())
        machine.files[CONF] = "the distribution's sample"
        machine.boot |= {*CLUSTER, self.web}
        machine.files["web_restarted"] = "yes"

    def authkey(self, machine: Machine, parameters: Mapping[str, str]) -> None:
        assert not any(AUTHKEY in one.files for one in self.machines.values()), "the key is made only once"
        self.keys_made += 1
        self.write(machine, AUTHKEY, f"key{self.tick}")

    def chmod(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        machine.key_mode = "400"
        machine.changed[AUTHKEY] = self.tick

    def copy_key(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        peer = self.reached(machine, match[1])
        self.write(peer, AUTHKEY, machine.files[AUTHKEY])
        peer.key_mode = machine.key_mode

    def reached(self, machine: Machine, name: str) -> Machine:
        """The peer, if root may log in there and knows it."""
        peer = self.machines[name]
        assert f"{peer.node.address} {name}" in machine.files["/etc/hosts"], f"{name} does not resolve"
        assert machine.files["rootkey"] in peer.files["/root/.ssh/authorized_keys"], "root may not log in"
        assert peer.files["hostkey"] in machine.files["/root/.ssh/known_hosts"], "the host key is not known"
        return peer

    def over_ssh(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        [script] = shlex.split(match[2])
        peer = self.reached(machine, match[1])
        self.interpret(peer, Command.script(peer.node.name, script))

    def log_directory(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        machine.files["/var/log/cluster"] = "directory"

    def services(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        for line in command.line.split(" && "):
            words = line.split()
            action, unit = (words[2], words[1]) if words[0] == "service" else (words[1], words[2])
            if words[0] == "chkconfig":
                action, unit = {"off": "disable"}[words[2]], words[1]
            {
                "start": self.start,
                "stop": self.stop,
                "disable": self.disable,
                "enable": lambda one, name: one.boot.add(name),
                "restart": self.start,
            }[action](machine, unit)

    def disable(self, machine: Machine, unit: str) -> None:
        machine.boot.discard(unit)

    def start(self, machine: Machine, unit: str) -> None:
        machine.started[unit] = self.tick
        if unit == qdevice.WITNESS_SERVICE:
            assert machine.files.get("ca"), "without keys it does not start"
        if unit == "corosync":
            if not machine.files.get(AUTHKEY) or machine.key_mode != "400":
                raise Refused("corosync: no usable authkey")
            if machine.files[CONF] != corosync_conf.configuration(self.session.lab, self.platform.corosync):
                raise Refused("corosync: not the lab's configuration")
            assert "/var/log/cluster" in machine.files, "corosync has nowhere to log"
            machine.began = self.tick
            machine.loaded = machine.files[CONF], machine.files[AUTHKEY]
        if unit == self.start_order[-1]:
            if self.web in machine.running:
                self.disturbed.append(f"{self.web} runs outside the cluster on {machine.node.name}")
            machine.cib = machine.cib or Stored()
            machine.disk_cib = True
            machine.running.add("pacemaker")
        machine.running.add(unit)

    def stop(self, machine: Machine, unit: str) -> None:
        if unit in CLUSTER and unit in machine.running:
            self.disturbed.append(f"{unit} stopped on {machine.node.name}")
        machine.running.discard(unit)
        if unit == self.start_order[0]:
            machine.running -= {"pacemaker", qdevice.SERVICE}

    # The witness

    @property
    def witness(self) -> Machine | None:
        third = self.session.lab.witness
        return self.machines[third.machine.name] if third else None

    def make_ca(self, machine: Machine, parameters: Mapping[str, str]) -> None:
        machine.files = {name: text for name, text in machine.files.items() if not name.startswith("signed")}
        self.write(machine, "ca", f"ca{self.tick}")

    def request(self, machine: Machine, parameters: Mapping[str, str]) -> None:
        for name in ("vote_certificate", "vote_name"):
            machine.files.pop(name, None)
        self.write(machine, "vote_ca", parameters["stdin"])
        self.write(machine, "vote_request", f"{parameters['cluster']} key{self.tick}")

    def sign(self, machine: Machine, parameters: Mapping[str, str]) -> None:
        request = parameters["stdin"]
        self.write(machine, "signed_request", hashlib.sha256(request.encode()).hexdigest())
        self.write(machine, "signed", f"{machine.files['ca']} for {request}")

    def import_certificate(self, machine: Machine, parameters: Mapping[str, str]) -> None:
        assert parameters["stdin"].endswith(machine.files["vote_request"]), "the key of another request"
        self.write(machine, "vote_certificate", parameters["stdin"])
        self.write(machine, "vote_name", machine.files["vote_request"].split()[0])

    def share(self, machine: Machine, parameters: Mapping[str, str]) -> None:
        peer = self.reached(machine, parameters["peer"])
        peer.files.pop("vote_request", None)
        for name in ("vote_ca", "vote_certificate", "vote_name"):
            self.write(peer, name, machine.files[name])

    def forget_certificates(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        for name in ("vote_ca", "vote_certificate", "vote_name", "vote_request"):
            machine.files.pop(name, None)

    def stale(self, machine: Machine, unit: str, *files: str) -> bool:
        began = machine.started.get(unit, 0)
        return unit in machine.running and any(machine.changed.get(path, 0) > began for path in files)

    def votes(self, machine: Machine) -> str:
        """What corosync-quorumtool prints: the vote is given when all certificates fit."""
        third = self.witness
        if third is None or "corosync" not in machine.running:
            return ""
        fits = machine.files.get("vote_certificate", "").startswith(f"{third.files.get('ca')} ")
        connected = fits and not self.stale(machine, qdevice.SERVICE, "vote_ca", "vote_certificate")
        serves = {qdevice.WITNESS_SERVICE} <= third.running and not self.stale(
            third, qdevice.WITNESS_SERVICE, "ca"
        )
        flags = "A,V,NMW" if connected and serves else "A,NV,NMW"
        flags = flags if qdevice.SERVICE in machine.running else "NR"
        row = f"{machine.node.id:>10} {1:>10} {flags:>10} {machine.node.name}"
        return f"Quorum information\nMembership information\n{row}\n"

    def witness_readings(self, machine: Machine) -> Iterator[tuple[str, str]]:
        unit, files = qdevice.WITNESS_SERVICE, machine.files
        yield "missing", "\n".join(f"{name} installed" for name in sorted(machine.packages))
        yield "firewall", ""
        yield from ((name, files.get(name, "")) for name in ("ca", "signed_request", "signed"))
        yield "at_boot", "yes" if unit in machine.boot else ""
        yield "runs", "yes" if unit in machine.running else ""
        yield "stale", "yes" if self.stale(machine, unit, "ca") else ""

    def first_cib(self, machine: Machine, parameters: Mapping[str, str]) -> None:
        properties = {"dc-deadtime": parameters["dc_deadtime"]}
        machine.cib, machine.disk_cib = Stored(properties=properties), True

    def test_web(self, machine: Machine, parameters: Mapping[str, str]) -> None:
        assert parameters["page"] in machine.files[self.platform.index], "the page is not served"
        machine.running.discard(self.web)

    # The cluster

    def members(self, machine: Machine) -> list[Machine]:
        """The machines whose clusters see one another, this one among them; none where it does not run."""
        up = [one for one in self.machines.values() if {"corosync", "pacemaker"} <= one.running]
        return [one for one in up if one.loaded == machine.loaded] if machine in up else []

    def settle(self) -> None:
        """What a cluster does by itself: the newest CIB goes to all members, resources go where they belong."""
        for machine in self.machines.values():
            members = self.members(machine)
            if members:
                newest = max((one.cib for one in members if one.cib), key=lambda cib: cib.epoch)
                for one in members:
                    one.cib = newest if one.cib is None or one.cib.epoch <= newest.epoch else one.cib
        up = [one for one in self.machines.values() if self.members(one)]
        before, self.current = self.current, self.placement(up[0]) if up else {}
        for resource, node in before.items():
            if self.current.get(resource) != node and resource in self.current:
                self.disturbed.append(f"{resource} moved from {node}")

    def placement(self, machine: Machine) -> dict[str, str]:
        members, cib = self.members(machine), machine.cib
        assert cib is not None
        two_node = self.session.lab.corosync.two_node
        quorate = (
            2 * len(members) > len(self.machines)
            or two_node
            or cib.properties.get("no-quorum-policy") == "ignore"
        )
        if not quorate or not self.safe(cib):
            return {}
        names = [one.node.name for one in members]
        decision = placement.place(
            names,
            list(cib.resources),
            stickiness=scores.parse(cib.defaults.get("resource-stickiness", "0")),
            current={resource: node for resource, node in self.current.items() if node in names},
            locations=cib.of(Location),
            colocations=cib.of(Colocation),
        )
        return {resource: node for resource, node in decision.winner.items() if node}

    def safe(self, cib: Stored) -> bool:
        """Resources may start: fencing is off, or there are fence devices."""
        devices = any(one.agent.startswith("stonith:") for one in cib.resources.values())
        return devices or cib.properties.get("stonith-enabled") == "false"

    def change(self, machine: Machine) -> Stored:
        members = self.members(machine)
        if not members:
            raise Refused("the cluster is not running on this node")
        changed = deepcopy(machine.cib)
        assert changed is not None
        changed.epoch += 1
        for one in members:
            one.cib = changed
        return changed

    def at_once(self, machine: Machine, parameters: Mapping[str, str]) -> None:
        """Commands of pcs on a copy of the CIB, which then takes the place of the CIB."""
        before = {name: one.cib for name, one in self.machines.items()}
        for number, line in enumerate(parameters["changes"].splitlines(), start=1):
            try:
                self.interpret(machine, Command(machine.node.name, tuple(shlex.split(line))))
            except Refused as error:
                for name, cib in before.items():
                    self.machines[name].cib = cib
                raise Refused("", f"@@failed {number} 1\n{error}") from error

    def prepare(self, machine: Machine, command: Command) -> Result:
        """Give the change as text. It changes nothing here; commands that would be refused give none."""
        assert self.members(machine), "it is prepared where pacemaker runs"
        parameters = parsed(command.line)
        assert parameters["prepare"]
        other = self.copy()
        try:
            other.at_once(other.machines[machine.node.name], parameters)
        except Refused as error:
            return Result(command, 1, error.out, str(error))
        self.prepared += 1
        return Result(command, 0, parameters["changes"], "")

    def patch(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        """Bring in a prepared change."""
        self.at_once(machine, {"changes": command.stdin or ""})

    def set_property(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        self.change(machine).properties[match[1]] = match[2]

    def attribute(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        cib = self.change(machine)
        pairs = cib.properties if match[1] == "crm_config" else cib.defaults
        if match[3] == "-D":
            del pairs[match[2]]
        else:
            pairs[match[2]] = match[3].removeprefix("-v ")

    def stickiness(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        self.change(machine).defaults["resource-stickiness"] = match[1]

    def create(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        words, _, clone = match[3].partition(" clone ")
        options, _, operations = words.partition(" op ")
        pairs = dict(word.split("=", 1) for word in options.split())
        cib = self.change(machine)
        if match[1] in cib.resources or f"id='{match[1]}'" in cib.raw.get("resources", ""):
            raise Refused(f"{match[1]} already exists")
        given: dict[str, dict[str, str]] = {}
        for word in operations.split():
            name, _, value = word.partition("=")
            if value:
                given[list(given)[-1]][name] = value
            else:
                given[name] = {}
        monitor = {name: words["interval"] for name, words in given.items() if "interval" in words}
        timeouts = {name: words["timeout"] for name, words in given.items() if "timeout" in words}
        cib.resources[match[1]] = configuration.Primitive(
            match[1], match[2], pairs, monitor, timeouts=timeouts, clone=clone == "interleave=true"
        )

    def create_device(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        """As `create`; without the files of the nodes its start would fail."""
        assert all(set(MODES) <= set(one.files) for one in self.machines.values()), "no password on the nodes"
        made = re.fullmatch(r"(\S+) (\S+)(.*)", f"{match[1]} stonith:{match[2]}{match[3]}")
        assert made is not None
        self.create(machine, command, made)

    def remove_files(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        for path in match[1].split():
            machine.files.pop(path, None)

    def amend(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        one = self.change(machine).resources[match[1]]
        pairs = one.meta if match[2] else one.attributes
        assert isinstance(pairs, dict)
        if match[3] == "-d":
            del pairs[match[4]]
        else:
            pairs[match[4]] = match[5]

    def delete(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        cib = self.change(machine)
        del cib.resources[match[1]]
        cib.constraints = {id_: one for id_, one in cib.constraints.items() if match[1] not in repr(one)}

    def constrain(self, machine: Machine, constraint: Constraint, id_: str) -> None:
        cib = self.change(machine)
        if constraint in cib.constraints.values() or id_ in cib.constraints:
            raise Refused("duplicate constraint already exists")
        if isinstance(constraint, Order) and "<rsc_order" in cib.raw.get("constraints", ""):
            raise Refused("duplicate constraint already exists")
        for resource in re.findall(r"(?:resource|first|then)='(\S+?)'", repr(constraint)):
            if resource not in cib.resources:
                raise Refused(f"resource {resource} does not exist")
        cib.constraints[id_] = constraint

    def colocation(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        one = Colocation(match[1], match[2], scores.parse(match[3]))
        self.constrain(machine, one, f"colocation-{one.resource}-{one.with_resource}-{match[3]}")

    def order(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        self.constrain(machine, Order(match[1], match[2]), f"order-{match[1]}-{match[2]}-mandatory")

    def location(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        self.constrain(machine, Location(match[1], match[2], match[3], scores.parse(match[4])), match[1])

    def replace_all(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        """What is read from stdin takes the place of all that is stored; the status is no part of it."""
        found = cib_reader.parse(f"<cib>{command.stdin}</cib>")
        new, kept = self.change(machine), found.configuration
        new.properties, new.defaults = {**found.bookkeeping, **kept.properties}, dict(kept.defaults)
        new.resources = {one.id: replace(one, attributes=dict(one.attributes)) for one in kept.resources}
        new.constraints = {id_: one for one, id_ in found.constraints}
        new.raw = {section: xml for section, xml in new.raw.items() if section == "status"}
        new.raw |= unmodelled(command.stdin or "", {line.split(" ")[1] for line in kept.others})
        assert len(kept.others) == sum(xml.count("<!--one-->") for xml in new.raw.values()), "all is stored"

    def no_transient(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        self.change(machine).raw.pop("status", None)

    def cibadmin_delete(self, machine: Machine, command: Command, match: re.Match[str]) -> None:
        cib = self.change(machine)
        del cib.constraints[match[2]]

    # What the readings print

    def read(self, machine: Machine) -> str:
        return printed(dict(self.readings(machine)), FACTS)

    def readings(self, machine: Machine) -> Iterator[tuple[str, str]]:
        files, runs, platform = machine.files, machine.running, self.platform
        state = self.crm_mon(machine) if "pacemaker" in runs else ""
        installed = machine.packages & set(platform.packages)
        key = files.get(AUTHKEY, "")
        stale = any(machine.changed.get(path, 0) > machine.began for path in (CONF, AUTHKEY))
        yield "name", files["uname"]
        yield "next_name", files["hostname"]
        yield "hosts", files["/etc/hosts"]
        yield "interface", "eth1"
        yield "addresses", "\n".join(self.addresses(machine))
        yield "resolves", "\n".join(self.resolves(machine))
        yield "root_key", files.get("rootkey", "")
        yield "authorized", files.get("/root/.ssh/authorized_keys", "")
        yield "host_keys", files["hostkey"]
        yield "known_hosts", files.get("/root/.ssh/known_hosts", "")
        yield "missing", "\n".join(f"{name} installed" for name in sorted(installed))
        yield "at_boot", "\n".join(sorted(machine.boot & {*self.start_order, self.web}))
        yield "web_restarted", files.get("web_restarted", "")
        yield "firewall", ""
        yield (
            "fencing",
            "\n".join(
                f"{mode} root:root {path} {hashlib.sha256(files[path].encode()).hexdigest()}"
                for path, mode in MODES.items()
                if path in files
            ),
        )
        for name in ("vote_ca", "vote_name", "vote_certificate", "vote_request"):
            yield name, files.get(name, "")
        yield "qdevice", "yes" if qdevice.SERVICE in runs else ""
        certificates = ("vote_ca", "vote_certificate")
        yield "qdevice_stale", "yes" if self.stale(machine, qdevice.SERVICE, *certificates) else ""
        yield "votes", self.votes(machine)
        yield "conf", files.get(CONF, "")
        yield "authkey", f"{machine.key_mode} root:root {key}" if key else ""
        yield "log_directory", "yes" if "/var/log/cluster" in files else ""
        yield "corosync", "yes" if "corosync" in runs else ""
        yield "pacemaker", "yes" if "pacemaker" in runs else ""
        yield "stale", "yes" if stale and "corosync" in runs else ""
        yield "node_id", str(machine.node.id) if "corosync" in runs else ""
        yield "has_cib", "yes" if machine.disk_cib else ""
        yield "cib", cib_xml(machine.cib) if machine.cib else ""
        yield "state", state
        safe = machine.cib and self.safe(machine.cib)
        stonith = "Resource start-up disabled since no STONITH resources have been defined"
        yield "verify", f"error: unpack_resources: {stonith}" if state and not safe else ""
        yield "log", self.log(machine) if machine.began else ""
        yield "page", files.get(platform.index, "")
        here = self.current.get("WebServer") == machine.node.name
        yield "web_running", f"Ss {platform.web_process}" if self.web in runs or here else ""
        yield "metadata", ""
        agents = self.session.lab.services.agents if "pacemaker" in machine.packages else ()
        yield "unprepared", ""
        yield "options", "\n".join(f"{agent} {self.known_agents.get(agent, '!')}" for agent in agents)
        yield "agents", "IPaddr\nIPaddr2\napache" if "resource-agents" in machine.packages else ""

    def addresses(self, machine: Machine) -> Iterator[str]:
        lab = self.session.lab
        yield f"eth1 {machine.node.address}/{lab.network.prefixlen}"
        if self.current.get("WebIP") == machine.node.name:
            yield f"eth1 {lab.vip}/{lab.network.prefixlen}"

    def resolves(self, machine: Machine) -> Iterator[str]:
        lines = [line.lower().split() for line in machine.files["/etc/hosts"].splitlines()]
        for name in (name for node in self.session.lab.nodes for name in (node.name, node.alias)):
            yield " ".join([name, *sorted({words[0] for words in lines if name in words[1:]})])

    def log(self, machine: Machine) -> str:
        old = self.platform.corosync == "1.4"
        file = OLD / "corosync-log-node1-start-to-end-state.txt" if old else CASES / "corosync/corosync-3.log"
        recorded = old_lab().node1.address if old else FIRST_ADDRESS
        return file.read_text().replace(str(recorded), str(machine.node.address))

    def crm_mon(self, machine: Machine) -> str:
        members, cib = [one.node.name for one in self.members(machine)], machine.cib
        if not members:
            return ""
        assert cib is not None
        nodes = "".join(
            f'<node name="{n.name}" online="{yes(n.name in members)}" is_dc="{yes(n.name == members[0])}"/>'
            for n in self.session.lab.nodes
        )
        resources = ""
        for id_ in cib.resources:
            node = self.current.get(id_)
            where = f'<node name="{node}"/>' if node else ""
            role, active = ("Started", "true") if node else ("Stopped", "false")
            resources += (
                f'<resource id="{id_}" role="{role}" active="{active}" managed="true">{where}</resource>'
            )
        for item in ElementTree.fromstring(f"<all>{cib.raw.get('resources', '')}</all>"):
            for inner in item.iter("primitive"):
                on = members if item.tag == "clone" else members[:1]
                promoted = 'name="promotable"' in ElementTree.tostring(item, encoding="unicode")
                for at, node in enumerate(on):
                    role = ("Unpromoted" if at else "Promoted") if promoted else "Started"
                    resources += (
                        f'<resource id="{inner.get("id")}" role="{role}" active="true" managed="true">'
                    )
                    resources += f'<node name="{node}"/></resource>'
        quorate = yes(2 * len(members) > len(self.machines))
        return (
            f'<crm_mon><summary><current_dc present="true" name="{members[0]}" with_quorum="{quorate}"/></summary>'
            f"<nodes>{nodes}</nodes><resources>{resources}</resources></crm_mon>"
        )


def unmodelled(text: str, ids: set[str]) -> dict[str, str]:
    """The elements of a configuration with these ids, by section."""
    root, found = ElementTree.fromstring(text), {}
    for section in ("resources", "constraints"):
        there = [item for item in root.findall(f"{section}/*") if item.get("id") in ids]
        found[section] = "".join(
            f"{ElementTree.tostring(item, encoding='unicode')}<!--one-->" for item in there
        )
    return {section: xml for section, xml in found.items() if xml}


def printed(fields: Mapping[str, str], facts: Sequence[Fact]) -> str:
    assert fields.keys() == {fact.field for fact in facts}, "the model must know each fact"
    ended = {name: f"{text}\n" if text and not text.endswith("\n") else text for name, text in fields.items()}
    return "".join(f"\n{MARK}{name}\n{text}" for name, text in ended.items())


def yes(truth: bool) -> str:
    return "true" if truth else "false"


def pairs_xml(pairs: Mapping[str, str]) -> str:
    return "".join(f"<nvpair name={quoteattr(n)} value={quoteattr(v)}/>" for n, v in pairs.items())


def constraint_xml(id_: str, one: Constraint) -> str:
    if isinstance(one, Colocation):
        score = scores.text(one.score)
        return f'<rsc_colocation id="{id_}" rsc="{one.resource}" with-rsc="{one.with_resource}" score="{score}"/>'
    if isinstance(one, Order):
        return f'<rsc_order id="{id_}" first="{one.first}" then="{one.then}"/>'
    return (
        f'<rsc_location id="{id_}" rsc="{one.resource}" node="{one.node}" score="{scores.text(one.score)}"/>'
    )


def cib_xml(cib: Stored) -> str:
    resources = ""
    for one in cib.resources.values():
        standard, _, rest = one.agent.partition(":")
        provider, _, kind = rest.rpartition(":")
        operations = "".join(
            f'<op name="{name}" interval="{one.operations.get(name, "0s")}"'
            + (f' timeout="{one.timeouts[name]}"/>' if name in one.timeouts else "/>")
            for name in dict.fromkeys((*one.operations, *one.timeouts))
        )
        resources += (
            f'<primitive id="{one.id}" class="{standard}"{f" provider={quoteattr(provider)}" if provider else ""}'
            f' type="{kind}"><instance_attributes>{pairs_xml(one.attributes)}</instance_attributes>'
            f"<meta_attributes>{pairs_xml(one.meta)}</meta_attributes>"
            f"<operations>{operations}</operations></primitive>"
        )
    constraints = "".join(constraint_xml(id_, one) for id_, one in cib.constraints.items())
    raw = dict(cib.raw)
    status = raw.pop("status", "")
    rest = "".join(f"<{name}>{xml}</{name}>" for name, xml in raw.items() if name not in KNOWN_SECTIONS)
    return (
        f'<cib admin_epoch="0" epoch="{cib.epoch}" num_updates="0"><configuration>'
        f"<crm_config><cluster_property_set>{pairs_xml(cib.properties)}</cluster_property_set></crm_config>"
        f"<nodes>{raw.pop('nodes', '')}</nodes>"
        f"<resources>{resources}{raw.pop('resources', '')}</resources>"
        f"<constraints>{constraints}{raw.pop('constraints', '')}</constraints>"
        f"<rsc_defaults><meta_attributes>{pairs_xml(cib.defaults)}</meta_attributes>{raw.pop('rsc_defaults', '')}"
        f"</rsc_defaults>{rest}</configuration><status>{status}</status></cib>"
    )


NodeAction = Callable[[FakeCluster, Machine, Command, "re.Match[str]"], None]
_SERVICE = r"(?:systemctl \w+ \S+|service \S+ \w+|chkconfig \S+ off)"
SCRIPTS: Mapping[str, Callable[[FakeCluster, Machine, Mapping[str, str]], None]] = {
    "one_change": FakeCluster.at_once,
    "apt_refresh": lambda *_: None,
    "apt_install": FakeCluster.apt_install,
    "make_root_key": FakeCluster.keygen,
    "make_authkey": FakeCluster.authkey,
    "write_first_cib": FakeCluster.first_cib,
    "test_web_server": FakeCluster.test_web,
    "make_witness_ca": FakeCluster.make_ca,
    "request_certificate": FakeCluster.request,
    "sign_certificate": FakeCluster.sign,
    "import_certificate": FakeCluster.import_certificate,
    "share_certificate": FakeCluster.share,
}
RULES: tuple[tuple[str, NodeAction], ...] = (
    (r"hostname (\S+) && (?:echo|sed) .*", FakeCluster.name),
    (r"cat > (/etc/hosts)", FakeCluster.put),
    (
        r"mkdir -p \S+ && umask 0\d\d && cat > (\S+)\.new && \[ .* -eq \d+ \] && mv \1\.new \1"
        r"(?: && chmod \d+ \1)?",
        FakeCluster.put,
    ),
    (
        r"mkdir -p /etc/systemd/system/\S+ && printf '.*Restart=(\w+).*' > \S+ && systemctl daemon-reload",
        FakeCluster.revival,
    ),
    (r"(?:dnf|yum) .*install ([^-].*)", FakeCluster.install),
    (rf"{_SERVICE}(?: && {_SERVICE})*", FakeCluster.services),
    (rf"chown root:root {AUTHKEY} && chmod 0400 {AUTHKEY}", FakeCluster.chmod),
    (rf"scp -p .* root@(\S+):{AUTHKEY}\.new && ssh .* mv {AUTHKEY}\.new {AUTHKEY}", FakeCluster.copy_key),
    (r"mkdir -p /var/log/cluster", FakeCluster.log_directory),
    (r"ssh -o BatchMode=yes (\S+) (.*)", FakeCluster.over_ssh),
    (r"pcs property set ([^=]+)=(\S+)", FakeCluster.set_property),
    (r"crm_attribute -q -t (\w+) -n (\S+) (-D|-v \S+)", FakeCluster.attribute),
    (r"pcs resource (?:rsc )?defaults (?:update )?resource-stickiness=(\S+)", FakeCluster.stickiness),
    (r"pcs resource create (\S+) (\S+)(.*)", FakeCluster.create),
    (r"crm_resource -r (\S+)( --meta)? (-[dp]) (\S+)(?: -v (\S+))?", FakeCluster.amend),
    (r"pcs (?:resource|stonith) delete (\S+)", FakeCluster.delete),
    (r"pcs stonith create (\S+) (\S+)(.*)", FakeCluster.create_device),
    (r"rm -f (\S+ \S+)", FakeCluster.remove_files),
    (rf"rm -rf {qdevice.DATABASE}", FakeCluster.forget_certificates),
    (r"pcs constraint colocation add (\S+) (?:with )?(\S+) (?:score=)?(\S+)", FakeCluster.colocation),
    (r"pcs constraint order (\S+) then (\S+)", FakeCluster.order),
    (r"pcs constraint location add (\S+) (\S+) (\S+) (?:score=)?(\S+)", FakeCluster.location),
    (r"cibadmin -R -o configuration -p", FakeCluster.replace_all),
    (r"cibadmin --patch --xml-pipe", lambda cluster, *rest: cluster.patch(*rest)),
    (r"crm_attribute -q -l reboot -N (\S+) -n (\S+) -D", FakeCluster.no_transient),
    (r"pcs resource cleanup|crm_resource -C -r \S+", lambda *_: None),
    (r"cibadmin --delete --xml-text '<(\w+) id=\"(\S+)\"/>'", FakeCluster.cibadmin_delete),
)
