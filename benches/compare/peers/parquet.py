"""Parquet to Parquet: `dealdesk batch` and DuckDB on the comparison policy, the same file, one thread.

    pip install duckdb
    cargo build --release --features columnar
    python benches/compare/peers/parquet.py [ROWS]

Makes ROWS deals (a million) from a seed, has both decide them in turns, checks that they agree on every row, and prints the best of
several rounds. Of DuckDB only the query is timed, of `dealdesk` the whole process.
"""

import os
import subprocess
import sys
import tempfile
import time

import duckdb

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.."))
DEALDESK = os.environ.get("DEALDESK", os.path.join(ROOT, "target/release/dealdesk"))
ROUNDS = 7


def one_of(*words):
    listed = ",".join(f"'{word}'" for word in words)
    return f"([{listed}])[1 + floor(random() * {len(words)})::INT]"


def integer(low, high):
    return f"({low} + floor(random() * {high - low}))::INT"


FACTS = {
    "client_kind": one_of("private", "nonprofit", "government"),
    "channel": one_of("direct", "referral", "rfp", "tender"),
    "existing_client": "random() < 0.5",
    "niche": integer(0, 6),
    "budget": integer(0, 6),
    "values": integer(0, 6),
    "ambition": integer(0, 6),
    "openness": integer(0, 6),
    "law_forbids_discovery_billing": "random() < 0.5",
    "users": integer(0, 2_000),
    "provider": one_of("ovh", "digitalocean", "aws"),
    "deployment": one_of("shared", "independent"),
    "instances": integer(0, 5),
    "role_load": integer(0, 60),
    "role_limit": integer(20, 80),
    "hours_free": integer(0, 200),
    "hours_needed": integer(0, 150),
    # Exact: in binary floating point about a quarter of the costs would not be.
    "hourly_rate": f"({integer(5_000, 20_000)} * 0.01::DECIMAL(3, 2))::DECIMAL(10, 2)",
}

DECIDED = """
WITH a AS (
  SELECT *, 3 * niche + 4 * budget + 3 * "values" + 2 * ambition + 3 * openness AS score,
    channel IN ('rfp', 'tender') AS is_bid
  FROM '{deals}'
), b AS (
  SELECT *, CASE WHEN score >= 50 THEN 'high' WHEN score >= 30 THEN 'medium' ELSE 'low' END AS priority,
    CASE WHEN users > 1000 OR deployment = 'independent' OR provider = 'aws' OR instances > 1 THEN 2 ELSE 1 END AS tier,
    CASE WHEN role_load >= role_limit THEN 'closed' WHEN hours_free < hours_needed THEN 'limited' ELSE 'open' END AS capacity
  FROM a
), c AS (
  SELECT *, NOT is_bid OR priority = 'high' AS respond,
    (CASE WHEN tier = 2 THEN 11 ELSE 7 END) * instances AS total_hours
  FROM b
)
SELECT priority, respond,
  CASE WHEN channel = 'tender' AND client_kind = 'government' AND law_forbids_discovery_billing THEN 'waived'
    WHEN is_bid AND respond THEN 'on_acceptance' ELSE 'billed' END AS discovery_billing,
  tier, total_hours, total_hours * hourly_rate AS monthly_cost, capacity,
  respond AND (existing_client OR capacity = 'open') AS accept
FROM c
"""

OUTPUTS = ["priority", "respond", "discovery_billing", "tier", "total_hours", "monthly_cost", "capacity", "accept"]


def main():
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    connection = duckdb.connect(config={"threads": 1})
    with tempfile.TemporaryDirectory() as folder:
        deals, ours, theirs = (os.path.join(folder, name) for name in ["deals.parquet", "ours.parquet", "theirs.parquet"])
        pack = os.path.join(folder, "pack")
        os.mkdir(pack)
        with open(os.path.join(ROOT, "benches/compare/sales.policy")) as policy:
            with open(os.path.join(pack, "sales.policy"), "w") as copy:
                copy.write(policy.read())
        with open(os.path.join(pack, "pack.ron"), "w") as manifest:
            manifest.write('(name: "sales", version: "1")\n')
        facts = ", ".join(f'{how} AS "{name}"' for name, how in FACTS.items())
        connection.execute("SELECT setseed(0.42)")
        connection.execute(f"COPY (SELECT {facts} FROM range({rows})) TO '{deals}' (FORMAT parquet)")

        query = f"COPY ({DECIDED.format(deals=deals)}) TO '{theirs}' (FORMAT parquet)"
        command = [DEALDESK, "batch", deals, "-o", ours, "--threads", "1", "--policy", pack, "--as-of", "2026-03-01", "-q"]
        times = {"DuckDB": [], "dealdesk": []}
        for _ in range(ROUNDS):
            start = time.perf_counter()
            connection.execute(query)
            times["DuckDB"].append(time.perf_counter() - start)
            start = time.perf_counter()
            subprocess.run(command, check=True)
            times["dealdesk"].append(time.perf_counter() - start)

        differ = " OR ".join(f'ours."{name}" IS DISTINCT FROM theirs."{name}"' for name in OUTPUTS)
        found = connection.execute(
            f"SELECT count(*) FILTER (WHERE {differ}), count(*) FROM '{ours}' ours POSITIONAL JOIN '{theirs}' theirs"
        ).fetchone()
        assert found == (0, rows), found
        print(f"both agree on {rows} deals; DuckDB {duckdb.__version__}, one thread, best of {ROUNDS} rounds\n")
        print("| Parquet to Parquet | rows a second | of DuckDB's |\n| --- | --- | --- |")
        best = {name: min(all) for name, all in times.items()}
        for name, seconds in best.items():
            print(f"| {name} | {rows / seconds / 1e6:.2f} million | {best['DuckDB'] / seconds:.2f} × |")


if __name__ == "__main__":
    main()
