"""Reads lab.yaml into a Lab. It finds all mistakes at once: the line, the key, what was found, what is allowed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from inventory.config import adopted as adopted_nodes
from inventory.config.addresses import floating, labs, network, nodes
from inventory.config.cluster_properties import properties
from inventory.config.fencing import fencing, with_fencing
from inventory.config.machine_settings import KEYS, machine_settings
from inventory.config.needs import needs
from inventory.config.probe import probe
from inventory.config.quorum import with_witness, witness
from inventory.config.resources import constraints, resources, score
from inventory.config.yaml_document import YamlNode, listed
from inventory.config.yaml_reader import change, read
from inventory.corosync import Corosync
from inventory.errors import ConfigError
from inventory.model import LONGEST_PROBE_TIMEOUT_MS, MOST_PATIENCE, Lab
from inventory.platforms import registry as platforms
from inventory.platforms.images import RegistryImage
from inventory.providers import registry as providers
from inventory.services import Services
from inventory.settings import Drill
from inventory.sizes import TOKEN_COEFFICIENT_MS, running_token_ms

CIPHERS = ("aes256", "aes192", "aes128", "none")
HASHES = ("sha512", "sha384", "sha256", "sha1", "md5", "none")
BUDGETS, OF_PLATFORM = ("crash", "freeze", "partition"), ("graceful",)
"""The keys of budget_s: needed, and those that a platform has a default for."""
MOST_CLIENT_HZ = 20
"""The most requests a second of a client beside the probe."""
MOST_BYTES = 64 * 1024
"""The largest lab.yaml that is read."""
SHORTEST_TOKEN_MS, LONGEST_TOKEN_MS = 126, 30_000
"""corosync refuses a shorter token: the retransmit timeout, token / 4.2, must be at least 30 ms (`corosync -t`).
With a longer one a membership can take longer than any step of the build waits."""

_T = TypeVar("_T")
_REFERENCE = re.compile(r"[A-Za-z0-9][\w.:/@-]*")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")


Judge = Callable[[Lab], Iterable[tuple[str, str]]]


def no_judge(lab: Lab) -> Iterable[tuple[str, str]]:
    """No further mistakes."""
    return ()


def load(path: Path, changes: Mapping[str, object] | None = None, judge: Judge = no_judge) -> Lab:
    """Read the lab that a file describes.

    `changes` replaces values at dotted key paths ("corosync.token_ms", "nodes[0].address") before the checks.
    Raises ConfigError with all mistakes.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise ConfigError(
                f"{path}: larger than {MOST_BYTES // 1024} KiB, the largest size that the lab reads",
                hint="is this the right file? git checkout lab.yaml brings the original back",
            )
        text = data.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path}: there is no such file", hint="run this command in the lab's folder"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}", hint="UTF-8 text is needed") from error
    return parse(text, str(path), changes, judge, path.parent)


def parse(
    text: str,
    where: str,
    changes: Mapping[str, object] | None = None,
    judge: Judge = no_judge,
    folder: Path | None = None,
) -> Lab:
    """Read the lab that a YAML text describes; `where` names it in messages. Raises ConfigError.

    `folder` has the script that lab.yaml names; without it the script is not read. `judge` looks at the whole lab and
    gives further mistakes: pairs of a key path and a text.
    """
    document = change(read(text, where), changes or {})
    part = document.fields(
        (
            "name", "platform", "provider", "network", "nodes", "vip", "memory_mb", "corosync",
            "properties", "stickiness", "resources", "constraints", "drill",
        ),
        (
            "images", "labs", "patience", "fencing", "quorum", "witness", "packages", "prepare", "ssh_config",
            "reboots", *KEYS,
        ),
    )  # fmt: skip
    name = part["name"].text(
        "up to 31 lower-case letters, digits and hyphens; the first character is a letter",
        lambda text: bool(_NAME.fullmatch(text)),
    )
    platform = part["platform"].one_of(platforms.allowed_names())
    provider = part["provider"].one_of(providers.allowed_names())
    ssh_config, adopted = _ssh_config(part["ssh_config"], provider)
    reboots = part["reboots"].flag() if adopted and part["reboots"].present else True
    if part["reboots"].present and not adopted:
        part["reboots"].remark("only an adopted cluster has this key: ./lab adopt --help")
    net = network(part["network"])
    others = labs(part["labs"], net)
    members = adopted_nodes.nodes(part["nodes"]) if adopted else nodes(part["nodes"], net)
    vip = adopted_nodes.floating(part["vip"], members) if adopted else floating(part["vip"], net, members)
    if adopted and net is not None and vip is not None and vip not in net:
        part["vip"].wrong(f"an address in {net}; this one is outside the network")
    memory = part["memory_mb"].whole(384, 65536, "MiB for each virtual machine")
    machine = machine_settings(part)
    patience = (
        part["patience"].number(1, MOST_PATIENCE, "times more time") if part["patience"].present else 1.0
    )
    corosync = _corosync(part["corosync"], len(members))
    settings = properties(part["properties"], platforms.PLATFORMS.get(platform or ""))
    stickiness = score(part["stickiness"])
    primitives, agents = resources(part["resources"])
    colocations, orders, locations, relations = constraints(part["constraints"], primitives, agents, members)
    drill = _drill(part["drill"])
    images = _images(part["images"])
    device = fencing(part["fencing"], adopted=adopted)
    third = witness(part["quorum"], part["witness"], net, members, vip)
    document.document.close()
    lab = Lab(
        name=_sure(name),
        platform=_sure(platform),
        provider=_sure(provider),
        network=_sure(net),
        nodes=members,
        vip=_sure(vip),
        memory_mb=_sure(memory),
        machine=_sure(machine),
        patience=_sure(patience),
        corosync=_sure(corosync),
        properties=settings,
        stickiness=_sure(stickiness),
        resources=primitives,
        colocations=colocations,
        orders=orders,
        locations=locations,
        drill=_sure(drill),
        images=images,
        labs=others,
        fencing=device,
        services=Services(agents, relations, *needs(part["packages"], part["prepare"], folder)),
        witness=third,
        ssh_config=ssh_config,
        reboots=bool(reboots),
    )
    lab = with_witness(with_fencing(lab))
    for path, wrong in () if adopted else judge(lab):  # an adopted cluster exists already
        document.document.note(path, wrong)
    document.document.close()
    return lab


