"""The machines' commands: up, halt, down, doctor, image, box, and two that the Vagrantfile calls."""

from __future__ import annotations

from typing import Annotated

import typer

from classroom import attempts
from cli import render
from cli.building import booted, build, prepare_machines
from cli.console import Json, Output, print_json
from cli.context import context_of
from cli.overview import look
from cli.progress import ConsoleProgress
from inventory.bmc import service
from inventory.errors import ConfigError
from inventory.host import install, survey
from inventory.host.doctor import findings
from inventory.model import Lab
from inventory.platforms.registry import PLATFORMS, get
from inventory.platforms.settings import in_image
from inventory.providers import image_choice, node_image, own_box, registry
from provision.facts import gather

Provider = Annotated[
    str, typer.Option(help=f"{', '.join(registry.names())} or auto; default: the provider of lab.yaml.")
]
System = Annotated[
    str, typer.Option(help=f"{', '.join(PLATFORMS)} or auto; default: the platform of lab.yaml.")
]
out = Output()


def register(app: typer.Typer) -> None:
    """Add the commands to the CLI."""
    for command in (up, halt, doctor, image, box):
        app.command()(command)
    app.command("start-bare")(start_bare)
    for command in (prepare, nodes, released):
        app.command(hidden=True)(command)


def up(ctx: typer.Context, provider: Provider = "", platform: System = "") -> None:
    """Install what is missing on this machine, boot the nodes, build the cluster, and show its status."""
    context, console = context_of(ctx, provider=provider, platform=platform), ConsoleProgress()
    with context.exclusive():
        prepare_machines(context, console)
        with booted(context, console) as whole:
            build(context, console, whole=whole)
    seen = look(context)
    out.print(render.overview(seen))
    raise typer.Exit(1 if seen.troubles else 0)


def start_bare(ctx: typer.Context, provider: Provider = "", platform: System = "") -> None:
    """Boot the machines as they come from their image, and configure nothing: for a cluster that is built by hand.

    `./lab check STEP` then tells what is there already.
    """
    context, console = context_of(ctx, provider=provider, platform=platform), ConsoleProgress()
    with context.exclusive():
        prepare_machines(context, console)
        with booted(context, console) as whole:
            whole()
        facts = gather(context.session)
    built = [node.alias for node in context.lab.nodes if has_our_conf(context.lab, facts.of(node).conf)]
    if built:
        raise ConfigError(
            f"The nodes run, but they are not bare: {' and '.join(built)} have a corosync.conf of this lab.",
            hint="./lab down removes the machines; ./lab start-bare then makes new ones.",
        )
    missing = sorted({name for node in context.lab.nodes for name in facts.of(node).missing})
    console.say(
        f"The nodes run as they come from their image; not installed there: {', '.join(missing)}."
        if missing
        else "The nodes run as they come from their image; the packages of the cluster are in it."
    )
    console.say(
        "Build the cluster by hand: ./lab ssh node1. What is there already: ./lab check STEP, from 1 to 7."
    )


def has_our_conf(lab: Lab, conf: str) -> bool:
    """Whether a corosync.conf has an address of the lab; the file of the package has none."""
    return any(str(one.address) in conf for one in lab.nodes) or str(lab.network.network_address) in conf


def halt(ctx: typer.Context) -> None:
    """Shut the nodes down; `up` boots them again."""
    context, console = context_of(ctx), ConsoleProgress()
    context.use_built(console.say)
    with context.exclusive(), console.busy("Shutting the nodes down"):
        # End the BMCs first: otherwise a node that shuts down slowly would be fenced, and fencing would boot it again.
        service.halt(context.home, context.clock)
        context.machines.halt()


def doctor(ctx: typer.Context, provider: Provider = "", platform: System = "", as_json: Json = False) -> None:
    """Check whether this machine can run the lab; each finding has its remedy. Exit 1 when a finding is bad."""
    context = context_of(ctx, provider=provider, platform=platform)
    providers = tuple(registry.providers().values())
    chosen = context.machines.choose(context.lab.provider)
    found = findings(
        survey.read(context.root, context.lab, providers, chosen),
        context.lab,
        context.lab.platform,
        chosen,
        providers,
        own_interface=context.machines.folder.bridge,
    )
    if as_json:
        print_json([vars(one) for one in found])
    else:
        out.print(render.findings(found))
    raise typer.Exit(1 if any(one.level == "bad" for one in found) else 0)


def image(ctx: typer.Context, platform: System = "") -> None:
    """Make the image for nodes that are containers, if it does not exist yet."""
    context, console = (
        context_of(ctx, provider=node_image.PROVIDER_NAME, platform=platform),
        ConsoleProgress(),
    )
    install.ensure(registry.get(node_image.PROVIDER_NAME), console.say)
    with console.busy("The node image"):
        _, why, tag = image_choice.obtain(
            context.lab.platform,
            context.lab.images,
            console.say,
            lambda system: in_image(system, context.lab),
        )
    console.say(why)
    out.print(tag)


def box(
    ctx: typer.Context,
    platform: Annotated[str, typer.Argument(help="The platform; default: the first one with a recipe.")] = "",
    provider: Annotated[
        str, typer.Option(help="Only for this provider; default: all that can have it.")
    ] = "",
) -> None:
    """Make the box for virtual machines from packages, if it does not exist yet, and print its path.

    `up` makes it too when it is needed. To use the file elsewhere: box and box_url in lab.yaml.
    """
    console = ConsoleProgress()
    context_of(ctx)
    system = get(platform) if platform else next(one for one in PLATFORMS.values() if one.own_box)
    chosen = [registry.get(provider)] if provider else registry.providers().values()
    forms = [form for one in chosen if (form := one.box_format)]
    if not forms:
        raise ConfigError(f"The lab makes no box for {provider}.", hint="./lab box --help")
    own_box.bootstrapped(system)
    install.ensure_packages(install.missing({**install.PACKAGES, **own_box.programs()}), console.say)
    with console.busy(f"The box of {system.name}"):
        made = own_box.make(system, forms, console.say)
    for form, one in zip(forms, made, strict=True):
        if not form.booted:
            console.say(
                f"The box for {form.provider} was checked by the rules of its format, but never booted."
            )
        out.print(str(one.path))


def prepare(ctx: typer.Context, provider: Provider = "", platform: System = "") -> None:
    """Decide provider and platform, and make image and network. The Vagrantfile calls it before `vagrant up`."""
    context, console = context_of(ctx, provider=provider, platform=platform), ConsoleProgress()
    with context.exclusive():
        prepare_machines(context, console)


def nodes(ctx: typer.Context) -> None:
    """Print the nodes of lab.yaml as data. The Vagrantfile asks for them before the first `up`."""
    print_json([{"alias": one.alias, "name": one.name} for one in context_of(ctx).lab.machines])


def released(ctx: typer.Context) -> None:
    """Remove the network and the keys after `vagrant destroy` has removed the last machine."""
    context = context_of(ctx)
    with context.exclusive():
        service.stop(context.home)
        if context.machines.release():
            attempts.close(context.home, "given-up")
