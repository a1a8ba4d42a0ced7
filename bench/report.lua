-- What wrk's scripts have in common: answers other than 200 are counted, and the figures are written as JSON.

local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function response(status)
  if status ~= 200 then
    refused = refused + 1
  end
end

function done(summary, latency)
  local other_answers = 0
  for _, thread in ipairs(threads) do
    other_answers = other_answers + thread:get("refused")
  end
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%.6f,"p50_ms":%.4f,"p99_ms":%.4f,"other_answers":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    other_answers, errors.connect + errors.read + errors.write + errors.timeout))
end
