-- Asks a language model about a letter, twice: for a value that fits a schema, and for a text. The section [llm] of the
-- configuration says where the model is, such as: [llm] model = "small-model-1", api_key = "OPENAI_API_KEY", rate = "60/m"
workflow = {
  name = "letter_mood",
  description = "A language model without code: an answer held to a schema, a branch on it, and a reply.",
  tags = { "actions" },
  inputs = {
    letter = { default = "The tea came late again, and half of it was spilt.", description = "What a customer wrote." },
  },
  permissions = { net = { "api.openai.com" } },
  outputs = {
    mood = "{{ steps.read.output.mood }}",
    answer = { value = "{{ default(steps.answer.output, '') }}", format = "plain" },
  },
  steps = {
    read = {
      llm = {
        system = "You read letters of customers.",
        prompt = "How does the writer feel, and about what?\n\n{{ inputs.letter }}",
        schema = {
          type = "object",
          properties = { mood = { enum = { "good", "bad" } }, about = { type = "string" } },
          required = { "mood", "about" },
        },
      },
    },
    answer = {
      ["if"] = "steps.read.output.mood == 'bad'",
      llm = { prompt = "Write one sentence of apology about: {{ steps.read.output.about }}", max_tokens = 200 },
    },
  },
}
