/** For every diagnostic that a workflow file can cause, a small file that causes it, as docs/diagnostics.md tells it. */

export interface Sample {
  /** The file that is read; `flow.lua` or `flow.toml` if it is not given. */
  readonly path?: string;
  readonly lua?: string;
  readonly toml?: string;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

export const SAMPLES: Readonly<Record<string, Sample>> = {
  'file-not-found': { path: 'dmeo.lua', files: { 'demo.lua': '' } },
  'not-a-file': { path: 'flows.lua', files: { 'flows.lua/demo.lua': '' } },
  'file-too-large': { path: 'dump.lua', files: { 'dump.lua': new Uint8Array(50 * 1024 ** 2) } },
  'bad-encoding': { path: 'old.lua', files: { 'old.lua': new Uint8Array([0xe9]) } },
  'unknown-extension': { path: 'flow.yaml', files: { 'flow.yaml': '' } },
  syntax: { lua: 'workflow = {\n  name = "report",\n  steps = { }' },
  'duplicate-field': { lua: 'workflow = { steps = { build = { cmd = "make", timeout = 5, timeout = 10 } } }' },
  'duplicate-step': { toml: '[steps.build]\ncmd = "make"\n\n[steps.build]\ncmd = "make all"\n' },
  'no-workflow': { lua: 'local workflow = { steps = {} }' },
  'lua-error': { lua: 'local count = nil\nworkflow = { steps = { a = { code = "x" .. count } } }' },
  'lua-timeout': { lua: 'while true do end' },
  'lua-memory': { lua: 'local text = ("x"):rep(1e9)' },
  'not-allowed': { lua: 'os.execute("make")' },
  printed: { lua: 'print("hello") workflow = { steps = { a = { code = "" } } }' },
  'function-value': { lua: 'workflow = { steps = { build = { run = function() return 1 end } } }' },
  'unknown-field': { toml: '[steps.build]\ncmd = "make"\ndepend_on = "fetch"\n' },
  'wrong-type': { toml: '[steps.build]\ncmd = "make"\ntimeout = ["5s"]\n' },
  'empty-steps': { toml: 'name = "report"\n' },
  'bad-name': { toml: '[steps."my step"]\ncmd = "make"\n' },
  'unknown-language': { toml: '[steps.build]\nlanguage = "pyton"\ncode = "x = 1"\n' },
  'unknown-choice': { toml: 'mode = "paralel"\n[steps.build]\ncmd = "make"\n' },
  'bad-number': { toml: '[steps.build]\ncmd = "make"\nretries = -1\n' },
  'bad-duration': { toml: '[steps.build]\ncmd = "make"\ntimeout = "soon"\n' },
  'bad-size': { toml: '[steps.build]\ncmd = "make"\nlimits = { output = "lots" }\n' },
  'bad-env': { toml: '[steps.build]\ncmd = "make"\nenv = { "A=B" = 1 }\n' },
  'bad-host': {
    toml: '[steps.fetch]\nlanguage = "javascript"\ncode = "x"\npermissions = { net = "https://example.com" }\n',
  },
  'bad-secret': { toml: '[steps.build]\ncmd = "make"\nsecrets = ["API-TOKEN"]\n' },
  'undeclared-secret': { toml: 'secrets = ["API_TOKEN"]\n[steps.build]\ncmd = "make"\nsecrets = ["API_TOKN"]\n' },
  'bad-action': { toml: '[steps.fetch]\nhttp = { method = "POST" }\n' },
  'bad-backoff': { toml: '[steps.build]\ncmd = "make"\nretries = 3\nbackoff = { base = "2m", max = "1m" }\n' },
  'bad-cache': { toml: '[steps.build]\ncmd = "make"\ncache = true\n' },
  'bad-rate': { toml: '[steps.send]\ncmd = "make"\nrate = "ten a second"\n' },
  'bad-cost': { toml: 'pools = { gpu = 2 }\n[steps.train]\ncmd = "make"\npool = "gpu"\ncost = 3\n' },
  'crossing-pools': {
    toml: 'pools = { api = 1, disk = 1 }\n[steps.load]\npool = "api"\nparallel = { store = { cmd = "make", pool = "disk" } }\n[steps.save]\npool = "disk"\nparallel = { send = { cmd = "make", pool = "api" } }\n',
  },
  'unknown-pool': { toml: 'pools = { api = 2 }\n[steps.load]\ncmd = "make"\npool = "apy"\n' },
  'bad-input': { toml: '[inputs.count]\ntype = "integer"\ndefault = "ten"\n[steps.build]\ncmd = "make"\n' },
  'bad-variable': { toml: '[steps.build]\ncmd = "make"\nregister = "build-id"\n' },
  'bad-condition': { toml: '[steps.report]\ncmd = "make"\nrun_if = "one_failed"\n' },
  'bad-form': { toml: '[steps.ask]\ntitle = "Go?"\nform = { type = "objekt" }\n' },
  'bad-moment': { toml: '[steps.pause]\nwait_until = "soon"\n' },
  'bad-nesting': { toml: '[steps.fetch.race]\nsettle = "first_done"\n' },
  recursion: { toml: '[steps.again]\nworkflow = "flow.toml"\n' },
  'bad-foreach': { toml: '[steps.fetch]\ncmd = "make"\nmax_concurrent = 2\n' },
  'bad-expression': { toml: '[steps.build]\ncmd = "make"\nif = "run.id =="\n' },
  'unknown-name': {
    toml: '[steps.fetch]\ncmd = "a"\n[steps.build]\ncmd = "make"\nif = "steps.fetsh.status == \'failed\'"\n',
  },
  'misplaced-template': {
    toml: '[steps.build]\ncmd = "echo $(( {{ steps.fetch.output }} + 1 ))"\n[steps.fetch]\ncode = "return 1"\n',
  },
  'unread-template': { toml: '[steps.build]\ncmd = "echo {{ input.name }}"\n' },
  'missing-code': { toml: '[steps.build]\nlanguage = "python"\n' },
  'conflicting-fields': { toml: '[steps.build]\nfile = "build.py"\ncode = "x = 1"\n', files: { 'build.py': '' } },
  'misfit-field': { toml: '[steps.build]\nlanguage = "python"\ncode = "x = 1"\nargs = [1]\n' },
  'code-file': { toml: '[steps.build]\nfile = "steps/build.py"\n' },
  'module-not-found': { toml: '[steps.score]\nmodule = "score.wasm"\n' },
  'unknown-dependency': { toml: '[steps.fetch]\ncmd = "a"\n[steps.build]\ncmd = "b"\ndepends_on = "fetsh"\n' },
  'self-dependency': { toml: '[steps.build]\ncmd = "make"\ndepends_on = ["build"]\n' },
  'duplicate-dependency': {
    toml: '[steps.fetch]\ncmd = "a"\n[steps.build]\ncmd = "make"\ndepends_on = ["fetch", "fetch"]\n',
  },
  'colliding-inputs': {
    toml: '[steps.a-b]\ncmd = "1"\n[steps.a_b]\ncmd = "2"\n[steps.join]\ncmd = "3"\ndepends_on = ["a-b", "a_b"]\n',
  },
  cycle: {
    toml: '[steps.a]\ncmd = "1"\ndepends_on = "b"\n[steps.b]\ncmd = "2"\ndepends_on = "c"\n[steps.c]\ncmd = "3"\ndepends_on = "a"\n',
  },
};
