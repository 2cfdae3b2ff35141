# The daemon in a guest that dom0 suspends and resumes, then saves and restores. Judged by save.test.ts.
# Without the guard, because the law is what is judged.
# shellcheck disable=SC2086 # node_options are several words
# shellcheck source=test/vm/xen/daemon/lib.sh
. /in/lib.sh

start_kb=$(cat $balloon/info/current_kb)
shrunk_kb=$((start_kb - 64 * mib_kib))
zram-swap 256

# steps_on NAME: the daemon goes on stepping, and the guest is as small as it was.
steps_on() {
	await has_lines /tmp/steps.jsonl observation $(($(grep -c observation /tmp/steps.jsonl) + 3))
	await current_kb_at_most $shrunk_kb
	look "$1"
	cat $balloon/info/current_kb >"/out/$1-current-kb-after.txt" # it may have moved meanwhile
	tail -n 1 /tmp/steps.jsonl >"/out/$1-step.json"
	read -r now_s _ </proc/uptime
	echo "$1: up for $now_s s, $(date), $(grep -c observation /tmp/steps.jsonl) steps"
}

mark down
node $node_options $program run --json --set guard=0 --set selfballoon_interval=1 --set selfballoon_downhysteresis=2 \
	>/tmp/steps.jsonl 2>/tmp/log.jsonl &
daemon=$!
await has_lines /tmp/steps.jsonl observation 1
node $node_options $program record /tmp/recording.jsonl &
recorder=$!
await has_lines /tmp/recording.jsonl totalramPages 1
steps_on before

mark suspend
dom0 'sh /host/in/dom0.sh suspend' >/out/suspend.txt
mark resumed
steps_on resumed

mark save
dom0 'sh /host/in/dom0.sh save' >/out/save.txt
mark restored
steps_on restored

mark load
killable hog 100 --pattern --hold-ms 1000 >/tmp/hog.txt
echo $? >/out/hog-exit-code.txt
kill $recorder

mark term
end_daemon
leave_evidence
