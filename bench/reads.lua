-- GET requests for wrk, drawn at random. Arguments: file with one path a line, cookie.

dofile(debug.getinfo(1, "S").source:match("@(.*/)") .. "report.lua")

local requests = {}

function init(arguments)
  refused = 0
  math.randomseed(number + 1)
  local headers = {["cookie"] = arguments[2], ["accept"] = "application/json"}
  for path in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("GET", path, headers)
  end
end

function request()
  return requests[math.random(#requests)]
end
