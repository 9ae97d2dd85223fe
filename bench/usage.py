"""What a process has used. Each phase runs in a fresh process, because a peak of memory never goes down again."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Usage:
    """`wall_seconds`: the work alone. `cpu_seconds`: the whole process, all its threads, user and system;
    `startup_cpu_seconds`: the part of that before the work began (interpreter and imports)."""

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
    own = _own_peak_kib()
    if own is not None:
        return own / 1024
    in_bytes = sys.platform == "darwin"
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if in_bytes else 1024)


def _own_peak_kib() -> int | None:
    """Linux's counter of this very program: `ru_maxrss` begins with what the parent held when it started us."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), None)


def run_module(module: str, *words: str) -> dict[str, Any]:
    """Run one of our modules in a fresh process: what it told. RuntimeError if it failed; stderr is left as it is."""
    command = [sys.executable, "-m", module, *words]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{module} ended with {done.returncode}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def tell(usage: Usage, more: Mapping[str, Any]) -> None:
    """The other end of `run_module`."""
    print(json.dumps({"usage": asdict(usage), **more}), flush=True)
