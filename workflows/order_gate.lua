-- Values that are computed while the run goes on: inputs, expressions, templates, conditions and branches.
workflow = {
  name = "order_gate",
  description = "Sorts orders into large and small ones, and tells what is to be done.",
  tags = { "control-flow" },
  inputs = {
    threshold = { type = "number", default = 100, min = 0, description = "From which price on an order is large." },
    greeting = { default = "Dear customer; it's $(done)", description = "Any text: it stays data." },
    urgent = { type = "boolean", default = false, description = "Whether a courier is asked for." },
  },
  outputs = {
    total = "{{ steps.count.output.total }}",
    letter = { value = "{{ steps.letter.output.stdout }}", format = "plain" },
    large = { value = "{{ steps.load.output.filter(order, order.price >= inputs.threshold) }}", format = "csv" },
  },
  steps = {
    load = {
      code = [[
return { { id = 1, price = 250.0 }, { id = 2, price = 30.5 }, { id = 3, price = 120.0 } }
]],
    },
    count = {
      language = "python",
      inputs = { prices = "{{ steps.load.output.map(order, order.price) }}", threshold = "{{ inputs.threshold }}" },
      code = [==[
def run(inputs):
    large = [price for price in inputs["prices"] if price >= inputs["threshold"]]
    return {"total": sum(inputs["prices"]), "large": len(large)}
]==],
      switch = 'output.large > 1 ? "many" : "few"',
      case = { many = "pallet", few = "parcel" },
    },
    pallet = { code = 'return "on a pallet"' },
    parcel = { code = 'return "as parcels"' },
    courier = { depends_on = "count", ["if"] = "inputs.urgent", code = 'return "by courier"' },
    -- Only one of the three ways has an output; what was skipped is not there.
    letter = {
      depends_on = { "pallet", "parcel", "courier" },
      run_if = "none_failed",
      cmd = [[
echo {{ inputs.greeting }}
echo "we ship {{ default(steps.pallet.output, default(steps.parcel.output, "")) }}, {{ default(steps.courier.output, "by mail") }}"
]],
    },
  },
}
