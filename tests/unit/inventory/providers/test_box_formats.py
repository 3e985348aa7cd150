"""The formats of boxes, by their own rules: the partition table, OVF (DSP0243), streamOptimized VMDK."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from inventory.platforms.debian import DEBIAN12
from inventory.providers.box_formats import LIBVIRT, SECTOR, VIRTUALBOX, first_sector

SIZE = 3 * 2**30
OVF = "{http://schemas.dmtf.org/ovf/envelope/1}"
RASD = "{http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData}"
CPU, MEMORY, IDE, ETHERNET, DISK = "3", "4", "5", "10", "17"
"""CIM_ResourceAllocationSettingData, ResourceType."""


def test_the_first_sector_has_one_bootable_partition_up_to_the_end() -> None:
    sector = first_sector(b"\xeb" * 512, SIZE // SECTOR)
    assert len(sector) == SECTOR
    assert sector[:440] == b"\xeb" * 440
    assert sector[440:446] == bytes(6), "the disk's signature is not GRUB's code"
    flag, kind, first, count = struct.unpack("<B3xB3xII", sector[446:462])
    assert (flag, kind, first) == (0x80, 0x83, 2048)
    assert (first + count) * SECTOR == SIZE
    assert sector[462:510] == bytes(48)
    assert sector[510:] == b"\x55\xaa"


def test_libvirt() -> None:
    files = LIBVIRT.files(SIZE, 1)
    assert json.loads(files["metadata.json"]) == {"provider": "libvirt", "format": "qcow2", "virtual_size": 3}
    assert LIBVIRT.disk == "box.img"


@pytest.fixture(scope="module")
def envelope() -> ElementTree.Element:
    return ElementTree.fromstring(VIRTUALBOX.files(SIZE, 4711)["box.ovf"])


def items(envelope: ElementTree.Element) -> list[dict[str, str]]:
    """The hardware: the elements of each item by name."""
    return [
        {part.tag.removeprefix(RASD): part.text or "" for part in item}
        for item in envelope.iter(f"{OVF}Item")
    ]


def test_the_ovf_has_its_sections_in_order(envelope: ElementTree.Element) -> None:
    assert envelope.tag == f"{OVF}Envelope"
    names = [part.tag.removeprefix(OVF) for part in envelope]
    assert names == ["References", "DiskSection", "NetworkSection", "VirtualSystem"]
    for section in envelope.iter():
        if section.tag.endswith("Section"):
            assert section[0].tag == f"{OVF}Info", f"{section.tag}: Info comes first"


def test_the_disk_refers_to_the_file(envelope: ElementTree.Element) -> None:
    [file], [disk] = envelope.iter(f"{OVF}File"), envelope.iter(f"{OVF}Disk")
    assert file.get(f"{OVF}href") == VIRTUALBOX.disk
    assert file.get(f"{OVF}size") == "4711"
    assert disk.get(f"{OVF}fileRef") == file.get(f"{OVF}id")
    assert disk.get(f"{OVF}capacity") == str(SIZE)
    assert str(disk.get(f"{OVF}format")).endswith("vmdk.html#streamOptimized")
    [drive] = [one for one in items(envelope) if one["ResourceType"] == DISK]
    assert drive["HostResource"] == f"/disk/{disk.get(f'{OVF}diskId')}"


def test_the_hardware_is_whole(envelope: ElementTree.Element) -> None:
    found = items(envelope)
    ids = [one["InstanceID"] for one in found]
    assert len(set(ids)) == len(ids)
    kinds = [one["ResourceType"] for one in found]
    assert sorted(kinds, key=int) == [CPU, MEMORY, IDE, ETHERNET, DISK]
    by_kind = dict(zip(kinds, found, strict=True))
    assert by_kind[DISK]["Parent"] == by_kind[IDE]["InstanceID"]
    networks = [one.get(f"{OVF}name") for one in envelope.iter(f"{OVF}Network")]
    assert [by_kind[ETHERNET]["Connection"]] == networks
    for one in found:
        names = list(one)
        assert names == sorted(names), "the schema has the elements in the order of the alphabet"
        assert {"ElementName", "InstanceID", "ResourceType"} <= set(one)


def test_the_system_has_drivers_for_the_hardware(envelope: ElementTree.Element) -> None:
    """linux-image-cloud-amd64 has none for AHCI and e1000, which are VirtualBox's defaults."""
    by_kind = {one["ResourceType"]: one for one in items(envelope)}
    assert by_kind[IDE]["ResourceSubType"] == "PIIX4"
    assert by_kind[ETHERNET]["ResourceSubType"] == "virtio"
    assert DEBIAN12.own_box
    assert {"ata_piix", "sd_mod", "virtio_net"} <= set(DEBIAN12.own_box.drivers)
    assert 'default_nic_type = "virtio"' in VIRTUALBOX.files(SIZE, 1)["Vagrantfile"]


def test_only_a_box_that_the_tests_boot_says_so() -> None:
    assert (LIBVIRT.booted, VIRTUALBOX.booted) == (True, False)


@pytest.mark.skipif(shutil.which("qemu-img") is None, reason="there is no qemu-img here")
def test_the_vmdk_is_stream_optimized(tmp_path: Path) -> None:
    """VirtualBox imports this kind only. Source: VMware's "Virtual Disk Format 1.1"."""
    (tmp_path / "disk.raw").write_bytes(b"system".ljust(2**21, b"\0"))
    disk = tmp_path / VIRTUALBOX.disk
    argv = ["qemu-img", "convert", *VIRTUALBOX.convert, str(tmp_path / "disk.raw"), str(disk)]
    subprocess.run(argv, check=True)
    magic, version, flags, capacity = struct.unpack("<4sIIQ", disk.read_bytes()[:20])
    assert (magic, version) == (b"KDMV", 3)
    assert flags & 0x30000 == 0x30000, "compressed grains, and markers"
    assert capacity * SECTOR == 2**21
    assert b'createType="streamOptimized"' in disk.read_bytes()
