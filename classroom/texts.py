"""The classroom's texts: YAML files beside this module, and the values of their placeholders."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from classroom import effects
from cluster import corosync_conf, corosync_state, pcs
from inventory.session import LabSession
from language import fast_yaml
from provision import texts


@cache
def load(name: str) -> Mapping[str, Any]:
    """A YAML file of this package."""
    read: Mapping[str, Any] = fast_yaml.read(files(__package__).joinpath(name).read_text(encoding="utf-8"))
    return read


def placeholders(session: LabSession) -> Mapping[str, str]:
    """The values of the {placeholders}: those of the steps (provision.texts), and those that only the classroom has."""
    lab, platform = session.lab, session.platform
    web, httpd = texts.web_id(lab), platform.web_service
    commands = {
        "resources": pcs.list_resources(platform.pcs),
        "defaults": pcs.list_defaults(platform.pcs),
        "refresh": pcs.refresh(platform.pcs, web),
        "clear": pcs.clear(platform.pcs, web),
        "disable": pcs.disable(platform.pcs, web),
        "enable": pcs.enable(platform.pcs, web),
        "web_status": platform.services.command("status", httpd),
        "web_at_boot": platform.services.command("is-enabled", httpd),
        "verify_agents": platform.package_manager.verify(platform.agents_package),
        "reinstall_agents": platform.package_manager.reinstall(platform.agents_package),
    }
    enabled = {
        unit: shlex.join(platform.services.command("is-enabled", unit))
        for unit in (*platform.cluster_services, httpd)
    }
    restart = platform.services.restart_command(httpd)
    return {
        **texts.placeholders(session),
        **{name: shlex.join(argv) for name, argv in commands.items()},
        "at_boot": "; ".join(filter(None, [*enabled.values(), restart])),
        "web_by_itself": "; ".join(filter(None, [enabled[httpd], restart])),
        "membership": corosync_state.membership_script(platform.corosync),
        **effects.effects(lab),
        "preferred": lab.preferred.alias,
        "other": lab.peers(lab.preferred)[0].alias,
        "witness": lab.witness.machine.alias if lab.witness else "(none)",
        "prefix": str(lab.network.prefixlen),
        "httpd": httpd,
        "web_include": platform.web_include,
        "port": str(corosync_conf.PORT),
        "rules": platform.packet_filter.rules,
        "next_name": platform.host_name.reading,
    }
