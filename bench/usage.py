"""What a process has used. Each phase runs in a fresh process, because a peak of memory never goes down again."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Usage:
    """`wall_seconds`: the work alone. `cpu_seconds`: the whole process, all its threads, user and system;
    `startup_cpu_seconds`: the part of that before the work began (interpreter, imports)."""

    wall_seconds: float
    cpu_seconds: float
    startup_cpu_seconds: float
    peak_mib: float


class Stopwatch:
    """Begins when it is made; everything that the process did before counts as start-up."""

    def __init__(self) -> None:
        self._startup_cpu = cpu_seconds()
        self._started = time.monotonic()

    def usage(self) -> Usage:
        wall = time.monotonic() - self._started
        return Usage(round(wall, 3), round(cpu_seconds(), 3), round(self._startup_cpu, 3), round(peak_mib(), 1))


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_mib() -> float:
    """The most memory that was resident at once."""
    try:
        # ru_maxrss begins with what the parent held when it started us; this counter is the process's own.
        status = Path("/proc/self/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024  # type: ignore[index]
    except (OSError, TypeError):
        in_bytes = sys.platform == "darwin"
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if in_bytes else 1024)


def run_module(module: str, *words: str) -> dict[str, object]:
    """Run a module of ours in a fresh process; the JSON object that it prints last."""
    done = subprocess.run(
        [sys.executable, "-m", module, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{module} ended with {done.returncode}")
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def tell(usage: Usage, more: dict[str, object]) -> None:
    """What `run_module` reads."""
    print(json.dumps({"usage": asdict(usage), **more}), flush=True)


def words_to_paths(words: Sequence[str]) -> list[Path]:
    return [Path(word) for word in words]
