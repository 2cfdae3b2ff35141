#!/bin/sh
# The first process of dom0: starts the toolstack and the one guest, serves the guest's relay, powers off after it.
# /host is the run's folder on the build machine, /images the built images; both live, over 9p.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root

mark() {
	read -r uptime_s _ </proc/uptime
	echo "rig: $* (dom0 is up for $uptime_s s)"
}

power_off() {
	mark "$*"
	xl dmesg >/host/xl-dmesg.txt 2>&1
	cp /var/log/xen/*.log /host/ 2>/dev/null
	sync
	poweroff -f
}

mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs run /run
mkdir -p /run/lock /run/xen /run/xenstored /dev/pts /host /images
mount -t devpts pts /dev/pts
mark 'dom0 started'

for module in xen-evtchn xen-privcmd xenfs xen-gntdev xen-gntalloc xen-blkback virtio_pci virtio_blk 9p 9pnet_virtio; do
	modprobe "$module"
done
mount -t xenfs xenfs /proc/xen
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000 host /host
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,ro,cache=loose images /images

xenstored --pid-file /run/xenstored.pid
tries=0
until xenstore-read / >/dev/null 2>&1; do
	tries=$((tries + 1))
	[ "$tries" -lt 1800 ] || power_off 'xenstored does not answer'
	usleep 50000
done
xen-init-dom0 >/dev/null
xenconsoled --log=guest --log-dir=/host/consoles --pid-file /run/xenconsoled.pid
mark 'the toolstack is ready'

xl create /host/domU.cfg >/host/xl-create.log 2>&1 || power_off 'xl create failed, see xl-create.log'
mkfifo /tmp/events
exec 3<>/tmp/events

# Events come by one pipe. A watch fires once per path when set, then on each request and each time that a domain shuts
# down or goes. A guest that was restored is another domain, with a watch of its own.
follow_guest() {
	domid=$(xl domid guest) || power_off 'the guest is gone'
	export domid
	home=/local/domain/$domid
	mark "the guest is domain $domid"
	xenstore-watch "$home/data/request" @releaseDomain >&3 &
}

# A request is "NUMBER COMMAND". The answer is at most what one xenstore value holds; the whole goes to a file.
answer_request() {
	request=$(xenstore-read -R "$home/data/request" 2>/dev/null) || return
	number=${request%% *}
	[ "$number" != "$answered" ] || return
	answered=$number
	timeout 300 sh -c "${request#* }" >/tmp/output 2>&1 </dev/null
	status=$?
	cp /tmp/output "/host/relay/$number.txt"
	xenstore-exists "$home" || follow_guest
	xenstore-write -R "$home/data/response" "$(head -c 3000 /tmp/output)" "$home/data/done" "$number $status"
}

answered=
follow_guest
while read -r path <&3; do
	case $path in
	@releaseDomain) xenstore-exists "$home" || power_off 'the guest is gone' ;;
	*) answer_request ;;
	esac
done
