#!/bin/sh
# s2s-wrapper:1 entry create-s2s-env.sh
# Write the environment-detection library s2s-env.sh beside this file.
# Generated from manifests/entries.yaml; runs: s2s env emit --beside
#
# The repository is the one this file stands in, wherever it is called from;
# S2S_REPO names another, S2S names another program.
if [ -z "${S2S_REPO:-}" ]; then
  case $0 in
    */*) S2S_REPO=${0%/*} ;;
    *) S2S_REPO=. ;;
  esac
  case $S2S_REPO in
    /*) ;;
    *) S2S_REPO=$PWD/$S2S_REPO ;;
  esac
fi
export S2S_REPO
if [ -n "${S2S:-}" ]; then
  exec "$S2S" env emit --beside "$@"
fi
if command -v s2s >/dev/null 2>&1; then
  exec s2s env emit --beside "$@"
fi
# -P: nothing is imported from the folder that the caller is in.
if python3 -P -c 'import s2s_tools' >/dev/null 2>&1; then
  exec python3 -P -m s2s_tools env emit --beside "$@"
fi
echo "create-s2s-env.sh: s2s is not installed; install s2s_tools and put s2s on PATH" >&2
exit 127
