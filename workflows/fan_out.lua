-- Fan-out and fan-in: the file computes its steps, so eight counting steps are a loop, and one step gathers them.

local WORKERS = 8
local LIMIT = 40000

local steps = {
  plan = {
    language = "javascript",
    code = string.format([[
function run() {
  const size = %d / %d;
  return Array.from({ length: %d }, (_, i) => ({ from: i * size + 1, to: (i + 1) * size }));
}
]], LIMIT, WORKERS, WORKERS),
  },
}

local counters = {}
for i = 1, WORKERS do
  local name = "primes_" .. i
  counters[i] = name
  steps[name] = {
    language = "lua",
    depends_on = { "plan" },
    code = string.format([[
local function is_prime(n)
  if n < 2 then return false end
  for d = 2, math.floor(math.sqrt(n)) do
    if n %% d == 0 then return false end
  end
  return true
end

function run(inputs)
  local part, count = inputs.plan[%d], 0
  for n = part.from, part.to do
    if is_prime(n) then count = count + 1 end
  end
  return count
end
]], i),
  }
end

steps.total = {
  language = "python",
  depends_on = counters,
  code = string.format([[
def run(inputs):
    return {"primes": sum(inputs.values()), "up_to": %d}
]], LIMIT),
}

workflow = {
  name = "fan_out",
  description = "Counts primes in eight steps at once and adds them up.",
  tags = { "basics" },
  mode = "work-stealing",
  steps = steps,
}
