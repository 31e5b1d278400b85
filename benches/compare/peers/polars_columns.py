#!/usr/bin/env python3
"""The comparison policy as Polars expressions over columns in memory, on one thread.

    cargo run --release --no-default-features -- export deals.jsonl 1000000
    cargo run --release --no-default-features -- 1000000 columns columns.json
    python3 peers/polars_columns.py deals.jsonl columns.json

Reads the deals that the benchmark exported, checks every output against the hand-written code's, and prints the best of
several rounds, beside what the second command measured. Choices are codes of 8 bits and money is in cents, which is what suits Polars best.
"""

import json
import os
import sys
import time

os.environ["POLARS_MAX_THREADS"] = "1"

import polars as pl

CHOICES = {
    "client_kind": ["private", "nonprofit", "government"],
    "channel": ["direct", "referral", "rfp", "tender"],
    "provider": ["ovh", "digitalocean", "aws"],
    "deployment": ["shared", "independent"],
}
SMALL = ["niche", "budget", "values", "ambition", "openness"]
WIDE = ["users", "instances", "role_load", "role_limit", "hours_free", "hours_needed"]
OUTPUTS = ["priority", "respond", "discovery_billing", "tier", "total_hours", "monthly_cost", "capacity", "accept"]


def read(path: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    lines = pl.read_ndjson(path)
    codes = [
        pl.col(name).replace_strict(values, list(range(len(values))), return_dtype=pl.UInt8)
        for name, values in CHOICES.items()
    ]
    deals = lines.select(
        *codes,
        *[pl.col(name).cast(pl.UInt8) for name in SMALL],
        *[pl.col(name).cast(pl.Int32) for name in WIDE],
        pl.col("existing_client"),
        pl.col("law_forbids_discovery_billing"),
        pl.col("cents").cast(pl.Int64).alias("hourly_rate"),
    ).rechunk()
    expected = lines.select([pl.col("expected").list.get(i).alias(name) for i, name in enumerate(OUTPUTS)])
    return deals, expected


def outputs(deals: pl.LazyFrame) -> pl.LazyFrame:
    c = pl.col
    u8 = lambda n: pl.lit(n, dtype=pl.UInt8)
    score = c("niche") * 3 + c("budget") * 4 + c("values") * 3 + c("ambition") * 2 + c("openness") * 3
    is_bid = (c("channel") == 2) | (c("channel") == 3)
    dedicated = (c("deployment") == 1) | (c("provider") == 2)
    return (
        deals.with_columns(
            score=score,
            is_bid=is_bid,
            tier=pl.when((c("users") > 1000) | dedicated | (c("instances") > 1)).then(u8(2)).otherwise(u8(1)),
            capacity=pl.when(c("role_load") >= c("role_limit"))
            .then(u8(2))
            .when(c("hours_free") < c("hours_needed"))
            .then(u8(1))
            .otherwise(u8(0)),
        )
        .with_columns(
            priority=pl.when(c("score") >= 50).then(u8(0)).when(c("score") >= 30).then(u8(1)).otherwise(u8(2)),
            total_hours=pl.when(c("tier") == 2).then(pl.lit(11, pl.Int32)).otherwise(pl.lit(7, pl.Int32))
            * c("instances"),
        )
        .with_columns(
            respond=~c("is_bid") | (c("priority") == 0),
            monthly_cost=c("total_hours").cast(pl.Int64) * c("hourly_rate"),
        )
        .with_columns(
            discovery_billing=pl.when(
                (c("channel") == 3) & (c("client_kind") == 2) & c("law_forbids_discovery_billing")
            )
            .then(u8(2))
            .when(c("is_bid") & c("respond"))
            .then(u8(1))
            .otherwise(u8(0)),
            accept=c("respond") & (c("existing_client") | (c("capacity") == 0)),
        )
        .select(OUTPUTS)
    )


def best(rounds: int, run) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    deals, expected = read(sys.argv[1])
    got = outputs(deals.lazy()).collect()
    assert got.cast(pl.Int64).equals(expected.cast(pl.Int64)), "Polars and the hand-written code disagree"
    print(f"Polars {pl.__version__} on {pl.thread_pool_size()} thread: all agree on {len(deals)} deals\n")
    with open(sys.argv[2]) as file:
        measured = {int(rows): times for rows, times in json.load(file).items()}
    print("| rows | Polars | hand-written, of Polars' rate | Deal Desk, of Polars' rate |\n| --- | --- | --- | --- |")
    for rows, (by_hand, ours) in measured.items():
        part = deals.head(rows).rechunk()
        rounds = max(20, min(2_000, 6_000_000 // rows))
        theirs = best(rounds, lambda: outputs(part.lazy()).collect()) / rows * 1e9
        rate = f"{theirs:.1f} ns a row, {1e3 / theirs:.1f} M rows a second"
        print(f"| {rows:,} | {rate} | {theirs / by_hand:.1f} × | {theirs / ours:.1f} × |")


main()
