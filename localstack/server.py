#!/usr/bin/env python3
"""Starts and stops the emulated AWS on 127.0.0.1.

    server.py run [--port N]      stays in the foreground, prints `endpoint http://127.0.0.1:PORT` once it answers,
                                  and ends when its standard input closes (tests: a killed test leaves no server)
    server.py start [--port N]    in the background; prints the same line
    server.py status | stop       of all servers started, or of one with --port N

`--seed` seeds the new server before the line is printed (what it makes goes to standard error). `--lane denied` is ministack with IAM enforced, for denied calls (needs `setup.sh denied`). Port 0 picks a free one.
Only the standard library here: this file runs before anything is installed.
"""

import argparse
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUN = HERE / ".run"
PYTHON = {"organisation": HERE / ".venv/bin/python", "denied": HERE / ".venv-denied/bin/python"}
SECONDS_TO_START = 60


def fail(message):
    sys.exit(f"lamppost emulator: {message}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(lane, port):
    """The program and environment that serve a lane on a port."""
    python = PYTHON[lane]
    if not python.exists():
        fail(f"not set up yet: run localstack/setup.sh{' denied' if lane == 'denied' else ''} first")
    env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    if lane == "denied":
        env.update(
            AUTH="true", AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", BIND_HOST="127.0.0.1",
            GATEWAY_PORT=str(port), MINISTACK_ACCOUNT_ID="111111111111",
        )  # fmt: skip
        return [str(python.with_name("ministack"))], env
    env["PYTHONPATH"] = str(HERE)
    return [str(python), "-m", "overlay", "--port", str(port)], env


def answers(port):
    """Whether the server speaks HTTP; any status will do, for ministack has no health page of ours."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/lamppost/health", timeout=2).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def wait_until_answers(port, process, log):
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if answers(port):
            return
        if process.poll() is not None:
            fail(f"the server ended at once with status {process.returncode}{log}")
        time.sleep(0.05)
    process.kill()
    fail(f"the server did not answer within {SECONDS_TO_START} s{log}")


def die_with_parent():
    """Linux: the server is killed when this process is, however that ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def choose(port):
    """The port to serve on; fails if somebody else already answers there."""
    if port and answers(port):
        fail(f"port {port} is taken by another server")
    return port or free_port()


def seed(lane, port):
    """Seeds the new server; what the seed says goes to standard error."""
    argv = [
        str(PYTHON["organisation"]),
        str(HERE / "seed.py"),
        "--lane",
        lane,
        "--endpoint",
        f"http://127.0.0.1:{port}",
    ]
    if subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=sys.stderr).returncode:
        fail("seeding failed")


def run(lane, port, seeded):
    port = choose(port)
    argv, env = command(lane, port)
    errors = subprocess.DEVNULL if lane == "denied" else None  # ministack is talkative; ours only says what went wrong
    process = subprocess.Popen(
        argv, env=env, cwd=HERE, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
        preexec_fn=die_with_parent,
    )  # fmt: skip
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: (process.kill(), os._exit(0)))
    wait_until_answers(port, process, "")
    if seeded:
        seed(lane, port)
    print(f"endpoint http://127.0.0.1:{port}", flush=True)
    while os.read(0, 4096):
        pass
    process.kill()


def start(lane, port, seeded):
    if port in running():
        print(f"endpoint http://127.0.0.1:{port}")
        return
    port = choose(port)
    RUN.mkdir(exist_ok=True)
    log = RUN / f"{port}.log"
    argv, env = command(lane, port)
    with log.open("wb") as out:
        process = subprocess.Popen(
            argv, env=env, cwd=HERE, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    wait_until_answers(port, process, f"; see {log}")
    (RUN / f"{port}.pid").write_text(str(process.pid))
    if seeded:
        seed(lane, port)
    print(f"endpoint http://127.0.0.1:{port}")


def running():
    """Port and pid of every server that was started and still lives."""
    found = {}
    for file in RUN.glob("*.pid"):
        port, pid = int(file.stem), int(file.read_text())
        if lives(pid) and answers(port):  # a process id may have been given to somebody else since
            found[port] = pid
        else:
            file.unlink(missing_ok=True)
    return found


def lives(pid):
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def status(port):
    servers = {p: pid for p, pid in running().items() if port in (0, p)}
    for p, pid in sorted(servers.items()):
        print(f"running on http://127.0.0.1:{p} (pid {pid})")
    if not servers:
        print("not running")
        sys.exit(1)


def stop(port):
    servers = {p: pid for p, pid in running().items() if port in (0, p)}
    for p, pid in servers.items():
        os.kill(pid, signal.SIGTERM)
        (RUN / f"{p}.pid").unlink(missing_ok=True)
        print(f"stopped http://127.0.0.1:{p}")
    if not servers:
        print("not running")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["run", "start", "status", "stop"])
    parser.add_argument("--port", type=int, default=0, help="0, the default, picks a free one (stop, status: all)")
    parser.add_argument("--lane", choices=sorted(PYTHON), default="organisation")
    parser.add_argument("--seed", action="store_true", help="seed it before saying that it is ready (run, start)")
    args = parser.parse_args()
    if args.command in ("run", "start"):
        {"run": run, "start": start}[args.command](args.lane, args.port, args.seed)
    else:
        {"status": status, "stop": stop}[args.command](args.port)


main()
