#!/bin/sh
# swap-on zram MIB | disk | zswap: turns on swap: compressed in memory, on the machine's swap disk, or on that disk with
# the kernel's compressed cache before it.
set -e
case $1 in
zram)
	exec zram-swap "$2"
	;;
zswap)
	echo Y >/sys/module/zswap/parameters/enabled
	;;
esac
mkswap /dev/disk/swap >/dev/null
swapon /dev/disk/swap
