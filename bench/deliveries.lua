-- Deliveries for wrk: every request a new message in a random conversation.
-- Arguments: file of body templates (placeholders as in bodies.py), secret, seed.

dofile(debug.getinfo(1, "S").source:match("@(.*/)") .. "report.lua")

local pieces = {}
local heads = {}
local clock, clock_text

local function split(line)
  local id_at = line:find("@@@message_id@@@@@@@@@", 1, true)
  local time_at = line:find("@@@timestamp@@@@@@@@@@@@", 1, true)
  local provider_at = line:find("@@provider_msg_id@@@", 1, true)
  return line:sub(1, id_at - 1), line:sub(id_at + 22, time_at - 1), line:sub(time_at + 24, provider_at - 1),
    line:sub(provider_at + 20)
end

function init(arguments)
  refused = 0
  math.randomseed(tonumber(arguments[3]) * 64 + number)
  for line in io.lines(arguments[1]) do
    pieces[#pieces + 1] = {split(line)}
    heads[#heads + 1] = table.concat({
      "POST " .. wrk.path .. " HTTP/1.1",
      "host: " .. wrk.host .. ":" .. wrk.port,
      "accept: application/json, text/plain, */*",
      "content-type: application/x-www-form-urlencoded",
      "user-agent: axios/1.7.7",
      "accept-encoding: gzip, compress, deflate, br",
      "unipile-auth: " .. arguments[2],
      "content-length: " .. #line,
      "\r\n",
    }, "\r\n")
  end
end

function request()
  local now = os.time()
  if now ~= clock then
    clock, clock_text = now, os.date("!%Y-%m-%dT%H:%M:%S", now)
  end
  local random = math.random
  local chosen = random(#pieces)
  local piece = pieces[chosen]
  return table.concat({
    heads[chosen],
    piece[1], string.format("%08x%08x%06x", random(0, 4294967295), random(0, 4294967295), random(0, 16777215)),
    piece[2], string.format("%s.%03dZ", clock_text, random(0, 999)),
    piece[3], string.format("3EB0%08X%08X", random(0, 4294967295), random(0, 4294967295)),
    piece[4],
  })
end
