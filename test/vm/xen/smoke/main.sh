# Shrinks this guest to 256 MiB and back, and leaves in /out what was seen on both sides. Judged by smoke.test.ts.
# shellcheck source=test/vm/xen/daemon/lib.sh
. /in/lib.sh
target_kb=$((256 * 1024))

# current_kb_is KIB: whether the balloon is there.
current_kb_is() {
	[ "$(cat $balloon/info/current_kb)" = "$1" ]
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
await current_kb_is "$target_kb"
observe shrunk

echo "$start_kb" >$balloon/target_kb
await current_kb_is "$start_kb"
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
