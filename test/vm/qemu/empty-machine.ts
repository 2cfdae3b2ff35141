/** A machine without a system, for what libvirt does without one: it comes up as fast as QEMU starts. */
export function emptyMachineXml(name: string): string {
  return `<domain type='qemu'>
  <name>${name}</name>
  <memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <controller type='usb' model='none'/>
    <memballoon model='virtio'/>
  </devices>
</domain>
`;
}
