#!/bin/sh
# build-virtqemud.sh ROOT: compiles virtqemud in the Debian at ROOT from libvirt's source, ROOT/source, and links it with that
# Debian's own libvirt. Debian builds libvirtd alone; both are made of the same files.
set -e
root=$1
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
exec chroot "$root" sh -e <<'EOF'
cd /source
meson setup build --auto-features=disabled --optimization=0 --prefix=/usr --sysconfdir=/etc --localstatedir=/var \
	-Drunstatedir=/run -Dsystem=true -Djson_c=enabled -Ddocs=disabled -Dtests=disabled -Dnls=disabled \
	-Ddriver_remote=enabled -Ddriver_libvirtd=enabled -Ddriver_qemu=enabled
cd build
admin=src/admin/libvirt_admin_driver.a
ninja "$admin" $(ninja -t targets all | sed -n 's/^\(src\/virtqemud\.p\/.*\.o\): .*/\1/p')
folder=/usr/lib/x86_64-linux-gnu
cc -s -rdynamic -o /usr/sbin/virtqemud src/virtqemud.p/*.o "$admin" \
	$folder/libvirt.so.0 $folder/libvirt-lxc.so.0 $folder/libvirt-qemu.so.0 \
	$(pkg-config --libs glib-2.0 gobject-2.0 gio-2.0 libxml-2.0 gnutls libtirpc)
EOF
