-- Keep-alives for wrk. Arguments: file of bodies, mark, tag, whether each lap is another ("yes" or "no"), first index.
-- Without arguments it asks for the address as it is. Prints one line of JSON at the end.

local heads, tails = {}, {}
local position, lap, tag, changes = 0, 0, "", false

function init(arguments)
  if #arguments == 0 then
    heads[1], tails[1] = wrk.format(), ""
    return
  end
  local mark = arguments[2]
  tag, changes, position = arguments[3], arguments[4] == "yes", tonumber(arguments[5])
  local headers = { ["Content-Type"] = "application/x-www-form-urlencoded" }
  for line in io.lines(arguments[1]) do
    local whole = wrk.format("POST", nil, headers, line)
    local from, to = whole:find(mark, 1, true)
    heads[#heads + 1], tails[#tails + 1] = whole:sub(1, from - 1), whole:sub(to + 1)
  end
end

function request()
  if tag == "" then
    return heads[1]
  end
  position = position + 1
  if position > #heads then
    position = 1
    if changes then
      lap = lap + 1
    end
  end
  return heads[position] .. tag .. string.format("%04d", lap) .. tails[position]
end

function done(summary, latency)
  local errors = summary.errors
  local line = '{"requests": %d, "microseconds": %d, "failures": %d, "p50": %d, "p99": %d}\n'
  local failures = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(line:format(
    summary.requests - errors.status, summary.duration, failures, latency:percentile(50), latency:percentile(99)
  ))
end
