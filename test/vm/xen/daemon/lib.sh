# What the daemon's scenarios have in common; main.sh sources it as /in/lib.sh.
# shellcheck shell=sh
# shellcheck disable=SC2034 # for the scripts that source this
balloon=/sys/devices/system/xen_memory/xen_memory0
program=/in/dist/selfballoon.mjs
mib_kib=1024

# As the service unit runs it: without executable memory, and so without WebAssembly.
node_options='--jitless --no-expose-wasm'

selfballoon() {
	# shellcheck disable=SC2086 # several words
	node $node_options $program "$@"
}

# mark PHASE: it begins.
mark() {
	read -r now_s _ </proc/uptime
	echo "$now_s $1" >>/out/marks.txt
	echo "phase: $1 ($now_s s)"
}

# await CONDITION...: until it holds. After 540 s the scenario ends: the rig takes a guest that says nothing for 600 s for dead.
await() {
	read -r now_s _ </proc/uptime
	give_up_s=$((${now_s%.*} + 540))
	until "$@"; do
		read -r now_s _ </proc/uptime
		if [ "${now_s%.*}" -ge $give_up_s ]; then
			echo "waited in vain for: $*"
			echo "target $(cat $balloon/target_kb) KiB, the toolstack's $(xenstore-read memory/target)"
			leave_evidence
			exit 1
		fi
		usleep 200000
	done
}

# has_lines FILE PATTERN COUNT
has_lines() {
	count=$(grep -c "$2" "$1" 2>/dev/null)
	[ "${count:-0}" -ge "$3" ]
}

current_kb_at_least() {
	[ "$(cat $balloon/info/current_kb)" -ge "$1" ]
}

current_kb_at_most() {
	[ "$(cat $balloon/info/current_kb)" -le "$1" ]
}

# sample: ten times a second into /tmp/samples.txt: uptime in s, target_kb, current_kb, MemTotal in KiB. Starts no
# process but usleep, so that it commits nothing.
sample() {
	while read -r now_s _ </proc/uptime; do
		read -r target_kb <$balloon/target_kb
		read -r current_kb <$balloon/info/current_kb
		read -r _ mem_total_kb _ </proc/meminfo
		echo "$now_s $target_kb $current_kb $mem_total_kb"
		usleep 100000
	done >/tmp/samples.txt
}

# look NAME: what the guest and its toolstack see of it now.
look() {
	cat $balloon/info/current_kb >"/out/$1-current-kb.txt"
	dom0 'xl list guest' >"/out/$1-xl-list.txt"
	xenstore-read memory/target >"/out/$1-xenstore-target-kb.txt"
}

# measure NAME PID: what a process costs: memory in KiB, processor time in ticks of 10 ms (fields 14 and 15 of stat).
measure() {
	{
		read -r now_s _ </proc/uptime
		echo "uptimeS $now_s"
		awk '/^(VmRSS|RssAnon|VmHWM):/ { sub(":", ""); print $1 "Kib", $2 }' "/proc/$2/status"
		awk '{ sub(/.*\) /, ""); print "cpuTicks", $12 + $13 }' "/proc/$2/stat"
	} >"/out/figures-$1.txt"
}

# end_daemon: tells $daemon to end, and waits until the guest has all that it started with, $start_kb.
end_daemon() {
	kill -TERM "$daemon"
	wait "$daemon"
	echo $? >/out/term-exit-code.txt
	await current_kb_at_least "$start_kb"
	look term-after
}

# leave_evidence: what was collected in memory, and what the kernel says.
leave_evidence() {
	mark end
	cp /tmp/*.txt /tmp/*.jsonl /out/
	dmesg >/out/dmesg.txt
	awk '$1 == "oom_kill" { print $2 }' /proc/vmstat >/out/oom-kills.txt
}
