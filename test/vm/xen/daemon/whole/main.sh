# The daemon's life in a Xen guest with compressed swap, from doctor to release. Judged by daemon.test.ts.
# From idle to kill it runs without the guard, because the law is what is judged there.
# shellcheck disable=SC2016 # $domid is for dom0's shell to fill in
# shellcheck disable=SC2086 # node_options are several words
# shellcheck source=test/vm/xen/daemon/lib.sh
. /in/lib.sh

start_kb=$(cat $balloon/info/current_kb)
shrunk_kb=$((start_kb - 32 * mib_kib))
zram-swap 512
sample &

mark start
look start
selfballoon doctor >/out/doctor.txt

mark term
node $node_options -e 'setInterval(() => {}, 1000)' &
bare=$!
read -r now_s _ </proc/uptime
echo "$now_s" >/out/run-began-s.txt
node $node_options $program run --set selfballoon_interval=1 >/tmp/text.txt 2>/tmp/text-log.txt &
daemon=$!
await test -s /tmp/text.txt
read -r now_s _ </proc/uptime
echo "$now_s" >/out/run-spoke-s.txt
await current_kb_at_most $shrunk_kb
selfballoon status >/out/status.txt
look term-before
measure bare $bare
kill $bare
end_daemon

mark idle
node $node_options $program run --json --set guard=0 --set selfballoon_interval=1 >/tmp/steps.jsonl 2>/tmp/log.jsonl &
daemon=$!
await has_lines /tmp/steps.jsonl observation 1
node $node_options $program record /tmp/recording.jsonl &
recorder=$!
await has_lines /tmp/recording.jsonl totalramPages 1
measure daemon-begin $daemon
await has_lines /tmp/recording.jsonl totalramPages 10

mark set
selfballoon set selfballoon_reserved_mb=40 selfballoon_downhysteresis=2 >/out/set.txt
await has_lines /tmp/recording.jsonl '"selfballoon_downhysteresis":2' 1
observed=$(grep -c totalramPages /tmp/recording.jsonl)
await has_lines /tmp/recording.jsonl totalramPages $((observed + 3))
kill $recorder

mark floor
await grep -q at_floor /tmp/log.jsonl
measure daemon-end $daemon
look floor

# risen_from KIB: whether the balloon has given much more than that, and rests.
risen_from() {
	current_kb_at_least $(($1 + 64 * mib_kib)) && current_kb_at_least "$(cat $balloon/target_kb)"
}

mark load
before_kb=$(cat $balloon/info/current_kb)
killable hog 200 --delay-ms 600000 --pattern --hold-ms 600000 >/tmp/hog.txt & # goes on when it is told to
hog=$!
await risen_from "$before_kb"
kill -USR1 $hog
await grep -q touched /tmp/hog.txt
look load
kill -USR1 $hog
wait $hog
echo $? >/out/hog-exit-code.txt

mark kill
await current_kb_at_most $shrunk_kb
kill -KILL $daemon
wait $daemon
look kill-before
selfballoon release >/out/release.txt
echo $? >/out/release-exit-code.txt
await current_kb_at_least "$start_kb"
look kill-after

mark toolstack
node $node_options $program run --json --set selfballoon_interval=1 >/tmp/bounded-steps.jsonl 2>/tmp/bounded-log.jsonl &
daemon=$!
await has_lines /tmp/bounded-steps.jsonl '"applied":true' 3
await dom0 'xl mem-set $domid 300m'
await grep -q target_moved /tmp/bounded-log.jsonl
await current_kb_at_most $((280 * mib_kib))
mark bounded
killable hog 300 --delay-ms 600000 & # commits, and is ended before it touches anything
hog=$!
await grep -q at_maximum /tmp/bounded-log.jsonl
look bounded
kill $hog
kill -TERM $daemon
wait $daemon

mark dom0
dom0 "node $node_options $program run; echo exit code \$?" >/out/dom0-run.txt
dom0 "cat $balloon/target_kb" >/out/dom0-target-kb.txt
leave_evidence
