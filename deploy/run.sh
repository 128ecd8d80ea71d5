#!/bin/sh
# Runs a command of Facility Watch as its service runs: the same user, folder and settings. For root.
#   /opt/facility-watch/deploy/run.sh backup --to /var/backups/facility-watch/2026-11-28
# Who runs a command plainly, as root, makes files that the service cannot read, in a data folder that it does not use.
exec systemd-run --quiet --collect --wait --pipe --pty \
  --uid=facility-watch --gid=facility-watch \
  --property=WorkingDirectory=/opt/facility-watch \
  --property=EnvironmentFile=-/etc/facility-watch.env \
  --property=UMask=0077 \
  --setenv=DATA_DIR=/var/lib/facility-watch \
  /opt/facility-watch/node_modules/.bin/node app/launch.mjs "$@"
