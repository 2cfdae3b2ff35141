#!/bin/sh
# First process of the guest's initramfs: finds the root disk and hands over to its /init.
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
# crc32c_generic: ext4 asks for it by way of the crypto API, which no module dependency shows.
for module in xen-blkfront crc32c_generic ext4; do
	modprobe "$module"
done

tries=0
until [ -b /dev/xvda ]; do
	tries=$((tries + 1))
	if [ "$tries" -gt 600 ]; then
		echo 'rig: the root disk did not appear'
		poweroff -f
	fi
	usleep 100000
done
mount -t ext4 -o ro,noatime /dev/xvda /mnt
for folder in dev sys proc; do
	mount --move "/$folder" "/mnt/$folder"
done
exec switch_root /mnt /init
