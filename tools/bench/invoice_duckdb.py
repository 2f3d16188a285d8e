"""The bare comparison as others would write it, with DuckDB: by call id only."""

import sys

import duckdb  # type: ignore[import-not-found,import-untyped,unused-ignore]
import pandas as pd  # type: ignore[import-not-found,import-untyped,unused-ignore]
import pymysql

COMPARE = r"""
WITH invoice AS (
  SELECT
    "Inbound Call ID" AS id,
    CAST(regexp_replace(Payout, '[$,]', '', 'g') AS DECIMAL(12, 4)) AS cost,
    right(regexp_replace("Caller ID", '\D', '', 'g'), 10) AS cid,
    strptime("Call Date", '%m/%d/%Y %I:%M:%S %p') AS called
  FROM read_csv($path, all_varchar = true)
)
SELECT
  count(*) FILTER (r.notes IS NULL),
  count(*) FILTER (i.id IS NULL),
  count(*) FILTER (i.cost <> CAST(r.cost AS DECIMAL(12, 4)))
FROM invoice AS i
FULL JOIN received AS r ON i.id = r.notes
"""

path, host, port, user, password, database = sys.argv[1:]
connection = pymysql.connect(host=host, port=int(port), user=user, password=password, database=database)
received = pd.read_sql("SELECT cost_id, call_date, call_from, cost, notes FROM call_costs", connection)
received["cost"] = received["cost"].astype(str)
print(*duckdb.sql(COMPARE, params={"path": path}).fetchall()[0])
