#!/bin/sh
# libvirt-namespace.sh FOLDER CAPABILITIES: runs libvirtd as on a machine of its own. Started as the first process of a
# PID namespace with private mounts: libvirt sees the folders below FOLDER instead of the machine's, and when this
# process ends the kernel kills all guests. As first process the shell reaps the helpers that libvirtd leaves behind,
# without which each would cost libvirt 2 s.
set -e
folder=$1
capabilities=$2

# The places are compiled into libvirt. Where no libvirt is installed as a service, empty folders stay behind.
mkdir -p /run/libvirt /var/lib/libvirt /var/log/libvirt /var/cache/libvirt
mount --bind "$folder/etc" /etc/libvirt
mount --bind "$folder/run" /run/libvirt
mount --bind "$folder/lib" /var/lib/libvirt
mount --bind "$folder/log" /var/log/libvirt
mount --bind "$capabilities" /var/cache/libvirt

# libvirtd refuses to start without this user, even if told to run guests as another.
{ cat /etc/passwd && echo 'libvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin'; } >"$folder/passwd"
{ cat /etc/group && echo 'libvirt-qemu:x:64055:'; } >"$folder/group"
mount --bind "$folder/passwd" /etc/passwd
mount --bind "$folder/group" /etc/group

libvirtd --pid-file /run/libvirt/libvirtd.pid &
wait
