-- Steps in four languages that run at once and count together, without losing one.
local STEPS = {
  lua = { language = "lua", code = [[
for i = 1, 100 do
  memory.update("count", function(n) return (n or 0) + 1 end)
end
memory.append("done", "lua")
]] .. "return 100" },
  javascript = { language = "javascript", code = [[
function run() {
  for (let i = 0; i < 100; i++) memory.update("count", (n) => (n ?? 0) + 1);
  memory.append("done", "javascript");
  return 100;
}
]] },
  python = { language = "python", code = [[
def run():
    for i in range(100):
        memory.update("count", lambda n: (n or 0) + 1)
    memory.append("done", "python")
    return 100
]] },
  shell = { language = "shell", cmd = "hwfe memory add count 100; hwfe memory append done shell" },
}

STEPS.total = {
  depends_on = { "lua", "javascript", "python", "shell" },
  code = [[
local done = memory.get("done")
assert(memory.get("count") == 400)
return { count = memory.get("count"), steps = #done }
]],
}

workflow = {
  name = "shared_memory",
  description = "Steps in four languages that run at once and count together.",
  tags = { "control-flow" },
  mode = "work-stealing",
  memory = true,
  steps = STEPS,
}
