# The daemon in an idle guest: down along the law's curve, and back on SIGTERM. Judged by daemon.test.ts.
# Without the guard, because the law is what is judged.
# shellcheck disable=SC2086 # node_options are several words
# shellcheck source=test/vm/xen/daemon/lib.sh
. /in/lib.sh

start_kb=$(cat $balloon/info/current_kb)
zram-swap 512
sample &

mark idle
node $node_options $program run --json --set guard=0 --set selfballoon_interval=1 >/tmp/steps.jsonl 2>/tmp/log.jsonl &
daemon=$!
await has_lines /tmp/steps.jsonl observation 1
node $node_options $program record /tmp/recording.jsonl &
await has_lines /tmp/recording.jsonl totalramPages 8
look idle

mark term
end_daemon
leave_evidence
