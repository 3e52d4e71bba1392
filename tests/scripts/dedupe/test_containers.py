"""What a Dockerfile copies, and whether a link would dangle in the image."""

from __future__ import annotations

import pytest

from s2s_tools.scripts.dedupe import containers

FILE = b"docker/Dockerfile"
PATH, TARGET = b"app/tools/run.sh", b"bin/run.sh"


@pytest.mark.parametrize(
    ("path", "recipe"),
    [
        (b"Dockerfile", True),
        (b"a/Dockerfile.dev", True),
        (b"a/prod.Dockerfile", True),
        (b"Containerfile", True),
        (b"dockerfile", True),
        (b"Dockerfile/readme", False),
        (b"mydockerfile.sh", False),
    ],
)
def test_a_recipe_is_known_by_its_name(path: bytes, recipe: bool) -> None:
    assert containers.is_recipe(path) is recipe


@pytest.mark.parametrize(
    "line",
    [
        "COPY app/tools/run.sh /usr/bin/",
        "COPY tools/run.sh /usr/bin/",
        "copy ./run.sh /",
        "ADD --chown=1:1 --chmod=755 app/tools/*.sh /x/",
        'COPY ["tools/run.sh", "/a b/"]',
        "ONBUILD COPY run.sh /",
        "COPY a.sh \\\n  # why\n  tools/run.sh /",
        "COPY app /app",
        "COPY $WHERE/run.sh /",
        "COPY 'tools/run.sh' /",
    ],
)
def test_a_copied_script_is_found(line: str) -> None:
    (source, *_) = found = containers.sources(FILE, f"FROM x\n{line}\n".encode())

    assert any(containers.copies(source, PATH, TARGET) for source in found)
    assert source.line == 2


@pytest.mark.parametrize(
    "line",
    [
        "COPY --from=build app/tools/run.sh /",
        "COPY other.sh /",
        "COPY run.sh.bak /",
        "# COPY run.sh /",
        "RUN cp run.sh /",
        "COPY run.sh",
        "COPY . /",
    ],
)
def test_what_is_not_copied_from_here_is_not_found(line: str) -> None:
    found = containers.sources(FILE, line.encode())

    assert not any(containers.copies(source, PATH, TARGET) for source in found)


def test_a_folder_that_holds_both_ends_of_the_link_keeps_it_whole() -> None:
    (source,) = containers.sources(FILE, b"COPY app /app")

    assert not containers.copies(source, b"app/a/run.sh", b"app/b/run.sh")
    assert containers.copies(source, b"app/a/run.sh", b"b/run.sh")


def test_the_whole_context_is_the_folder_of_the_recipe() -> None:
    (source,) = containers.sources(b"app/Dockerfile", b"COPY . /app")

    assert containers.copies(source, b"app/run.sh", b"bin/run.sh")
    assert not containers.copies(source, b"app/run.sh", b"app/bin/run.sh")
