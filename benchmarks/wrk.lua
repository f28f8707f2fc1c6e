-- Requests from a file for wrk. Arguments: file (a request a line: method, path, body and headers with tabs between
-- them), mark, tag, whether each lap is another ("yes" or "no"), first index. Tag and lap are written in place of the
-- mark. Without arguments it asks for the address as it is. Prints one line of JSON at the end.

local heads, tails = {}, {}
local position, lap, tag, changes = 0, 0, "", false

local function read(line)
  local fields = {}
  for field in (line .. "\t"):gmatch("(.-)\t") do
    fields[#fields + 1] = field
  end
  local headers = {}
  for index = 4, #fields do
    local name, value = fields[index]:match("^(.-): (.*)$")
    headers[name] = value
  end
  return wrk.format(fields[1], fields[2], headers, fields[3] ~= "" and fields[3] or nil)
end

function init(arguments)
  if #arguments == 0 then
    heads[1], tails[1] = wrk.format(), false
    return
  end
  local mark = arguments[2]
  tag, changes, position = arguments[3], arguments[4] == "yes", tonumber(arguments[5])
  for line in io.lines(arguments[1]) do
    local whole = read(line)
    local from, to = whole:find(mark, 1, true)
    heads[#heads + 1] = from and whole:sub(1, from - 1) or whole
    tails[#tails + 1] = from and whole:sub(to + 1) or false
  end
end

function request()
  position = position + 1
  if position > #heads then
    position = 1
    if changes then
      lap = lap + 1
    end
  end
  local tail = tails[position]
  return tail and heads[position] .. tag .. string.format("%04d", lap) .. tail or heads[position]
end

function done(summary, latency)
  local errors = summary.errors
  local line = '{"requests": %d, "microseconds": %d, "failures": %d, "p50": %d, "p99": %d}\n'
  local failures = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(line:format(
    summary.requests - errors.status, summary.duration, failures, latency:percentile(50), latency:percentile(99)
  ))
end
