#!/bin/sh
# start-agent: starts the guest agent as Debian's service does. `killall qemu-ga` ends it.
exec qemu-ga --daemonize --method=virtio-serial --path=/dev/virtio-ports/org.qemu.guest_agent.0 \
	--pidfile=/run/qemu-ga.pid --statedir=/run --logfile=/run/qemu-ga.log
