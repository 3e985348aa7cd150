"""The formats of Vagrant boxes: the files beside the disk, and the first sector of a bootable disk. Pure.

Sources: Vagrant's manual ("Box File Format"), vagrant-libvirt's ("Box Format"), OVF 1.0 (DMTF DSP0243).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from string import Template

SECTOR = 512
FIRST_SECTOR = 2048
"""The partition begins at 1 MiB; GRUB's core.img is between the first sector and the partition."""
LINUX, ACTIVE = 0x83, 0x80
BOOT_CODE = 440
GIB = 2**30


@dataclass(frozen=True)
class BoxFormat:
    """The box of one provider. `disk` is the disk's file in the box, `convert` has qemu-img's options for it.

    `files` gives the other files as texts, by name, from the size of the virtual disk and of the disk's file (bytes).
    """

    provider: str
    disk: str
    convert: tuple[str, ...]
    files: Callable[[int, int], Mapping[str, str]]
    booted: bool
    """The project's tests boot a machine from it."""


def first_sector(boot_img: bytes, sectors: int) -> bytes:
    """Give the first sector of a disk of so many sectors: GRUB's boot code, and one partition for Linux."""
    # The addresses in cylinders, heads and sectors are those for "too large"; every BIOS since 1998 uses LBA.
    entry = struct.pack(
        "<B3sB3sII", ACTIVE, b"\xfe\xff\xff", LINUX, b"\xfe\xff\xff", FIRST_SECTOR, sectors - FIRST_SECTOR
    )
    return boot_img[:BOOT_CODE].ljust(446, b"\0") + entry + bytes(48) + b"\x55\xaa"


def _libvirt(size: int, file_size: int) -> Mapping[str, str]:
    metadata = {"provider": "libvirt", "format": "qcow2", "virtual_size": -(-size // GIB)}
    return {
        "metadata.json": json.dumps(metadata) + "\n",
        "Vagrantfile": 'Vagrant.configure("2") { |config| }\n',
    }


LIBVIRT = BoxFormat("libvirt", "box.img", ("-O", "qcow2"), _libvirt, booted=True)

# The box's Debian has drivers for IDE (PIIX4) and virtio, not for AHCI and e1000 (linux-image-cloud-amd64).
_VIRTUALBOX_VAGRANTFILE = """\
Vagrant.configure("2") do |config|
  config.vm.base_mac = "080027D1AB12"
  config.vm.provider("virtualbox") { |machine| machine.default_nic_type = "virtio" }
end
"""
_OVF = Template("""\
<?xml version="1.0"?>
<Envelope ovf:version="1.0" xml:lang="en-US" xmlns="http://schemas.dmtf.org/ovf/envelope/1"
    xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
    xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData">
  <References>
    <File ovf:id="file1" ovf:href="$disk" ovf:size="$file_size"/>
  </References>
  <DiskSection>
    <Info>The only disk</Info>
    <Disk ovf:diskId="vmdisk1" ovf:fileRef="file1" ovf:capacity="$size"
        ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <NetworkSection>
    <Info>Vagrant's own network</Info>
    <Network ovf:name="NAT">
      <Description>NAT</Description>
    </Network>
  </NetworkSection>
  <VirtualSystem ovf:id="ha-lab">
    <Info>A node</Info>
    <OperatingSystemSection ovf:id="96">
      <Info>Debian, 64 bit</Info>
      <Description>Debian_64</Description>
    </OperatingSystemSection>
    <VirtualHardwareSection>
      <Info>The hardware of a node</Info>
      <System>
        <vssd:ElementName>Virtual Hardware Family</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemIdentifier>ha-lab</vssd:VirtualSystemIdentifier>
        <vssd:VirtualSystemType>virtualbox-2.2</vssd:VirtualSystemType>
      </System>
      <Item>
        <rasd:Caption>1 virtual CPU</rasd:Caption>
        <rasd:Description>Number of virtual CPUs</rasd:Description>
        <rasd:ElementName>1 virtual CPU</rasd:ElementName>
        <rasd:InstanceID>1</rasd:InstanceID>
        <rasd:ResourceType>3</rasd:ResourceType>
        <rasd:VirtualQuantity>1</rasd:VirtualQuantity>
      </Item>
      <Item>
        <rasd:AllocationUnits>MegaBytes</rasd:AllocationUnits>
        <rasd:Caption>1024 MB of memory</rasd:Caption>
        <rasd:Description>Memory Size</rasd:Description>
        <rasd:ElementName>1024 MB of memory</rasd:ElementName>
        <rasd:InstanceID>2</rasd:InstanceID>
        <rasd:ResourceType>4</rasd:ResourceType>
        <rasd:VirtualQuantity>1024</rasd:VirtualQuantity>
      </Item>
      <Item>
        <rasd:Address>0</rasd:Address>
        <rasd:Caption>ideController0</rasd:Caption>
        <rasd:Description>IDE Controller</rasd:Description>
        <rasd:ElementName>ideController0</rasd:ElementName>
        <rasd:InstanceID>3</rasd:InstanceID>
        <rasd:ResourceSubType>PIIX4</rasd:ResourceSubType>
        <rasd:ResourceType>5</rasd:ResourceType>
      </Item>
      <Item>
        <rasd:AddressOnParent>0</rasd:AddressOnParent>
        <rasd:Caption>disk1</rasd:Caption>
        <rasd:Description>Disk Image</rasd:Description>
        <rasd:ElementName>disk1</rasd:ElementName>
        <rasd:HostResource>/disk/vmdisk1</rasd:HostResource>
        <rasd:InstanceID>4</rasd:InstanceID>
        <rasd:Parent>3</rasd:Parent>
        <rasd:ResourceType>17</rasd:ResourceType>
      </Item>
      <Item>
        <rasd:AutomaticAllocation>true</rasd:AutomaticAllocation>
        <rasd:Caption>Ethernet adapter on NAT</rasd:Caption>
        <rasd:Connection>NAT</rasd:Connection>
        <rasd:ElementName>Ethernet adapter on NAT</rasd:ElementName>
        <rasd:InstanceID>5</rasd:InstanceID>
        <rasd:ResourceSubType>virtio</rasd:ResourceSubType>
        <rasd:ResourceType>10</rasd:ResourceType>
      </Item>
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
""")
_VMDK = "box-disk1.vmdk"


def _virtualbox(size: int, file_size: int) -> Mapping[str, str]:
    return {
        "metadata.json": json.dumps({"provider": "virtualbox"}) + "\n",
        "Vagrantfile": _VIRTUALBOX_VAGRANTFILE,
        "box.ovf": _OVF.substitute(disk=_VMDK, size=size, file_size=file_size),
    }


VIRTUALBOX = BoxFormat(
    "virtualbox", _VMDK, ("-O", "vmdk", "-o", "subformat=streamOptimized"), _virtualbox, booted=False
)
