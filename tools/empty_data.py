"""An empty data directory of each kind of server, made once for the checkout: MySQL takes ten seconds for it."""

import fcntl
import shutil
import subprocess
from pathlib import Path

from tools import STATE
from tools.programs import Programs, ServerError


def make_empty_data(programs: Programs) -> Path:
    """Return the data directory of a server that has never run, for others to copy; make it if it is missing."""
    folder = STATE / "empty" / programs.name
    folder.mkdir(parents=True, exist_ok=True)
    empty, unfinished, temporary = (folder / name for name in ("data", "data.unfinished", "tmp"))
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # processes that start at the same time take turns
        if empty.exists():
            return empty
        shutil.rmtree(unfinished, ignore_errors=True)
        temporary.mkdir(exist_ok=True)
        command = programs.make_data_command(unfinished, temporary)
        made = subprocess.run(
            command,
            pass_fds=[lock.fileno()],  # held for as long as the command lives, also without us
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if made.returncode:
            raise ServerError(f"{Path(command[0]).name} failed:\n{last_lines(made.stdout)}")
        unfinished.rename(empty)
    return empty


def last_lines(text: str, count: int = 10) -> str:
    return "\n".join(text.splitlines()[-count:])
