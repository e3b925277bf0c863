-- Four tasks of one second each, in four ways of spending it. They take one second together, not four:
--   hwfe parallel_demo --mode sequential   takes over four seconds.

local function second(language, code)
  return { language = language, depends_on = { "init" }, code = code }
end

workflow = {
  name = "parallel_demo",
  description = "Four one-second tasks at once, between a step that starts them and one that gathers them.",
  tags = { "basics" },
  mode = "parallel",
  max_parallel_steps = 4,

  steps = {
    init = {
      language = "lua",
      code = [[
function run() return { started = os.date("!%H:%M:%S") } end
]],
    },

    sleep_in_shell = second("shell", [[
sleep 1
echo '{"slept": 1}'
]]),

    sleep_in_python = second("python", [[
import time

def run(inputs):
    time.sleep(1)
    return {"slept": 1}
]]),

    count_in_lua = second("lua", [[
function run()
  local start, rounds = os.clock(), 0
  while os.clock() - start < 1 do rounds = rounds + 1 end
  return { rounds = rounds }
end
]]),

    wait_in_javascript = second("javascript", [[
async function run() {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return { waited: 1 };
}
]]),

    merge = {
      language = "lua",
      depends_on = { "sleep_in_shell", "sleep_in_python", "count_in_lua", "wait_in_javascript" },
      code = [[
function run(inputs)
  local names = json.array{}
  for name in pairs(inputs) do names[#names + 1] = name end
  table.sort(names)
  return { done = names }
end
]],
    },
  },
}
