# Shrinks this guest to 256 MiB and back, and leaves in /out what was seen on both sides. Judged by smoke.test.ts.
balloon=/sys/devices/system/xen_memory/xen_memory0
target_kb=$((256 * 1024))

# wait_for_current KIB: until the balloon is there, for 60 s at most.
wait_for_current() {
	tries=0
	until [ "$(cat $balloon/info/current_kb)" = "$1" ] || [ "$tries" -gt 600 ]; do
		tries=$((tries + 1))
		usleep 100000
	done
}

observe() {
	cat $balloon/info/current_kb >"/out/$1-current-kb.txt"
	awk '/^MemTotal:/ { print $2 }' /proc/meminfo >"/out/$1-memtotal-kb.txt"
	dom0 'xl list guest' >"/out/$1-xl-list.txt"
}

cat /sys/hypervisor/guest_type >/out/guest-type.txt
cat $balloon/target_kb >/out/start-target-kb.txt
start_kb=$(cat $balloon/info/current_kb)
observe start

echo "$target_kb" >$balloon/target_kb
wait_for_current "$target_kb"
observe shrunk

echo "$start_kb" >$balloon/target_kb
wait_for_current "$start_kb"
observe restored

# $domid is for dom0's shell to fill in.
# shellcheck disable=SC2016
dom0 'xenstore-read /local/domain/$domid/memory/static-max' >/out/static-max-kb.txt
dom0 'exit 7'
echo $? >/out/relay-exit-code.txt
xenstore-read memory/target >/out/xenstore-target-kb.txt
node /in/hello.mjs >/out/node.json
hog 16 --pattern >/out/hog.txt
echo $? >/out/hog-exit-code.txt
