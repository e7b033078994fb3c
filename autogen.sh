#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes configure from configure.ac: needs autoconf, automake and libtool.
set -e
cd "$(dirname "$0")"
if ! command -v autoreconf >/dev/null; then
    echo "autogen.sh: there is no autoreconf: build/packages build" >&2
    exit 1
fi
exec autoreconf -fi