def shortest_consensus_ms(token_ms: int, nodes: int = 2) -> int:
    """The shortest consensus for a token, and the default: 1.2 x the running token (milliseconds; corosync.conf(5))."""
    return math.ceil(running_token_ms(token_ms, nodes) * 6 / 5)


def _sure(value: _T | None) -> _T:
    assert value is not None, "a value is missing, but no mistake was noted"
    return value


def _ssh_config(yaml_node: YamlNode, provider: str | None) -> tuple[str, bool]:
    """The ssh_config of an adopted cluster, and whether the cluster is adopted. Only its provider needs this key."""
    adopted = providers.is_adopted(provider or "")
    if adopted and not yaml_node.present:
        yaml_node.remark(f"the key is missing: with provider {provider} it has the path of an ssh_config(5)")
    if not yaml_node.present:
        return "", adopted
    if not adopted:
        yaml_node.remark("only an adopted cluster has this key: ./lab adopt --help")
    return yaml_node.text("the path of an ssh_config(5)") or "", adopted


def _images(yaml_node: YamlNode) -> dict[str, str]:
    known = {one.name for one in platforms.PLATFORMS.values() if isinstance(one.image, RegistryImage)}
    found = {}
    for name, value in yaml_node.pairs("platforms and base images"):
        if name not in known:
            yaml_node.unknown(name, known, sorted(known))
        text = value.text(
            'an image reference, such as "registry.example.org/centos/centos:stream9"', _is_reference
        )
        found[name] = text or ""
    return found


def _is_reference(text: str) -> bool:
    return bool(_REFERENCE.fullmatch(text))


def _corosync(yaml_node: YamlNode, nodes: int) -> Corosync | None:
    part = yaml_node.fields(("token_ms", "crypto_cipher", "crypto_hash", "two_node"), ("consensus_ms",))
    token = part["token_ms"].whole(SHORTEST_TOKEN_MS, LONGEST_TOKEN_MS, "milliseconds")
    consensus = part["consensus_ms"].whole(1, 2 * LONGEST_TOKEN_MS, "milliseconds")
    if token is not None:
        least = shortest_consensus_ms(token, nodes)
        if not part["consensus_ms"].present:
            consensus = least
        elif consensus is not None and consensus < least:
            part["consensus_ms"].wrong(f"at least {least}, {_consensus_rule(nodes)} (corosync.conf(5))")
    cipher, hash_ = part["crypto_cipher"].one_of(CIPHERS), part["crypto_hash"].one_of(HASHES)
    if hash_ == "none" and cipher not in (None, "none"):
        part["crypto_hash"].wrong(f"{listed(HASHES[:-1])}: corosync needs a hash when it uses a cipher")
    two_node = part["two_node"].flag()
    if two_node and nodes > 2:
        part["two_node"].wrong(
            f"false: two_node is for two nodes only (votequorum(5)), and there are {nodes}"
        )
    if token is None or consensus is None or cipher is None or hash_ is None or two_node is None:
        return None
    return Corosync(token, consensus, cipher, hash_, two_node)


def _consensus_rule(nodes: int) -> str:
    more = f" + {nodes - 2} x {TOKEN_COEFFICIENT_MS}" if nodes > 2 else ""
    return f"1.2 x (token_ms{more})" if more else "1.2 x token_ms"


def _drill(yaml_node: YamlNode) -> Drill | None:
    part = yaml_node.fields(
        ("probe_hz", "probe_timeout_ms", "watch_ms", "seed", "budget_s"),
        ("connecting_hz", "routed_hz", "probe"),
    )
    rate = part["probe_hz"].whole(5, 100, "requests a second")
    timeout = part["probe_timeout_ms"].whole(50, LONGEST_PROBE_TIMEOUT_MS, "milliseconds")
    watch = part["watch_ms"].whole(50, 5_000, "milliseconds")
    seed = part["seed"].whole(0, 2**32 - 1)
    limits = part["budget_s"].fields(BUDGETS, OF_PLATFORM)
    given = {name: limit for name, limit in limits.items() if name in BUDGETS or limit.present}
    budgets = {name: limit.above_zero(3600, "seconds of outage") for name, limit in given.items()}
    more = {
        name: part[name].whole(0, MOST_CLIENT_HZ, "requests a second, 0: none")
        for name in ("connecting_hz", "routed_hz")
        if part[name].present
    }
    request, own_limit = probe(part["probe"])
    if rate is None or timeout is None or watch is None or seed is None:
        return None
    limits_s = {name: seconds or 0.0 for name, seconds in budgets.items()}
    rates = {name: hz for name, hz in more.items() if hz is not None}
    return Drill(rate, own_limit or timeout, watch, seed, limits_s, probe=request, **rates)
