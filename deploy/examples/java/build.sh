#!/bin/sh
# Builds the handler alone, without Maven: sh build.sh DIR makes DIR/greet.jar, whole from the moment it is there. Needs a
# JDK 17.
set -eu

plugins=${1:?"usage: build.sh DIR, the plugins directory"}
here=$(dirname -- "$(readlink -f -- "$0")")
classes=$(mktemp -d)
trap 'rm -rf "$classes"' EXIT

javac --release 17 -cp "${WORKERD_LIB:-$here/../../../lib}/*" -d "$classes" \
    "$here/src/main/java/example/Greet.java"
cp -R "$here/src/main/resources/META-INF" "$classes"
jar --create --file "$plugins/.greet.jar.new" -C "$classes" .
chmod 644 "$plugins/.greet.jar.new"
mv "$plugins/.greet.jar.new" "$plugins/greet.jar"
