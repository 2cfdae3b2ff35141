#!/bin/sh
# node ARGUMENT...: the guest's Node, with its /in, run by dom0's kernel on dom0's own /proc and /sys.
root=/run/guest-root
if [ ! -d $root ]; then
	mkdir $root
	modprobe crc32c_generic
	modprobe ext4
	mount -t ext4 -o ro,noatime /dev/vda $root
	mount -t ext4 -o ro,noatime /dev/vdb $root/in
	for folder in proc sys; do
		mount -o rbind /$folder $root/$folder
	done
	mount -t tmpfs run $root/run
fi
exec chroot $root node "$@"
