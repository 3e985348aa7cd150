"""`./lab kit`: pack everything that a machine without network needs, check such a kit, and set a machine up from it."""

from __future__ import annotations

import platform as host
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cli.console import Output
from cli.context import Context, context_of
from cli.help_texts import TranslatedGroup
from cli.progress import ConsoleProgress
from inventory.errors import ConfigError
from inventory.host import install as installer
from inventory.kit import archive, contents, packing, setting_up
from inventory.kit.contents import Description, Image
from inventory.kit.not_held import not_held
from inventory.kit.wheels import PYTHONS, Target
from inventory.platforms.registry import PLATFORMS
from inventory.platforms.settings import in_image
from inventory.providers import image_choice, node_image, registry
from language import speech

out = Output()
GROUP = typer.Typer(cls=TranslatedGroup, invoke_without_command=True)
Kit = Annotated[
    Path, typer.Argument(metavar="KIT", help="The kit: its file, or the folder into which tar unpacked it.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the CLI."""
    GROUP.callback()(pack)
    GROUP.command()(install)
    GROUP.command()(check)
    app.add_typer(GROUP, name="kit")


def pack(
    ctx: typer.Context,
    to: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="The kit's file, or the folder for it; default: this folder."),
    ] = None,
    platform: Annotated[
        list[str] | None,
        typer.Option(
            help=f"{', '.join(PLATFORMS)}; default: the platform of lab.yaml. For several, repeat the option."
        ),
    ] = None,
    python: Annotated[
        list[str] | None,
        typer.Option(help=f"{', '.join(PYTHONS)}; default: all. For several, repeat the option."),
    ] = None,
    *,
    browser: Annotated[
        bool, typer.Option("--browser", help="Also pack the browser that ./lab test -e browser needs.")
    ] = False,
) -> None:
    """Pack the lab into one file for machines without network: node images, Python and Debian packages, this lab.

    The packing itself needs network, and some minutes. Then, on a machine without network: ./lab kit install KIT.
    """
    if ctx.invoked_subcommand:
        return
    context, console = context_of(ctx), ConsoleProgress()
    version, machine = metadata.version("ha-lab"), host.machine()
    pythons, kit = packing.pythons(python or ()), packing.target(to, version, machine)
    provider = registry.get(node_image.PROVIDER_NAME)
    names = [*installer.PYTHON, *installer.PACKAGES.values(), *provider.all_packages()]
    names += installer.BROWSER.values() if browser else ()
    packages = tuple(sorted(set(names)))
    for wanted in platform or ():
        if unfit := provider.platform_finding(provider.system(wanted, context.lab), context.lab):
            possible = ", ".join(one.name for one in PLATFORMS.values() if one.image)
            raise ConfigError(unfit.found, hint=f"with a node image: {possible}")
    installer.ensure(provider, console.say, context.clock)
    with packing.staging(kit) as folder:
        for one in pythons:
            with console.busy(f"Downloading the packages for Python {one}"):
                packing.add_wheels(folder, Target(one, machine))
        with console.busy("Downloading the Debian packages"):
            system = packing.add_packages(folder, packages)
        images = _images(context, platform or [context.lab.platform], folder, console)
        with console.busy("Writing the kit"):
            made = Description(
                contents.FORMAT, version, machine, pythons, images, packages if system else (), system
            )
            packing.finish(folder, made, kit)
    _show(made)
    out.print(escape(f"{kit}: {kit.stat().st_size >> 20} MB"))


def _images(context: Context, wanted: list[str], folder: Path, console: ConsoleProgress) -> tuple[Image, ...]:
    """Make the node images of platforms, and add them to a kit."""
    found: dict[str, Image] = {}
    for name in wanted:
        with console.busy("The node image"):
            system, why, tag = image_choice.obtain(
                name, context.lab.images, console.say, lambda one: in_image(one, context.lab)
            )
            if system.name in found:
                continue
            console.say(why)
            image = Image(system.name, tag, f"{contents.IMAGES}/{system.name}.tar.gz")
            node_image.save(tag, folder / image.file)
            found[system.name] = image
    return tuple(found.values())


def install(ctx: typer.Context, kit: Kit) -> None:
    """Set this machine up from a kit, without network: Python and Debian packages, node images. Then run ./lab up."""
    context, console = context_of(ctx), ConsoleProgress()
    with setting_up.unpacked(kit) as folder:
        found = setting_up.describe(folder)
        setting_up.set_up(folder, found, context.lab, console.say, context.clock)
    _show(found)
    out.print("This machine is set up. Next: ./lab up")


def check(ctx: typer.Context, kit: Kit) -> None:
    """Compare every file of a kit with its checksum, and print what the kit has."""
    context_of(ctx)
    with ConsoleProgress().busy("Reading the kit"):
        found = archive.check(kit)
    _show(found)
    out.print("Every file is as it was packed.")


def _show(kit: Description) -> None:
    """Print what a kit has, and what it does not have, with where to get it."""
    out.print(escape(f"The lab {kit.lab}, for {kit.machine} with Python {', '.join(kit.pythons)}"))
    out.print(escape(f"Node images: {', '.join(one.tag for one in kit.images)}"))
    if kit.system:
        out.print(
            escape(f"Debian packages for {kit.system}: {' '.join(kit.packages)}, and what they depend on")
        )
    out.print("Not in the kit:")
    packed = {one.platform for one in kit.images}
    browser = set(installer.BROWSER.values()) <= set(kit.packages)
    for one in not_held(
        registry.providers().values(), PLATFORMS.values(), packed, system=kit.system, browser=browser
    ):
        out.print(escape(f"  {speech.show(one.what)}: {speech.show(one.where)}"))
