#!/bin/sh
# s2s-wrapper:1 entry test_worktree_operations.sh
# Check in every worktree that what stands for a script runs as it did.
# Generated from manifests/entries.yaml; runs: s2s dedupe verify --all-worktrees --prove
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
  exec "$S2S" dedupe verify --all-worktrees --prove "$@"
fi
if command -v s2s >/dev/null 2>&1; then
  exec s2s dedupe verify --all-worktrees --prove "$@"
fi
# -P: nothing is imported from the folder that the caller is in.
if python3 -P -c 'import s2s_tools' >/dev/null 2>&1; then
  exec python3 -P -m s2s_tools dedupe verify --all-worktrees --prove "$@"
fi
echo "test_worktree_operations.sh: s2s is not installed; install s2s_tools and put s2s on PATH" >&2
exit 127
