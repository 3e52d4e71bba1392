"""Equal bytes, equal content; different bytes, different content: in any mixture."""

from __future__ import annotations

import os
from collections import defaultdict

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s2s_tools.scripts.inventory import scan

# Few contents, of few sizes, so that many files meet.
TEXTS = st.sampled_from(
    [
        b"",
        b"a\n",
        b"b\n",
        b"a\r\n",
        b"ab\n",
        b"ba\n",
        b"a\nb\n",
        b"a\r\nb\r\n",
        b"$Id$\n",
    ]
)
ACTIONS = st.sampled_from(
    ["leave", "touch", "edit", "edit, keep time", "new", "add -N", "chmod", "assume"]
)
ATTRIBUTES = st.sampled_from(
    [
        "",
        "*.sh text eol=crlf\n",
        "b* eol=crlf\n",
        "* text=auto\n",
        "c* ident\n",
        "* -text\n",
    ]
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    committed=st.lists(TEXTS, min_size=1, max_size=5),
    actions=st.lists(st.tuples(ACTIONS, TEXTS), max_size=10),
    attributes=ATTRIBUTES,
    autocrlf=st.booleans(),
)
def test_content_names_the_raw_bytes(
    make_repo, tmp_path, committed, actions, attributes, autocrlf
):
    repo = make_repo(name=f"r{len(os.listdir(tmp_path))}")
    names = [f"{'abc'[n % 3]}{n}.sh" for n in range(len(committed))]
    repo.commit(dict(zip(names, committed, strict=True)))
    tree = repo.worktree("tree")
    if attributes:
        repo.write(".gitattributes", attributes)
    if autocrlf:
        repo.git("config", "core.autocrlf", "true")
    repo.git("checkout", "-q", "--", ".", check=False)
    for number, (action, text) in enumerate(actions):
        act(repo if number % 2 else tree, names[number % len(names)], action, text)

    found = scan.scan(repo.root)

    folders = {tree.name: tree.path for tree in found.repository.worktrees}
    ids, texts = defaultdict(set), defaultdict(set)
    for file in found.files:
        with open(os.path.join(folders[file.worktree], file.path), "rb") as stream:
            data = stream.read()
        ids[data].add(file.content)
        texts[file.content].add(data)
    assert all(len(names) == 1 for names in ids.values())
    assert all(len(datas) == 1 for datas in texts.values())


def act(repo, name, action, text):
    path = repo.file(name)
    before = path.stat()
    if action == "touch":
        os.utime(path)
    elif action.startswith("edit"):
        path.write_bytes(text)
        if "keep" in action:
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    elif action == "chmod":
        path.chmod(0o755)
    elif action == "assume":
        repo.git("update-index", "--assume-unchanged", name)
        path.write_bytes(text)
    elif action in ("new", "add -N"):
        repo.write(f"new_{name}", text)
        if action == "add -N":
            repo.git("add", "-N", f"new_{name}")
