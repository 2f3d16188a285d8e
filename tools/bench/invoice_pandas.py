"""The bare comparison as others would write it, with pandas: by call id only, amounts rounded from floating point."""

import sys

import pandas as pd  # type: ignore[import-not-found,import-untyped,unused-ignore]
import pymysql

path, host, port, user, password, database = sys.argv[1:]
connection = pymysql.connect(host=host, port=int(port), user=user, password=password, database=database)
rows = pd.read_csv(path, dtype=str)
rows["amount"] = rows["Payout"].str.replace(r"[$,]", "", regex=True).astype(float).mul(10000).round().astype("int64")
rows["cid"] = rows["Caller ID"].str.replace(r"\D", "", regex=True).str[-10:]
rows["called"] = pd.to_datetime(rows["Call Date"], format="%m/%d/%Y %I:%M:%S %p")
costs = pd.read_sql("SELECT cost_id, call_date, call_from, cost, notes FROM call_costs", connection)
costs["received"] = costs["cost"].astype(float).mul(10000).round().astype("int64")
both = rows.merge(costs, left_on="Inbound Call ID", right_on="notes", how="outer", indicator=True)
differs = (both["_merge"] == "both") & (both["amount"] != both["received"])
print((both["_merge"] == "left_only").sum(), (both["_merge"] == "right_only").sum(), differs.sum())
