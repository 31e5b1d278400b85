"""Everything that is compared, by one command:

    python3 benches/compare/peers/all.py [ROWS]

Builds what it needs, installs Polars and DuckDB into an environment of its own below `benches/compare/target`, and prints the
tables of docs/performance.md: single deals, JSON Lines and growth beside hand-written Rust, cel, regorus and zen-engine; columns beside
Polars; Parquet beside DuckDB; two threads beside one. ROWS are those of the columns and files, a million if not said.
"""

import os
import subprocess
import sys
import venv

HERE = os.path.dirname(os.path.abspath(__file__))
COMPARE = os.path.dirname(HERE)
ROOT = os.path.normpath(os.path.join(COMPARE, "../.."))
TARGET = os.path.join(COMPARE, "target")
POLARS, DUCKDB = "polars==2.1.0", "duckdb==2.0.0"


def run(*command, folder=COMPARE):
    print("\n$ " + " ".join(os.path.relpath(part, folder) if os.path.isabs(part) else part for part in command), flush=True)
    subprocess.run(command, cwd=folder, check=True)


def main():
    rows = sys.argv[1] if len(sys.argv) > 1 else "1000000"
    python = os.path.join(TARGET, "python", "bin", "python")
    if not os.path.exists(python):
        venv.create(os.path.join(TARGET, "python"), with_pip=True)
    run(python, "-m", "pip", "install", "--quiet", POLARS, DUCKDB)
    run("cargo", "build", "--release", "--features", "columnar", folder=ROOT)
    run("cargo", "run", "--release")
    compare = os.path.join(TARGET, "release", "dealdesk-compare")
    deals, columns = (os.path.join(TARGET, name) for name in ["deals.jsonl", "columns.json"])
    run(compare, "export", deals, rows)
    run(compare, rows, "columns", columns)
    run(python, os.path.join(HERE, "polars_columns.py"), deals, columns)
    run(python, os.path.join(HERE, "parquet.py"), rows)
    run(python, os.path.join(HERE, "threads.py"), deals)


if __name__ == "__main__":
    main()
