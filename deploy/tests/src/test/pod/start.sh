#!/usr/bin/env bash
# Runs a command with a root file system of its own, in a mount namespace of its own: of this machine it has the programs,
# and beside them what is mounted.
#
#   unshare --mount --uts start.sh NAME ROOT MOUNTS ENVIRONMENT FOLDER COMMAND...
#
# MOUNTS has lines "source target", ENVIRONMENT is NUL-separated.
set -euo pipefail
name=$1 root=$2 mounts=$3 environment=$4 folder=$5
shift 5

hostname "$name"

for top in bin sbin lib lib32 lib64 libx32 usr etc proc dev sys; do
  if [[ -L /$top ]]; then
    cp -P "/$top" "$root/"
  elif [[ -d /$top ]]; then
    mkdir -p "$root/$top"
    mount --rbind "/$top" "$root/$top"
  fi
done
mkdir -p "$root"/{root,tmp,run,opt,var/tmp} "$root$folder"
ln -sfn /run "$root/var/run"
while read -r source target; do
  if [[ -d $source ]]; then
    mkdir -p "$root$target"
  elif [[ ! -e $root$target ]]; then
    mkdir -p "$(dirname "$root$target")"
    touch "$root$target"
  fi
  mount --bind "$source" "$root$target"
done <"$mounts"

mapfile -d '' variables <"$environment"
exec chroot "$root" /usr/bin/env -i "${variables[@]}" /usr/bin/env --chdir="$folder" "$@"
