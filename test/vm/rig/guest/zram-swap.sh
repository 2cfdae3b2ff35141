#!/bin/sh
# zram-swap MIB: turns on compressed swap in memory, this many MiB before compression, on /dev/zram0.
set -e
modprobe zram
echo "${1}M" >/sys/block/zram0/disksize
mkswap /dev/zram0 >/dev/null
swapon /dev/zram0
