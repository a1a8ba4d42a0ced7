-- What wrk's scripts for deliveries have in common: templates with placeholders as in bodies.py, filled in.

local clock, clock_text

function split(line)
  local id_at = line:find("@@@message_id@@@@@@@@@", 1, true)
  local time_at = line:find("@@@timestamp@@@@@@@@@@@@", 1, true)
  local provider_at = line:find("@@provider_msg_id@@@", 1, true)
  return {
    line:sub(1, id_at - 1), line:sub(id_at + 22, time_at - 1), line:sub(time_at + 24, provider_at - 1),
    line:sub(provider_at + 20), head = head_of(#line),
  }
end

function head_of(length)
  return table.concat({
    "POST " .. wrk.path .. " HTTP/1.1",
    "host: " .. wrk.host .. ":" .. wrk.port,
    "accept: application/json, text/plain, */*",
    "content-type: application/x-www-form-urlencoded",
    "user-agent: axios/1.7.7",
    "accept-encoding: gzip, compress, deflate, br",
    "unipile-auth: " .. secret,
    "content-length: " .. length,
    "\r\n",
  }, "\r\n")
end

function new_id()
  local random = math.random
  return string.format("%08x%08x%06x", random(0, 4294967295), random(0, 4294967295), random(0, 16777215))
end

function new_provider_id()
  return string.format("3EB0%08X%08X", math.random(0, 4294967295), math.random(0, 4294967295))
end

function now_text()
  local now = os.time()
  if now ~= clock then
    clock, clock_text = now, os.date("!%Y-%m-%dT%H:%M:%S", now)
  end
  return string.format("%s.%03dZ", clock_text, math.random(0, 999))
end

function filled(template, id, time, provider_id)
  return table.concat({
    template.head, template[1], id, template[2], time, template[3], provider_id, template[4],
  })
end
