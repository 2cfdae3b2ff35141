# The guest's part with dom0 over xenstore: what dom0 is shown, what it wishes for. Judged by xenstore.test.ts.
# shellcheck disable=SC2016 # $domid is for dom0's shell to fill in
# shellcheck disable=SC2086 # node_options are several words
# shellcheck source=test/vm/xen/daemon/lib.sh
. /in/lib.sh

wishes='/local/domain/$domid/control/selfballoon'
shown='/local/domain/$domid/data/selfballoon'

# start_daemon NAME FLAG...: at one step a second.
start_daemon() {
	name=$1
	shift
	node $node_options $program run --json --set selfballoon_interval=1 "$@" >"/tmp/$name-steps.jsonl" 2>"/tmp/$name-log.jsonl" &
	daemon=$!
	await has_lines "/tmp/$name-steps.jsonl" observation 1
}

# more_steps COUNT: so many from now on.
more_steps() {
	await has_lines "/tmp/$name-steps.jsonl" observation $(($(grep -c observation "/tmp/$name-steps.jsonl") + $1))
}

# newest_step PATTERN: whether the newest step says that.
newest_step() {
	tail -n 1 "/tmp/$name-steps.jsonl" | grep -q "$1"
}

absent() {
	! xenstore-exists "$1"
}

# see NAME: what dom0 sees of the guest's part, and the newest step beside it.
see() {
	dom0 "xenstore-ls $shown" >"/out/$1-shown.txt"
	tail -n 1 "/tmp/$name-steps.jsonl" >"/out/$1-step.jsonl"
}

start_kb=$(cat $balloon/info/current_kb)
zram-swap 512

mark off
dom0 "xenstore-write $wishes/selfballoon_downhysteresis 4"
start_daemon off
more_steps 2
see off
end_daemon

mark on
printf '[backend]\nxenstore = true\n' >/tmp/on.toml
start_daemon on --config /tmp/on.toml
await xenstore-exists data/selfballoon/target_kb
await newest_step '"selfballoon_downhysteresis":4'
see on

mark written
dom0 "xenstore-write $wishes/selfballoon_uphysteresis 3"
await newest_step '"selfballoon_uphysteresis":3'
see written

mark refused
dom0 "xenstore-write $wishes/selfballoon_interval 0"
await xenstore-exists data/selfballoon/refused/selfballoon_interval
see refused
dom0 "xenstore-read $shown/refused/selfballoon_interval" >/out/refused-because.txt
dom0 "xenstore-rm $wishes/selfballoon_interval"
await absent data/selfballoon/refused/selfballoon_interval
see withdrawn

mark unreadable
dom0 "xenstore-chmod $wishes n0 && xenstore-write $wishes/guard_headroom_mb 80"
more_steps 3
see unreadable
dom0 "xenstore-chmod $wishes/guard_headroom_mb n0 r\$domid && xenstore-chmod $wishes n0 r\$domid"
await newest_step '"guard_headroom_mb":80'
see readable

mark rest
dom0 "xenstore-write $wishes/selfballooning 0"
await newest_step '"reason":"off"'
more_steps 2
look rest
see rest

dom0 "xenstore-write $wishes/selfballooning 1"
await newest_step '"selfballooning":1'
# The relay goes through xenstored, too: dom0 is told by the guest's console when to go on.
dom0 'phase() { until grep -q "phase: $1" /host/consoles/guest-guest.log; do sleep 1; done; }
(phase silent; kill -STOP $(cat /run/xenstored.pid); phase spoken; kill -CONT $(cat /run/xenstored.pid)) >/dev/null 2>&1 &'
mark silent
await grep -q ERR_XENSTORE /tmp/on-log.jsonl
more_steps 3
grep -c toolstack_back /tmp/on-log.jsonl >/out/silent-back.txt
mark spoken
await grep -q toolstack_back /tmp/on-log.jsonl
see back

mark ended
end_daemon
see ended
leave_evidence
