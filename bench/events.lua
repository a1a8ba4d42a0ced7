-- The mixed stream for wrk: 60 % messages, the rest what happens to them; 5 % of all twice, 2 % before their message.
-- Arguments: file of event templates (event, whose, body), secret, seed.

local folder = debug.getinfo(1, "S").source:match("@(.*/)")
dofile(folder .. "report.lua")
dofile(folder .. "templates.lua")

-- Events are about messages that were sent so long ago that they were answered.
local SETTLED = 256
local REMEMBERED = 4096
local TWICE = 0.05
local DISORDERED_OF_EVENTS = 0.02 / 0.40
local OWN = 0.25
local SHARES = {
  {0.15, "message_delivered"}, {0.15, "message_read"}, {0.05, "message_reaction"}, {0.03, "message_edited"},
  {0.02, "message_deleted"},
}

local templates = {own = {}, theirs = {}}
local conversations = 0
local sent = {own = {}, theirs = {}}
local counts = {own = 0, theirs = 0}
local earlier, requests = {}, 0
local awaited = {}

function init(arguments)
  refused = 0
  secret = arguments[2]
  math.randomseed(tonumber(arguments[3]) * 64 + number)
  for line in io.lines(arguments[1]) do
    local event, whose, body = line:match("^(%S+) (%S+) (.*)$")
    local of_event = templates[whose][event] or {}
    templates[whose][event] = of_event
    of_event[#of_event + 1] = split(body)
    conversations = math.max(conversations, #of_event)
  end
end

local function new_message()
  return {
    whose = math.random() < OWN and "own" or "theirs", conversation = math.random(conversations),
    id = new_id(), time = now_text(), provider_id = new_provider_id(),
  }
end

local function told(event, message)
  return filled(templates[message.whose][event][message.conversation], message.id, message.time, message.provider_id)
end

local function remember(message)
  local whose = message.whose
  sent[whose][counts[whose] % REMEMBERED] = message
  counts[whose] = counts[whose] + 1
end

local function settled_message(whose)
  local count = counts[whose]
  if count > SETTLED then
    return sent[whose][math.random(math.max(0, count - REMEMBERED), count - SETTLED) % REMEMBERED]
  end
end

local function received()
  local message = new_message()
  remember(message)
  return told("message_received", message)
end

local function happened(event)
  if math.random() < DISORDERED_OF_EVENTS then
    local message = new_message()
    awaited[#awaited + 1] = {message = message, due = requests + SETTLED}
    return told(event, message)
  end
  local whose = (event == "message_delivered" or math.random() < OWN) and "own" or "theirs"
  local message = settled_message(whose)
  return message and told(event, message) or received()
end

local function drawn()
  if awaited[1] and awaited[1].due <= requests then
    local message = table.remove(awaited, 1).message
    remember(message)
    return told("message_received", message)
  end
  local drawn_at = math.random()
  for _, share in ipairs(SHARES) do
    if drawn_at < share[1] then
      return happened(share[2])
    end
    drawn_at = drawn_at - share[1]
  end
  return received()
end

function request()
  requests = requests + 1
  if math.random() < TWICE and requests > SETTLED then
    return earlier[math.random(SETTLED)]
  end
  local one = drawn()
  earlier[requests % SETTLED + 1] = one
  return one
end
