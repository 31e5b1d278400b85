"""Two threads beside one, and beside two processes that share nothing.

    cargo build --release
    cargo run --release --manifest-path benches/compare/Cargo.toml --no-default-features -- export deals.jsonl 1000000
    python3 benches/compare/peers/threads.py deals.jsonl

What two processes with half of the deals each gain on one with all of them is what the machine has to give at the time; what two
threads fall behind that is their own loss. Into `/dev/null`, so that no disk is part of it; in turns, the best of several rounds.
"""

import os
import subprocess
import sys
import tempfile
import time

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.."))
DEALDESK = os.environ.get("DEALDESK", os.path.join(ROOT, "target/release/dealdesk"))
ROUNDS = 15


def main():
    with tempfile.TemporaryDirectory() as folder:
        pack = os.path.join(folder, "pack")
        os.mkdir(pack)
        with open(os.path.join(ROOT, "benches/compare/sales.policy")) as policy:
            with open(os.path.join(pack, "sales.policy"), "w") as copy:
                copy.write(policy.read())
        with open(os.path.join(pack, "pack.ron"), "w") as manifest:
            manifest.write('(name: "sales", version: "1")\n')
        halves = [os.path.join(folder, name) for name in ["one.jsonl", "other.jsonl"]]
        with open(sys.argv[1]) as deals:
            lines = deals.readlines()
        for half, part in zip(halves, [lines[: len(lines) // 2], lines[len(lines) // 2 :]]):
            with open(half, "w") as file:
                file.writelines(part)

        def command(deals, threads):
            how = ["--policy", pack, "--as-of", "2026-03-01", "--ignore", "cents,expected", "-q", "--threads", str(threads)]
            return [DEALDESK, "batch", deals, "-o", "/dev/null", "--to", "jsonl", *how]

        ways = {
            "one thread": [command(sys.argv[1], 1)],
            "two threads": [command(sys.argv[1], 2)],
            "two processes with half each": [command(half, 1) for half in halves],
        }
        times = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, commands in ways.items():
                start = time.perf_counter()
                running = [subprocess.Popen(command) for command in commands]
                assert all(process.wait() == 0 for process in running)
                times[name].append(time.perf_counter() - start)
        one = min(times["one thread"])
        print("| JSON Lines into `/dev/null` | seconds | of one thread |\n| --- | --- | --- |")
        for name, seconds in times.items():
            print(f"| {name} | {min(seconds):.3f} | {one / min(seconds):.2f} × |")


if __name__ == "__main__":
    main()
