#!/bin/sh
# libvirt-namespace.sh FOLDER CAPABILITIES CACHE PROGRAM ROOT: runs PROGRAM as on a machine of its own, this one or, where
# ROOT is not empty, the file tree there, which sees CACHE. Started as the first process of a PID namespace with private mounts: libvirt sees the folders below FOLDER instead
# of the machine's, and when this process ends the kernel kills all guests. As first process the shell reaps the helpers that libvirtd
# leaves behind, without which each would cost libvirt 2 s. While FOLDER/away is there PROGRAM is not, and its guests go on.
set -e
folder=$1 capabilities=$2 cache=$3 program=$4 root=$5

if [ -n "$root" ]; then
	for place in /proc /sys /dev "$cache"; do
		mkdir -p "$root$place"
		mount --rbind "$place" "$root$place"
	done
fi

# The places are compiled into libvirt. Where no libvirt is installed as a service, empty folders stay behind.
for place in /etc /run /var/lib /var/log /var/cache; do
	mkdir -p "$root$place/libvirt"
done
mount --bind "$folder/etc" "$root/etc/libvirt"
mount --bind "$folder/run" "$root/run/libvirt"
mount --bind "$folder/lib" "$root/var/lib/libvirt"
mount --bind "$folder/log" "$root/var/log/libvirt"
mount --bind "$capabilities" "$root/var/cache/libvirt"

# libvirtd refuses to start without this user, even if told to run guests as another.
{ cat /etc/passwd && echo 'libvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin'; } >"$folder/passwd"
{ cat /etc/group && echo 'libvirt-qemu:x:64055:'; } >"$folder/group"
for file in passwd group; do
	[ -e "$root/etc/$file" ] || touch "$root/etc/$file"
	mount --bind "$folder/$file" "$root/etc/$file"
done

while :; do
	${root:+chroot "$root"} "$program" --pid-file "/run/libvirt/$program.pid" &
	while [ ! -e "$folder/away" ]; do
		kill -0 $!
		sleep 0.1
	done
	kill $!
	wait $! || true
	while [ -e "$folder/away" ]; do
		sleep 0.1
	done
done
