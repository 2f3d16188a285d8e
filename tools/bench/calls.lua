-- What wrk sends: a call of the log each, with an idempotency key of its own.
local calls, run, sent = tonumber(os.getenv("BENCH_CALLS")), os.time(), 0
local headers = {
  ["tld-api-id"] = os.getenv("BENCH_API_ID"),
  ["tld-api-key"] = os.getenv("BENCH_API_KEY"),
  ["Content-Type"] = "application/json",
}
math.randomseed(run)

request = function()
  local n = math.random(1, calls)
  sent = sent + 1
  headers["Idempotency-Key"] = string.format("%d-%d-%d", run, n, sent)
  local path = string.format(
    "/api/ingress/calls/inbound/billable/%d/%d%d", 8005550000 + n % 100, 200 + math.floor(n / 8000000), 2000000 + n % 8000000
  )
  return wrk.format("POST", path, headers, '{"cost": "12.5", "notes": "RGB7F31"}')
end

done = function(summary, latency)
  local errors = summary.errors
  local refused = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  print(string.format("%d %d %d %d", summary.requests, refused, latency:percentile(50), latency:percentile(99)))
end
