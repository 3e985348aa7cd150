"""CentOS 6.4, the system of the walkthrough: init scripts, corosync 1.4 with pacemaker as its plugin."""

from __future__ import annotations

from types import MappingProxyType

from inventory.platforms.base import Platform
from inventory.platforms.boxes import Box
from inventory.platforms.event_sources import EventSources
from inventory.platforms.firewalls import IPTABLES
from inventory.platforms.host_names import NetworkFile
from inventory.platforms.node_tools import NodeTools
from inventory.platforms.package_managers import Rpm
from inventory.platforms.packet_filters import Iptables
from inventory.platforms.service_managers import SysV
from inventory.remote.script import script

IMAGES = "https://cloud.centos.org/centos/6/vagrant/x86_64/images"
BUILD = "CentOS-6-x86_64-Vagrant-1905_01"
"""The last build for CentOS 6 (May 2019)."""

CENTOS6 = Platform(
    name="centos6",
    title="CentOS 6.4, as the document has it",
    rank=30,
    corosync="1.4",
    pcs="0.9.26",
    pacemaker="1.1.8",
    packages=(
        *("corosync", "pacemaker", "pcs", "resource-agents", "httpd", "net-tools", "iptables"),
        *("iproute", "iputils", "procps", "curl", "openssh-server", "openssh-clients", "sudo"),
    ),
    package_manager=Rpm("yum"),
    services=SysV(),
    host_name=NetworkFile(),
    packet_filter=Iptables(),
    agents=MappingProxyType({"address": "ocf:heartbeat:IPaddr", "web": "lsb:httpd"}),
    web_service="httpd",
    web_process="httpd",
    boxes=MappingProxyType(
        {
            "virtualbox": Box("centos/6", f"{IMAGES}/{BUILD}.VirtualBox.box"),
            "libvirt": Box("centos/6", f"{IMAGES}/{BUILD}.LibVirt.box"),
        }
    ),
    repository=script(__package__, "centos6_repository"),
    firewall=IPTABLES,
    tools=NodeTools(
        repository_why="take the packages from the archive vault.centos.org by plain http: the mirrors of CentOS 6 are"
        " gone, and its TLS is too old for https",
        kills_later=False,  # coreutils 8.4
        # OpenSSH 5.3 offers ssh-rsa only, which OpenSSH 8.8 and later refuse. A client before 8.5 does not know
        # PubkeyAcceptedAlgorithms, and needs no permission.
        ssh_options=MappingProxyType(
            {
                "IgnoreUnknown": "PubkeyAcceptedAlgorithms",
                "HostKeyAlgorithms": "+ssh-rsa",
                "PubkeyAcceptedAlgorithms": "+ssh-rsa",
            }
        ),
        keys_expire=False,
        maintains_nodes=False,
        fail_count_of_operation=False,
        needs_vsyscall=True,  # glibc 2.12
        least_times=MappingProxyType({"dc-deadtime": "5s"}),  # check_time of pacemaker 1.1.8
        recomputes_without_quorum=False,
        one_change=False,  # pcs 0.9.26 ends with 0 after a wrong command, and stores unknown names
    ),
    # corosync 1.4 has no notifications for a shell, and pacemaker 1.1.8 logs no line for each change of the CIB.
    events=EventSources(ring="", changes=""),
    cluster_services=("corosync",),  # corosync starts pacemaker itself (the plugin with ver: 0)
    cluster_process="crmd",  # the plugin starts pacemaker's daemons without a pacemakerd
    ssh_key_type="rsa",  # OpenSSH 5.3 has no ed25519
    pacemaker_log="/var/log/cluster/corosync.log",  # the plugin writes into corosync's own log
)
