-- One step for each item: of a list that another step makes, of numbers, of a matrix. hwfe workflows/each.lua
workflow = {
  name = "each",
  description = "Steps that are done for each of several items, several at once.",
  tags = { "control-flow" },
  mode = "work-stealing",
  outputs = { total = "{{ steps.sum.output }}", builds = "{{ steps.build.output.map(b, b.stdout) }}" },
  steps = {
    orders = {
      language = "python",
      code = [[
def run():
    return [{"tea": n, "price": n * 0.5} for n in range(1, 6)]
]],
    },
    -- `item` is one order, `index` its number from 0.
    price = {
      language = "js",
      foreach = "steps.orders.output",
      retries = 1,
      code = "function run({ item, index }) { return { line: index + 1, sum: item.tea * item.price } }",
    },
    sum = {
      depends_on = "price",
      code = [[
function run(inputs)
  local total = 0
  for _, line in ipairs(inputs.price) do total = total + line.sum end
  return total
end
]],
    },
    -- Items that fail leave null behind, and the others are done all the same.
    odd = {
      foreach = { from = 1, to = 6 },
      on_failed_item = "ignore",
      code = "function run(inputs) assert(inputs.item % 2 == 1, 'even') return inputs.item end",
    },
    build = {
      matrix = {
        os = { "linux", "macos" },
        node = { 20, 22 },
        exclude = { { os = "macos", node = 20 } },
        include = { { os = "linux", flag = "-arm" } },
      },
      max_concurrent = 2,
      cmd = "echo {{ matrix.os }}-{{ matrix.node }}{{ default(matrix.flag, '') }}",
    },
  },
}
