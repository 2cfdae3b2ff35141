#!/bin/sh
# The first process of the guest: mounts what programs expect, starts the guest agent if the machine has a port for it,
# and serves the rig's commands; or hands over to the system on the disk `root`. rig.disks=NAME,NAME... on the kernel's command line names /dev/vda, /dev/vdb and so on.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root

mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs -o size=64m tmp /tmp
mount -t tmpfs -o size=32m,mode=755 run /run
mount -t debugfs debugfs /sys/kernel/debug
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p /dev/disk /dev/virtio-ports /var/log
ln -s /run /var/run
ip link set lo up
for module in virtio_pci virtio_balloon virtio_console; do
	modprobe "$module"
done

# await_path PATH: until it is there, for 60 s at most.
await_path() {
	tries=0
	until [ -e "$1" ] || [ "$tries" -gt 3000 ]; do
		tries=$((tries + 1))
		usleep 20000
	done
}

# udev would do this: a link to each port by its name.
link_ports() {
	for port in /sys/class/virtio-ports/*; do
		read -r name <"$port/name" && ln -sf "/dev/${port##*/}" "/dev/virtio-ports/$name"
	done 2>/dev/null
}

# The rig's port is the last that gets its name.
await_rig_port() {
	tries=0
	until [ -e /dev/virtio-ports/rig ] || [ "$tries" -gt 3000 ]; do
		link_ports
		tries=$((tries + 1))
		usleep 20000
	done
	link_ports
}

mount_disks() {
	# crc32c_generic: ext4 asks for it by way of the crypto API, which no module dependency shows.
	for module in virtio_blk crc32c_generic ext4; do
		modprobe "$module"
	done
	letters='a b c d'
	for disk in $disks; do
		await_path "/dev/vd${letters%% *}"
		ln -s "/dev/vd${letters%% *}" "/dev/disk/$disk"
		letters=${letters#* }
		case $disk in
		in) mount -t ext4 -o ro,noatime /dev/disk/in /in ;;
		node) mount_node ;;
		root) mount -t ext4 -o noatime /dev/disk/root /mnt ;;
		esac
	done
}

# Node and those of its libraries that the guest lacks come from a disk, so that they take memory only when used.
mount_node() {
	mkdir /node
	mount -t ext4 -o ro,noatime /dev/disk/node /node
	ln -s /node/bin/node /usr/bin/node
	for library in /node/lib/x86_64-linux-gnu/*; do
		[ -e "/lib/x86_64-linux-gnu/${library##*/}" ] || ln -s "$library" /lib/x86_64-linux-gnu/
	done
}

# A whole system is on a disk: it gets this kernel's modules, and goes on from here.
run_system_on_disk() {
	release=$(uname -r)
	if [ ! -e "/mnt/usr/lib/modules/$release" ]; then
		mkdir -p /mnt/usr/lib/modules
		cp -a "/lib/modules/$release" /mnt/usr/lib/modules/
		chroot /mnt depmod "$release"
	fi
	if grep -q ' /in ' /proc/mounts; then
		mkdir -p /mnt/in
		mount --move /in /mnt/in
	fi
	for folder in dev proc sys; do
		mount --move "/$folder" "/mnt/$folder"
	done
	exec switch_root /mnt /sbin/init
}

disks=$(sed -n 's/.*\brig\.disks=\([^ ]*\).*/\1/p' /proc/cmdline | tr , ' ')
[ -z "$disks" ] || mount_disks
await_rig_port
if [ -d /mnt/usr ]; then
	run_system_on_disk
fi
if [ -e /dev/virtio-ports/org.qemu.guest_agent.0 ]; then
	start-agent
fi
read -r uptime_s _ </proc/uptime
echo "rig: the guest is ready (up for $uptime_s s)"
echo -1000 >/proc/self/oom_score_adj # what serves commands outlives what they provoke; they themselves are not exempt
exec exec-server /dev/virtio-ports/rig
