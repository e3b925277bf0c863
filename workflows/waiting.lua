-- Waits for a person, a file, a time and a signal; where nobody answers, what was agreed for that counts.
workflow = {
  name = "waiting",
  description = "Waits for a person, a file, a time and a signal; where nobody answers, what was agreed for that counts.",
  tags = { "control-flow" },
  mode = "work-stealing",
  steps = {
    export = { cmd = [[echo ready > "$HWFE_WORKDIR/ready"; echo "{\"path\":\"$HWFE_WORKDIR/ready\"}"]] },
    ready = { wait_for = { file = "{{ steps.export.output.path }}" }, timeout = "10s" },
    pause = { wait = "100ms" },
    past = { wait_until = "2020-01-01T00:00:00Z" },
    -- hwfe approve RUN approve --set amount=7
    approve = {
      title = "Refund how much?",
      assignee = "whoever is there",
      depends_on = { "ready", "pause", "past" },
      form = {
        type = "object",
        properties = {
          amount = { type = "integer", minimum = 0, maximum = 100 },
          note = { type = "string", default = "none" },
        },
        required = { "amount" },
      },
      timeout = "1s",
      default = { amount = 5 },
    },
    -- hwfe signal RUN paid --data '"by card"'
    paid = { wait_for = { signal = "paid" }, timeout = "1s", fallback = "unpaid" },
    unpaid = { code = "return 'not yet'" },
    report = {
      depends_on = { "approve", "paid" },
      code = [[return { amount = inputs.approve.amount, note = inputs.approve.note, paid = inputs.paid }]],
    },
  },
}
