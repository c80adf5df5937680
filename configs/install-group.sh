#!/bin/sh
# Makes the group that classcast-relay.service reads its configuration with, when installing as root.
[ "$(id -u)" = 0 ] || exit 0
systemd-sysusers "$MESON_INSTALL_PREFIX/lib/sysusers.d/classcast.conf" ||
    echo "the group classcast could not be made; classcast-relay.service needs it" >&2
