-- A month of shop orders, cleaned, joined, scored and reported: each step in the language that suits it.
--
--   load_orders ── clean ─┬─ join ── score ─┬─ report
--   load_customers ───────┘                 │
--                  clean ── fingerprint ────┘

workflow = {
  name = "demo",
  description = "Clean, join, score and report a month of shop orders.",
  tags = { "basics" },
  mode = "parallel",

  steps = {
    load_orders = {
      language = "shell",
      working_dir = "data",
      code = "cat orders.csv",
    },

    -- JSON over several lines is handed on through $HWFE_OUTPUT.
    load_customers = {
      language = "shell",
      working_dir = "data",
      code = [[cat customers.json > "$HWFE_OUTPUT"]],
    },

    clean = {
      language = "python",
      depends_on = { "load_orders" },
      code = [[
import csv, io
from decimal import Decimal, InvalidOperation

def cents(text):
    # "1.299.00" has a thousands separator; all but the last dot go.
    whole, _, fraction = text.rpartition(".")
    return int(Decimal(whole.replace(".", "") + "." + fraction) * 100)

def run(inputs):
    orders, seen, dropped = [], set(), {"duplicate": 0, "no amount": 0, "not paid": 0}
    for row in csv.DictReader(io.StringIO(inputs["load_orders"]["stdout"])):
        if row["order_id"] in seen:
            dropped["duplicate"] += 1
            continue
        seen.add(row["order_id"])
        if row["status"] != "paid":
            dropped["not paid"] += 1
            continue
        try:
            amount = cents(row["amount"])
        except InvalidOperation:
            dropped["no amount"] += 1
            continue
        orders.append({
            "id": int(row["order_id"]),
            "customer": row["customer"].strip().upper(),
            "placed": row["placed"],
            "cents": amount,
        })
    print(f"kept {len(orders)} orders, dropped {sum(dropped.values())}")
    return {"orders": orders, "dropped": dropped}
]],
    },

    -- One order has the number 9007199254740993, one more than JavaScript's numbers can hold: it arrives as a BigInt.
    join = {
      language = "javascript",
      depends_on = { "clean", "load_customers" },
      code = [[
function run({ clean, load_customers }) {
  const customers = new Map(load_customers.map((customer) => [customer.id, customer]));
  const joined = [];
  const unknown = [];
  for (const order of clean.orders) {
    const customer = customers.get(order.customer);
    if (customer) joined.push({ ...order, name: customer.name, city: customer.city });
    else unknown.push(order.id);
  }
  if (unknown.length > 0) console.log(`orders without a customer: ${unknown.join(', ')}`);
  return { joined, unknown };
}
]],
    },

    -- CRC-32 of the cleaned orders, from WebAssembly built from wasm/crc32.wat.
    fingerprint = {
      language = "wasm",
      depends_on = { "clean" },
      module = "wasm/crc32.wasm",
    },

    score = {
      language = "lua",
      depends_on = { "join" },
      code = [[
local function tier(cents)
  if cents >= 50000 then return "gold" end
  if cents >= 10000 then return "silver" end
  return "bronze"
end

function run(inputs)
  local by_name, customers = {}, {}
  for _, order in ipairs(inputs.join.joined) do
    local customer = by_name[order.name]
    if not customer then
      customer = { name = order.name, city = order.city, orders = 0, cents = 0 }
      by_name[order.name] = customer
      customers[#customers + 1] = customer
    end
    customer.orders = customer.orders + 1
    customer.cents = customer.cents + order.cents
  end
  for _, customer in ipairs(customers) do customer.tier = tier(customer.cents) end
  table.sort(customers, function(a, b) return a.cents > b.cents end)
  return customers
end
]],
    },

    report = {
      language = "javascript",
      depends_on = { "score", "fingerprint", "clean" },
      code = [[
function run({ score, fingerprint, clean }) {
  const euros = (cents) => (cents / 100).toFixed(2).padStart(9);
  const rows = score.map((c) => `${c.name.padEnd(14)} ${c.city.padEnd(6)} ${String(c.orders).padStart(6)} ${euros(c.cents)}  ${c.tier}`);
  const total = score.reduce((sum, c) => sum + c.cents, 0);
  const dropped = Object.entries(clean.dropped).map(([why, n]) => `${n} ${why}`).join(', ');
  return [
    'Customer       City   Orders     Euros  Tier',
    ...rows,
    `${'Total'.padEnd(28)} ${euros(total)}`,
    '',
    `Left out: ${dropped}. Data CRC-32: ${fingerprint.crc32}.`,
  ].join('\n');
}
]],
    },
  },
}
