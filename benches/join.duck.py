"""benches/join.duck.py TASKLIST NETSTAT: the join as one would write it with DuckDB, in the columns of the yardstick."""

import sys

import duckdb

tasklist, netstat = sys.argv[1:3]


def lines(path):
    return f"""(select l, row_number() over () as line from read_csv('{path}', header=false, delim='\x01', quote='',
        escape='', columns={{'l': 'VARCHAR'}}, auto_detect=false, null_padding=false))"""


ROW = r"^  (TCP|UDP) +(\S+):(\d+) +(\S+):(\S+) +(?:([A-Z]\S*) +)?(\d+)"
NAMES = "['proto', 'la', 'lp', 'fa', 'fp', 'st', 'pid']"
duckdb.connect().execute(f"""
copy (
    with tasks as (
        select rtrim(substr(l, 1, 25)) as image, trim(substr(l, 27, 8)) as pid from {lines(tasklist)}
        where length(l) > 40 and regexp_matches(trim(substr(l, 27, 8)), '^[1-9][0-9]*$')
    ), rows as (
        select line, sum(case when starts_with(l, '  Proto') then 1 else 0 end) over (order by line) as snapshot,
            regexp_extract(l, '{ROW}', {NAMES}) as g
        from {lines(netstat)}
    )
    select snapshot, lower(g.proto), trim(g.la, '[]'), g.lp, trim(g.fa, '[]*'), trim(g.fp, '*'), g.st, g.pid, image
    from rows left join tasks on g.pid = tasks.pid where g.proto <> '' order by line
) to '/dev/stdout' (format csv, header false, quote '')
""")
