"""The exported names, the environments, what tells one from another."""

from __future__ import annotations

from typing import Final, NamedTuple


class Signal(NamedTuple):
    """What shows an environment: one of the variables is on, or a file is there."""

    environment: str
    variables: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


class Path(NamedTuple):
    """A name whose value is another's with a relative path behind it."""

    name: str
    base: str
    rest: str = ""


class Setting(NamedTuple):
    """A name whose value depends on the environment alone."""

    name: str
    default: str
    special: dict[str, str]
    allowed: str  # the pattern of a value that makes sense


SHELLS: Final = ("sh", "bash", "fish")
CHECKOUT: Final = "development"  # a git checkout that nothing says more about
UNKNOWN: Final = "unknown"
OFF: Final = ("", "0", "false", "False", "FALSE", "no", "No", "NO")

# In this order: the first that shows is it.
SIGNALS: Final = (
    Signal("kubernetes", variables=("KUBERNETES_SERVICE_HOST",)),
    Signal("docker", ("DOCKER_CONTAINER",), ("/.dockerenv", "/run/.containerenv")),
    Signal("ci", variables=("CI", "GITHUB_ACTIONS")),
    Signal("production", files=("/etc/production-marker",)),
    Signal("staging", files=("/etc/staging-marker",)),
)
ENVIRONMENTS: Final = (*(s.environment for s in SIGNALS), CHECKOUT, UNKNOWN)

# What marks the top of a tree that was deployed without its git directory.
MARKERS: Final = (".s2s/manifest.yaml", "agent_coordination/coordination_helper.sh")

# State is shared, so it hangs on S2S_ROOT; code is the tree's own.
PATHS: Final = (
    Path("PROJECT_ROOT", "S2S_ROOT"),
    Path("S2S_AGENT_COORDINATION", "S2S_ROOT", "agent_coordination"),
    Path("COORDINATION_DIR", "S2S_AGENT_COORDINATION"),
    Path("S2S_WORKTREES", "S2S_ROOT", "worktrees"),
    Path("S2S_WORK_CLAIMS", "COORDINATION_DIR", "work_claims.json"),
    Path("S2S_AGENT_STATUS", "COORDINATION_DIR", "agent_status.json"),
    Path("S2S_COORDINATION_LOG", "COORDINATION_DIR", "coordination_log.json"),
    Path("S2S_TELEMETRY_SPANS", "COORDINATION_DIR", "telemetry_spans.jsonl"),
    Path("S2S_VELOCITY_LOG", "COORDINATION_DIR", "velocity_log.txt"),
    Path("S2S_SCRIPTS", "S2S_TREE", "scripts"),
    Path("S2S_FEATURES", "S2S_TREE", "features"),
    Path("S2S_BEAMOPS", "S2S_TREE", "beamops"),
    Path("S2S_CLAUDE_CONFIG", "S2S_TREE", ".claude"),
    Path(
        "S2S_COORDINATION_HELPER",
        "S2S_TREE",
        "agent_coordination/coordination_helper.sh",
    ),
)
STATE: Final = tuple(path.name for path in PATHS if path.base == "COORDINATION_DIR")

_TRUTH: Final = "true|false"
SETTINGS: Final = (
    Setting(
        "S2S_LOG_LEVEL",
        "INFO",
        {"ci": "WARN", "staging": "DEBUG", CHECKOUT: "DEBUG"},
        "DEBUG|INFO|WARN|ERROR",
    ),
    Setting("S2S_METRICS_ENABLED", "true", {"ci": "false"}, _TRUTH),
    Setting("S2S_DEBUG_MODE", "false", {CHECKOUT: "true"}, _TRUTH),
    Setting(
        "CLAUDE_API_TIMEOUT", "45s", {"production": "30s", CHECKOUT: "60s"}, "[0-9]+s?"
    ),
    Setting("CLAUDE_RETRY_ATTEMPTS", "2", {"production": "3", CHECKOUT: "1"}, "[0-9]+"),
)
NAMES: Final = (
    "S2S_ROOT",
    "S2S_TREE",
    "S2S_ENVIRONMENT",
    *(path.name for path in PATHS),
    *(setting.name for setting in SETTINGS),
)


def is_on(value: str) -> bool:
    """Whether a variable's value says yes."""
    return value not in OFF
