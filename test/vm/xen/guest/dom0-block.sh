#!/bin/sh
# Hotplug script of dom0 for phy: disks, called by xl with "add" or "remove" and XENBUS_PATH set. It tells the disk
# backend the device's number. Xen's own needs bash, losetup and more that this dom0 does not have.
[ "$1" = add ] || exit 0
device=$(xenstore-read "$XENBUS_PATH/params")
xenstore-write \
	"$XENBUS_PATH/physical-device" "$(stat -L -c '%t:%T' "$device")" \
	"$XENBUS_PATH/physical-device-path" "$device" \
	"$XENBUS_PATH/hotplug-status" connected
