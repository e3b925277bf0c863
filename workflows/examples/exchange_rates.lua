-- Asks a server for exchange rates, checks its answer, and keeps it as a CSV file; no step has code.
workflow = {
  name = "exchange_rates",
  description = "HTTP without code: a request with a query, a check of what came, a file made of it.",
  tags = { "actions" },
  inputs = {
    server = { default = "https://api.frankfurter.dev", description = "Where the rates are asked for." },
    base = { default = "EUR", pattern = "[A-Z]{3}", description = "The currency that the others are measured in." },
  },
  permissions = { net = { "api.frankfurter.dev" }, write = { "out/" } },
  outputs = { rates = "{{ steps.rows.output }}", saved = "{{ steps.save.output.path }}" },
  steps = {
    ask = {
      http = {
        url = "{{ inputs.server }}/v1/latest",
        query = { base = "{{ inputs.base }}", symbols = "USD,GBP,JPY" },
        headers = { accept = "application/json" },
        timeout = "10s",
        retries = 3,
      },
    },
    check = {
      assert = {
        that = "steps.ask.output.body.base == inputs.base && size(steps.ask.output.body.rates) > 0",
        message = "the server has no rates for {{ inputs.base }}",
      },
    },
    rows = {
      depends_on = { "check" },
      transform = "steps.ask.output.body.rates.map(name, {'currency': name, 'rate': steps.ask.output.body.rates[name]})",
    },
    save = { file = { write = "out/rates-{{ inputs.base }}.csv", content = "{{ steps.rows.output }}" } },
  },
}
