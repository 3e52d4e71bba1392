#!/bin/sh
# s2s-wrapper:1 entry fix-hardcoded-paths.sh
# Rewrite hard-coded paths in scripts; `s2s dedupe undo` takes it back.
# Generated from manifests/entries.yaml; runs: s2s fix-paths --apply
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
  exec "$S2S" fix-paths --apply "$@"
fi
if command -v s2s >/dev/null 2>&1; then
  exec s2s fix-paths --apply "$@"
fi
# -P: nothing is imported from the folder that the caller is in.
if python3 -P -c 'import s2s_tools' >/dev/null 2>&1; then
  exec python3 -P -m s2s_tools fix-paths --apply "$@"
fi
echo "fix-hardcoded-paths.sh: s2s is not installed; install s2s_tools and put s2s on PATH" >&2
exit 127
