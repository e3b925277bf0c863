-- Steps inside steps: a group with a callback, a race, and another file that runs inside a step, once for each of a list.
workflow = {
  name = "nested",
  description = "Asks three shops at once, takes what the fastest mirror has, and adds the tax in a workflow of its own.",
  tags = { "control-flow" },
  outputs = {
    from = "{{ steps.rates.output.winner }}",
    asked = "{{ steps.shops.output }}",
    prices = "{{ steps.gross.output.map(one, one.gross) }}",
  },
  steps = {
    -- All members run at once, two at a time; one that fails is told to the callback.
    shops = {
      max_concurrent = 2,
      failure_mode = "continue",
      parallel = {
        north = { code = "return { price = 12.5 }" },
        south = { language = "javascript", code = "export default () => ({ price: 10 })" },
        west = { code = 'error("closed on Mondays")' },
      },
      callback = {
        language = "python",
        code = [==[
def run(inputs):
    return {one["name"]: one["output"]["price"] if one["error"] is None else one["status"] for one in inputs["outcomes"]}
]==],
      },
    },
    -- The first that succeeds counts, the other is ended.
    rates = {
      race = {
        steps = {
          far = { cmd = "sleep 20; echo '{\"rate\": 0.2}'" },
          near = { code = "return { rate = 0.25 }" },
        },
      },
    },
    prices = {
      depends_on = "shops",
      code = [[
function run(inputs)
  local found = {}
  for _, name in ipairs({ "north", "south", "west" }) do
    local price = inputs.shops[name]
    if type(price) == "number" then found[#found + 1] = price end
  end
  return found
end
]],
    },
    -- Another file, for each price.
    gross = {
      foreach = "steps.prices.output",
      workflow = "with_tax.toml",
      inputs = { net = "{{ item }}", rate = "{{ steps.rates.output.output.rate }}" },
    },
  },
}
