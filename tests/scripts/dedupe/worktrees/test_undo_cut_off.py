"""An undo by families that is killed anywhere is all or nothing; no bytes are lost."""

from __future__ import annotations

import os

import pytest

from s2s_tools.changes import apply as changes
from s2s_tools.changes import journal, recover
from s2s_tools.scripts.dedupe.worktrees import carrying, reversal, service, undo
from s2s_tools.scripts.inventory import discovery

GREET = b"#!/bin/sh\necho hello\n"
EDITED = b"#!/bin/sh\necho edited\n"
BODY = ".s2s/canonical/a.sh"


def contents(*trees) -> dict[str, bytes]:
    found = {}
    for tree in trees:
        for folder, folders, names in os.walk(tree.path):
            folders[:] = [name for name in folders if name != ".git"]
            for name in set(names) - {".git"}:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    found[os.path.relpath(path, tree.path.parent)] = file.read()
    return found


@pytest.fixture
def applied(make_repo):
    """One family applied, its body edited since: main, linked, the way back."""
    main = make_repo({"a.sh": GREET})
    linked = main.worktree("../linked", branch="linked")
    planned = service.consolidate(main.root, service.Wish())
    carrying.apply(planned.decided.plan, planned.repository)
    main.write(BODY, (EDITED, 0o755))
    return main, linked


def way_back(main):
    repository = discovery.find(main.root)
    target = journal.transactions(repository)[-1]
    back = reversal.build(
        undo.parts(repository, target),
        repository=repository.common_dir,
        command="undo",
    )
    return repository, target.txid, back.plan


def killed_at(main, point: int) -> bool:
    """Carry the way back out in a child that is killed at its n-th failpoint."""
    repository, txid, plan = way_back(main)
    child = os.fork()
    if child == 0:
        passed = iter(range(1000))

        def fail(_name: str) -> None:
            if next(passed) == point:
                os._exit(9)

        try:
            changes.apply(plan, repository, undoes=txid, failpoint=fail)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.parametrize("point", range(0, 28, 1))
def test_a_killed_undo_is_all_or_nothing_after_the_next_run(applied, point) -> None:
    main, linked = applied
    before = contents(main, linked)

    killed = killed_at(main, point)
    recover.recover(discovery.find(main.root))
    between = contents(main, linked)
    if between == before:
        undo.undo(discovery.find(main.root))
    after = contents(main, linked)

    assert killed or point > 15
    assert after == {"repo/a.sh": EDITED, "linked/a.sh": GREET}
    assert between in (before, after)
