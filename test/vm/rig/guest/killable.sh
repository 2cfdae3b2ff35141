#!/bin/sh
# killable COMMAND...: runs it as an ordinary candidate for the OOM killer. The guest's main.sh and what it starts are
# exempt otherwise, so that a scenario outlives what it provokes.
echo 0 >/proc/self/oom_score_adj
exec "$@"
