#!/bin/sh
# container.sh IMAGE ROOT CGROUP: boots the system in IMAGE, mounted at ROOT, beside this machine's own on the same kernel: with processes,
# mounts, network and names of its own, its control groups below CGROUP. As its first process, ends it with itself.
set -e
if [ $# = 3 ]; then
	echo $$ >"$3/cgroup.procs"
	exec unshare --mount --propagation private --pid --fork --kill-child --uts --ipc --net --cgroup sh "$0" "$1" "$2"
fi
image=$1 root=$2

mount -o loop "$image" "$root"
mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys" # the kernel's settings are this machine's
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs sys "$root/sys"
mount -t cgroup2 cgroup "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 dev "$root/dev"
for device in null zero full random urandom tty fuse; do
	touch "$root/dev/$device"
	mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
mkdir "$root/dev/shm"
mount -t tmpfs -o mode=755 run "$root/run"
# These are for an emulated machine. The first one would make swap of this machine's memory.
for unit in zramswap rig; do
	ln -sf /dev/null "$root/etc/systemd/system/$unit.service"
done

cd "$root"
pivot_root . mnt
umount -l /mnt
# Neither modules nor the clock are its own.
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin setpriv --bounding-set=-sys_module,-sys_time /sbin/init </dev/null
