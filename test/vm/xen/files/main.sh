# The driver's files at their old place in a Xen guest, used by an old user's script, while daemon and files live and die.
# Judged by files.test.ts.
# shellcheck disable=SC2086 # node_options are several words
# shellcheck disable=SC2154 # from lib.sh
# shellcheck source=test/vm/xen/daemon/lib.sh
. /in/lib.sh
files=$balloon/selfballoon

start_daemon() {
	node $node_options $program run --json --set selfballoon_interval=1 >"/tmp/steps-$1.jsonl" 2>"/tmp/log-$1.jsonl" &
	daemon=$!
	await has_lines "/tmp/steps-$1.jsonl" observation 2
}

start_files() {
	node $node_options $program files $files >"/tmp/files-$1.txt" 2>&1 &
	served=$!
	await grep -q 'are in' "/tmp/files-$1.txt"
}

# try NAME COMMAND...: what it says and how it ends.
try() {
	name=$1
	shift
	"$@" >"/out/$name.txt" 2>&1
	echo "exit code $?" >>"/out/$name.txt"
}

start_kb=$(cat $balloon/info/current_kb)
zram-swap 256
modprobe fuse
ls $balloon >/out/ls-before.txt

mark scripts
start_daemon 1
start_files 1
ls $balloon >/out/ls-during.txt
ls -l $files >/out/ls-files.txt
try old-user sh /in/old-user.sh
try get selfballoon get
try nobody-reads node /in/nobody.mjs "cat $files/selfballoon_interval"
try nobody-writes node /in/nobody.mjs "echo 9 >$files/selfballoon_interval"
chmod 666 $files/selfballoon_interval
try nobody-writes-666 node /in/nobody.mjs "echo 9 >$files/selfballoon_interval"
try refused sh -c "echo 0 >$files/selfballoon_interval"
try after-refusals cat $files/selfballoon_interval

mark balloon
await current_kb_at_most $((start_kb - 32 * mib_kib))
cat $balloon/info/current_kb >/out/shrunk-kb.txt
selfballoon release >/out/release.txt
await current_kb_at_least "$start_kb"
cat $balloon/info/current_kb >/out/released-kb.txt

mark load
before=$(grep -c observation /tmp/steps-1.jsonl)
for reader in 1 2 3; do
	(
		count=0
		while [ $count -lt 100 ]; do
			count=$((count + 1))
			cat $files/selfballoon_downhysteresis
		done >"/tmp/reader-$reader.txt" 2>&1
	) &
	readers="$readers $!"
done
echo 1 >$files/selfballooning
echo 1 >$files/selfballoon_interval
wait $readers
await has_lines /tmp/steps-1.jsonl observation $((before + 3))
echo $(($(grep -c observation /tmp/steps-1.jsonl) - before)) >/out/steps-under-load.txt

mark killed-daemon
kill -KILL $daemon
wait $daemon
try dead-daemon cat $files/selfballoon_interval
start_daemon 2
try new-daemon cat $files/selfballoon_interval

mark killed-files
kill -KILL $served
wait $served
try dead-files cat $files/selfballoon_interval
try undo selfballoon files --undo $files
ls $balloon >/out/ls-undone.txt

mark stopped
start_files 2
kill -TERM $served
wait $served
echo "exit code $?" >/out/stopped.txt
ls $balloon >/out/ls-stopped.txt
grep -c selfballoon-files: /proc/self/mountinfo >/out/mounts-left.txt
kill -TERM $daemon
wait $daemon
await current_kb_at_least "$start_kb"
cat $balloon/info/current_kb >/out/end-kb.txt
echo "$start_kb" >/out/start-kb.txt
leave_evidence
