# A storm in a guest that moves its own balloon, with swap as large as its RAM. Judged by storm.test.ts.
# shellcheck disable=SC2086 # node_options are several words
# shellcheck source=test/vm/xen/daemon/lib.sh
. /in/lib.sh

mkswap /dev/xvdd >/dev/null && swapon /dev/xvdd
cat /in/watcher /bin/busybox >/dev/null # read them now, not while memory is short

mark down
node $node_options $program run --json --set selfballooning=1 --set selfballoon_interval=10 \
	--set selfballoon_downhysteresis=1 >/tmp/steps.jsonl 2>/tmp/log.jsonl &
await has_lines /tmp/steps.jsonl observation 3

# Just after a step, so that only the watch can answer in time.
mark storm
cp /tmp/steps.jsonl /out/steps-before.jsonl
/in/watcher 500 'hog 200 --pattern --compressible --hold-ms 500' >/tmp/burst.txt
/in/watcher 500 'for nth in 1 2 3 4 5 6 7 8; do hog 20 --pattern --compressible --hold-ms 500 & all="$all $!"; done
	for one in $all; do wait $one || exit $?; done' >/tmp/forks.txt
leave_evidence
