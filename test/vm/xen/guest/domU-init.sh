#!/bin/sh
# The first process of the guest: lays out its folders, runs /in/main.sh, leaves its exit code in /out, powers off.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root

mark() {
	read -r uptime_s _ </proc/uptime
	echo "rig: $* (the guest is up for $uptime_s s)"
}

mount -t tmpfs -o size=64m tmp /tmp
mount -t tmpfs -o size=32m,mode=755 run /run
mount -t tmpfs -o size=32m,mode=755 var /var
mkdir -p /var/lib /var/log
ln -s /run /var/run
modprobe xenfs # brings xen-privcmd; the xenstore tools talk through /dev/xen
modprobe xen-evtchn
mount -t xenfs xenfs /proc/xen
hostname guest
ip link set lo up
mount -t ext4 -o ro,noatime /dev/xvdb /in
mount -t ext4 -o noatime,sync /dev/xvdc /out # sync: what was written is there after a crash too
mark 'the guest started'

(
	echo -1000 >/proc/self/oom_score_adj # inherited; the `killable` command undoes it
	exec sh /in/main.sh
)
code=$?
mark "main.sh ended with $code"

kill -KILL -1 # all but this one: what main.sh left running would keep /out busy
echo "$code" >/out/.exit-code
umount /out || mount -o remount,ro /out
poweroff -f
