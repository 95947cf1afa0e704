"""benches/join.polars.py TASKLIST NETSTAT: the join as one would write it with Polars, in the columns of the yardstick."""

import sys

import polars as pl

tasklist, netstat = sys.argv[1:3]


def lines(path):
    return pl.scan_csv(
        path, has_header=False, separator="\x01", quote_char=None, schema={"l": pl.String}, truncate_ragged_lines=True
    )


tasks = (
    lines(tasklist)
    .filter(pl.col("l").str.len_bytes() > 40)
    .select(
        image=pl.col("l").str.slice(0, 25).str.strip_chars_end(), pid=pl.col("l").str.slice(26, 8).str.strip_chars()
    )
    .filter(pl.col("pid").str.contains(r"^[1-9]\d*$"))
)
ROW = r"^  (?<proto>TCP|UDP) +(?<la>\S+):(?<lp>\d+) +(?<fa>\S+):(?<fp>\S+) +(?:(?<st>[A-Z]\S*) +)?(?<pid>\d+)"
rows = (
    lines(netstat)
    .with_columns(snapshot=pl.col("l").str.starts_with("  Proto").cum_sum())
    .with_columns(g=pl.col("l").str.extract_groups(ROW))
    .drop("l")
    .unnest("g")
    .filter(pl.col("proto").is_not_null())
    .with_columns(
        proto=pl.col("proto").str.to_lowercase(),
        la=pl.col("la").str.strip_chars("[]"),
        fa=pl.col("fa").str.strip_chars("[]*"),
        fp=pl.col("fp").str.strip_chars("*"),
    )
)
joined = rows.join(tasks, on="pid", how="left", maintain_order="left")
joined.select("snapshot", "proto", "la", "lp", "fa", "fp", "st", "pid", "image").sink_csv(
    sys.stdout.buffer, include_header=False, quote_style="never"
)
