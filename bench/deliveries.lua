-- Deliveries for wrk: every request a new message in a random conversation.
-- Arguments: file of body templates (placeholders as in bodies.py), secret, seed.

local folder = debug.getinfo(1, "S").source:match("@(.*/)")
dofile(folder .. "report.lua")
dofile(folder .. "templates.lua")

local templates = {}

function init(arguments)
  refused = 0
  secret = arguments[2]
  math.randomseed(tonumber(arguments[3]) * 64 + number)
  for line in io.lines(arguments[1]) do
    templates[#templates + 1] = split(line)
  end
end

function request()
  return filled(templates[math.random(#templates)], new_id(), now_text(), new_provider_id())
end
