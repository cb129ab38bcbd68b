-- SPDX-License-Identifier: MIT OR Apache-2.0
-- What wrk has seen: requests, seconds, the 99th percentile of the answers in ms, and how many failed.
function done(summary, latency, requests)
    local failed = 0
    for _, count in pairs(summary.errors) do failed = failed + count end
    print(summary.requests, summary.duration / 1e6, latency:percentile(99) / 1e3, failed)
end
