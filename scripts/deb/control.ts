const MAINTAINER = "The selfballoon authors <maintainers@selfballoon.invalid>";

/** What the package says of itself. `installedKib` is what its files take. */
export function controlFile(version: string, installedKib: number): string {
  return `Package: selfballoon
Version: ${version}
Architecture: all
Maintainer: ${MAINTAINER}
Installed-Size: ${installedKib}
Pre-Depends: init-system-helpers (>= 1.54~)
Depends: nodejs (>= 20.19)
Suggests: zram-tools, prometheus, grafana
Section: admin
Priority: optional
Description: give back the memory that a virtual machine does not need
 selfballoon makes a virtual machine use as little RAM as its load needs and
 hands the rest back to its host. It continues the Linux driver xen-selfballoon
 in user space: the same control law under the same names, with a guard after it
 so that no guest is made to run out of memory.
 .
 It runs in a Xen guest, on a QEMU or libvirt host, where it moves only the
 guests that its configuration names, and on any machine with compressed swap,
 from which it brings pages back once it is calm.
`;
}

/** debian/changelog of a package that is made from a state of the sources, at `epochS`. */
export function changelogFile(version: string, epochS: number): string {
  const date = new Date(epochS * 1000).toUTCString().replace("GMT", "+0000");
  return `selfballoon (${version}) unstable; urgency=medium

  * What changed is in CHANGELOG.md.gz beside this file.

 -- ${MAINTAINER}  ${date}
`;
}
