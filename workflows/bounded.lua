-- What bounds a run beside its cap: a pool with a rate, a priority, a cost, a lock, and a cap that looks at the machine.
workflow = {
  name = "bounded",
  description = "Asks a service that allows two requests at once and twenty a second, and builds one report at a time.",
  tags = { "control-flow" },
  mode = "work-stealing",
  -- As many at once as there are processors, fewer while the machine is short of memory or processors.
  max_parallel_steps = "auto",
  pools = { service = { size = 2, rate = "20/s" } },
  outputs = { report = "{{ steps.report.output }}" },
  steps = {
    -- First in the pool, though others come before it.
    rates = { code = "return { eur = 1, usd = 1.1 }", pool = "service", priority = 10 },

    -- Each item takes its part of the pool, and starts in its turn.
    orders = {
      foreach = { "anna", "ben", "cleo", "dan" },
      language = "javascript",
      pool = "service",
      code = [[
        function run({ item, index }) {
          return { customer: item, total: 10 * (index + 1) };
        }
      ]],
    },

    -- Needs no service, and is not held up by those that wait for it. It counts as two steps where there are two processors.
    archive = { cmd = "echo archived", cost = 2 },

    -- No other run on this machine, of whatever workflow, is in its own "hwfe example report" meanwhile.
    report = {
      language = "python",
      depends_on = { "rates", "orders", "archive" },
      lock = { name = "hwfe example report", timeout = "1m" },
      code = [[
def run(inputs):
    usd = inputs["rates"]["usd"]
    return {order["customer"]: round(order["total"] * usd, 2) for order in inputs["orders"]}
]],
    },
  },
}
