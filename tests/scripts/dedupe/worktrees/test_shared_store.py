"""The bodies in the common directory: whole, kept while needed, never by a link."""

from __future__ import annotations

import os

import pytest

from s2s_tools import errors
from s2s_tools.changes import apply as changes
from s2s_tools.changes import place
from s2s_tools.scripts.dedupe.worktrees import carrying, needs, service, store
from s2s_tools.scripts.dedupe.worktrees.store import Body
from s2s_tools.scripts.inventory import discovery

GREET = "#!/bin/sh\necho hello\n"


@pytest.fixture
def repo(make_repo):
    """A script, and a copy of it in a linked worktree."""
    made = make_repo({"a.sh": GREET})
    made.worktree("../linked", branch="linked")
    return made


def test_bodies_are_put_held_and_removed_with_their_folders(tmp_path) -> None:
    common = os.fsencode(tmp_path)
    bodies = {b"a.sh": Body(b"one", 0o755), b"b/c d.sh": Body(b"two", 0o644)}

    changed = store.put(common, bodies)
    again = store.put(common, bodies)
    held = store.held(common)
    store.remove(common, bodies)

    assert set(changed) == bodies.keys()
    assert again == ()
    assert held == bodies
    assert not (tmp_path / "s2s/canonical").exists()
    assert (tmp_path / "s2s").is_dir()


def test_a_body_is_replaced_whole_with_its_mode(tmp_path) -> None:
    common = os.fsencode(tmp_path)
    store.put(common, {b"a.sh": Body(b"one", 0o755)})

    changed = store.put(common, {b"a.sh": Body(b"two", 0o600)})

    assert changed == (b"a.sh",)
    assert store.held(common) == {b"a.sh": Body(b"two", 0o600)}
    assert os.listdir(tmp_path / "s2s/canonical") == ["a.sh"]


@pytest.mark.parametrize("link", ["s2s", "s2s/canonical", "s2s/canonical/a.sh"])
def test_no_link_is_followed(tmp_path, link) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    common = tmp_path / "common"
    (common / link).parent.mkdir(parents=True)
    (common / link).symlink_to(outside)

    with pytest.raises((errors.WriteFailed, errors.Refused)):
        store.put(os.fsencode(common), {b"a.sh": Body(b"one", 0o755)})

    assert list(outside.iterdir()) == []


def test_a_body_with_a_wrapper_that_relies_on_it_stays(repo) -> None:
    planned = service.consolidate(repo.root, service.Wish())
    carrying.apply(planned.decided.plan, planned.repository)

    swept = needs.sweep(planned.repository)

    assert swept.removed == ()
    assert swept.needed == {b"a.sh": ("worktree ../linked",)}


def test_bodies_that_a_cut_off_run_left_go_with_the_next_sweep(repo) -> None:
    repository = discovery.find(repo.root)
    store.put(repository.common_dir, {b"left.sh": Body(b"x", 0o755)})

    swept = needs.sweep(repository)

    assert swept.removed == (b"left.sh",)
    assert store.held(repository.common_dir) == {}


def test_nothing_is_swept_while_another_run_is_at_work(repo) -> None:
    repository = discovery.find(repo.root)
    store.put(repository.common_dir, {b"left.sh": Body(b"x", 0o755)})

    with (
        place.hold(repository.common_dir, who="other"),
        pytest.raises(errors.Locked),
    ):
        needs.sweep(repository)

    assert store.held(repository.common_dir).keys() == {b"left.sh"}


def test_bodies_are_shared_before_the_first_change_and_under_the_lock(repo) -> None:
    planned = service.consolidate(repo.root, service.Wish())
    plan, repository = planned.decided.plan, planned.repository
    seen = []

    def look() -> None:
        seen.append(repo.read("a.sh").decode())
        with pytest.raises(errors.Locked), place.hold(repository.common_dir, who="x"):
            pass

    changes.apply(plan, repository, ready=look)

    assert seen == [GREET]


def test_a_shared_store_that_cannot_be_written_stops_everything(repo) -> None:
    planned = service.consolidate(repo.root, service.Wish())
    state = repo.path / ".git/s2s"
    state.mkdir(exist_ok=True)
    (state / "canonical").write_text("in the way\n")

    with pytest.raises(errors.WriteFailed):
        carrying.apply(planned.decided.plan, planned.repository)

    assert repo.read("a.sh") == GREET.encode()
    assert not repo.file(".s2s/canonical").exists()
