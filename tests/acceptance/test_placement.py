"""The arithmetic of placement against pacemaker's own, on a node: many random clusters in one remote command."""

from __future__ import annotations

import base64
import io
import tarfile
from collections.abc import Callable

import pytest

from cli.context import Context
from cluster.placement import NotModelled
from inventory.model import Command
from inventory.remote import sections
from inventory.remote.ssh import check
from tests.support.random_clusters import cib_xml, disagreement, random_cluster

SEEDS = range(1000)
MODELLED = "2.1.5"
"""The version of pacemaker whose steps cluster.placement follows."""
SIMULATE = (
    "d=$(mktemp -d) && cd $d && base64 -d | tar xzf - && ls *.xml"
    " | xargs -P 4 -I{} sh -c 'crm_simulate --xml-file {} --simulate --show-scores > {}.out 2>&1';"
    f" for f in *.out; do printf '\\n{sections.MARK}%s\\n' ${{f%.xml.out}}; cat $f; done; cd / && rm -r $d"
)


def packed(texts: dict[str, str]) -> str:
    """Files as one text that a command can read."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, text in texts.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return base64.b64encode(buffer.getvalue()).decode()


def test_the_arithmetic_agrees_with_crm_simulate(
    context: Context, record_property: Callable[[str, object], None]
) -> None:
    node = context.lab.node1.name
    version = check(context.remote, Command(node, ("crm_mon", "--version"))).out
    if MODELLED not in version:
        pytest.skip(f"cluster.placement follows pacemaker {MODELLED}; the nodes have {version.split()[1]}")
    clusters = {f"{seed}": random_cluster(seed) for seed in SEEDS}
    stdin = packed({f"{name}.xml": cib_xml(cluster) for name, cluster in clusters.items()})
    said = check(
        context.remote,
        Command.script(node, SIMULATE, stdin=stdin, why="simulate random clusters", deadline=500),
    )
    printed = sections.read(said.out)
    assert printed.keys() == clusters.keys(), "crm_simulate answered for each of them"
    declined, different = 0, []
    for name, cluster in clusters.items():
        try:
            found = disagreement(cluster, printed[name])
        except NotModelled:
            declined += 1
            continue
        if found:
            different.append(f"seed {name}: {found}")
    record_property("modelled", f"{len(clusters) - declined} of {len(clusters)}")
    assert different == [], "\n".join(different[:5])
    assert declined <= len(clusters) * 0.2, "at least 80 % of the clusters are modelled"
