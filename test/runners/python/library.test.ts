/** Python's standard library behind the gate: what a Pyodide as it comes can import and do, a step can. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { StockPython } from '../../security/support/stock-python.ts';
import { PythonRig } from './rig.ts';

const python = new PythonRig(mkdtempSync(join(tmpdir(), 'hwfe-test-')));
const stock = new StockPython();
afterAll(async () => {
  await stock.close();
  rmSync(python.cacheDir, { recursive: true });
});

/** Modules that a stock Pyodide imports and a step does not, and why. */
const DIFFERENCES: Readonly<Record<string, string>> = {};

/** Every module of the library and of its packages, with how its import ends. */
const IMPORT_ALL = `
import importlib, json, pkgutil, sys
def attempt(name, found):
  try:
    module = importlib.import_module(name)
    found[name] = "imported"
  except BaseException as error:
    found[name] = type(error).__name__
    return
  for inner in pkgutil.iter_modules(getattr(module, "__path__", [])):
    if inner.name != "__main__" and "test" not in inner.name: attempt(name + "." + inner.name, found)
def run():
  found = {}
  for name in sorted(sys.stdlib_module_names - {"antigravity", "this", "idlelib", "__main__"}): attempt(name, found)
  return json.dumps(found)`;

test('every module that a stock Pyodide imports can be imported, but for those that are listed', async () => {
  const there: Record<string, string> = JSON.parse(await stock.run(IMPORT_ALL));
  const here: Record<string, string> = JSON.parse(JSON.parse(String(await python.output(IMPORT_ALL))));
  expect(Object.values(there).filter((ending) => ending === 'imported').length).toBeGreaterThan(450);
  const different = Object.keys(there).filter((name) => there[name] === 'imported' && here[name] !== 'imported');
  expect(different).toEqual(Object.keys(DIFFERENCES));
}, 60_000);

/** Expressions, after their imports, whose value is text that is the same everywhere. */
const USES: readonly (readonly [imports: string, expression: string])[] = [
  ['json', 'json.loads(json.dumps({"a": [1, 2.5, None]}))'],
  ['csv, io', 'list(csv.DictReader(io.StringIO("a,b\\n1,2\\n")))'],
  ['re', 're.sub(r"(\\w+) (\\w+)", r"\\2 \\1", "hello world")'],
  ['datetime', 'datetime.datetime(2024, 2, 29, tzinfo=datetime.timezone.utc) + datetime.timedelta(days=366)'],
  ['time', '(time.strftime("%Y-%m-%d", time.gmtime(0)), time.strptime("2020-02-01", "%Y-%m-%d").tm_yday)'],
  ['calendar', 'calendar.monthrange(2024, 2)'],
  ['zoneinfo, datetime', 'zoneinfo.ZoneInfo.__name__, zoneinfo.TZPATH'],
  ['decimal', 'decimal.Decimal(1) / 3'],
  ['fractions', 'fractions.Fraction(1, 3) + fractions.Fraction(1, 6)'],
  ['statistics', 'statistics.quantiles([1, 2, 3, 4, 5])'],
  ['math, cmath', '(math.isqrt(99), math.gcd(12, 18), cmath.sqrt(-1))'],
  ['random', 'random.Random(7).sample(range(100), 5)'],
  ['itertools', 'list(itertools.batched(range(5), 2))'],
  ['collections', 'collections.Counter("abracadabra").most_common(2)'],
  ['functools, operator', 'functools.reduce(operator.mul, range(1, 20))'],
  ['heapq, bisect', '(heapq.nsmallest(2, [3, 1, 2]), bisect.bisect([1, 2, 3], 2))'],
  ['sqlite3', 'sqlite3.connect(":memory:").execute("select sum(value) from json_each(?)", ("[1,2,3]",)).fetchall()'],
  [
    'sqlite3, os, tempfile',
    '[(c := sqlite3.connect(tempfile.mkdtemp() + "/x.db")).execute("create table t(a)"), c.execute("insert into t values (1)"), c.commit(), c.execute("select * from t").fetchall()][3]',
  ],
  [
    'hashlib, hmac',
    '(hashlib.sha3_256(b"x").hexdigest(), hashlib.blake2b(b"x").hexdigest(), hmac.new(b"k", b"m", "sha256").hexdigest())',
  ],
  ['uuid', 'uuid.uuid5(uuid.NAMESPACE_DNS, "example.com"), len(str(uuid.uuid4())), len(str(uuid.uuid1()))'],
  ['secrets', 'len(secrets.token_hex(8))'],
  [
    'tempfile, pathlib',
    '[(p := pathlib.Path(tempfile.mkdtemp()) / "x").write_text("é"), p.read_text(), p.stat().st_size]',
  ],
  [
    'shutil, os, tempfile',
    '[(d := tempfile.mkdtemp()), open(d + "/a", "w").close(), shutil.copytree(d, d + "2"), os.listdir(d + "2"), shutil.rmtree(d)][3]',
  ],
  ['glob, fnmatch', '(glob.glob("/ho*"), fnmatch.filter(["a.py", "b"], "*.py"))'],
  ['gzip, zlib, bz2, lzma', '[m.decompress(m.compress(b"x" * 1000)) == b"x" * 1000 for m in (gzip, zlib, bz2, lzma)]'],
  [
    'zipfile, io',
    '[(b := io.BytesIO()), (z := zipfile.ZipFile(b, "w")).writestr("a", "hello"), z.close(), zipfile.ZipFile(b).read("a")][3]',
  ],
  [
    'tarfile, io, os, tempfile',
    '[(b := io.BytesIO()), (t := tarfile.open(fileobj=b, mode="w:gz")).add("/lib/python3.14", "lib", recursive=False), t.close(), b.seek(0), tarfile.open(fileobj=b).extractall(d := tempfile.mkdtemp(), filter="data"), os.listdir(d)][5]',
  ],
  ['difflib', 'list(difflib.unified_diff(["a"], ["b"], lineterm=""))'],
  ['string, textwrap', '(string.Template("$a").substitute(a=1), textwrap.fill("aaa bbb ccc", 7))'],
  ['struct, array, binascii', '(struct.pack("<I", 7), array.array("i", [1, 2]).tolist(), binascii.crc32(b"x"))'],
  ['base64, quopri', '(base64.b64encode(b"hello"), quopri.encodestring("é".encode()))'],
  ['html, html.parser', 'html.unescape("&eacute;&lt;")'],
  ['xml.etree.ElementTree as ET', 'ET.tostring(ET.fromstring("<a><b x=\'1\'/></a>"))'],
  ['xml.dom.minidom as m', 'm.parseString("<a>x</a>").documentElement.firstChild.data'],
  ['urllib.parse', 'urllib.parse.urlsplit("https://a.b/c?d=e#f")'],
  ['email, email.message', 'email.message_from_string("Subject: x\\n\\nbody")["subject"]'],
  [
    'logging, io',
    '[(s := io.StringIO()), logging.getLogger("x").addHandler(logging.StreamHandler(s)), logging.getLogger("x").warning("w"), s.getvalue()][3]',
  ],
  ['dataclasses', 'dataclasses.asdict(dataclasses.make_dataclass("P", ["x"])(1))'],
  ['typing, types, inspect', 'inspect.signature(lambda a, *, b=1: 0)'],
  ['enum, graphlib', 'list(graphlib.TopologicalSorter({1: {2}, 2: {3}}).static_order())'],
  ['pickle, copy', 'pickle.loads(pickle.dumps(copy.deepcopy({"a": (1, {2})})))'],
  ['configparser, tomllib', 'tomllib.loads("a = [1, 2]")'],
  ['ipaddress', 'list(ipaddress.ip_network("10.0.0.0/30").hosts())'],
  ['unicodedata, locale, gettext', 'unicodedata.normalize("NFC", "e\\u0301")'],
  [
    'contextlib, contextvars, io',
    '[(s := io.StringIO()), (r := contextlib.redirect_stdout(s)).__enter__(), print("x"), r.__exit__(None, None, None), s.getvalue()][4]',
  ],
  ['ast, dis, tokenize', 'ast.unparse(ast.parse("x=1+2"))'],
  ['unittest.mock as mock', 'mock.Mock(return_value=3)()'],
  ['ctypes', 'ctypes.sizeof(ctypes.c_void_p), ctypes.c_int(5).value, list((ctypes.c_int * 2)(1, 2))'],
  ['mmap', '[(m := mmap.mmap(-1, 4096)).write(b"abc"), m[:3]]'],
  [
    'select, os',
    '[(p := os.pipe()), os.write(p[1], b"x"), select.select([p[0]], [], [], 0)[0] == [p[0]], os.read(p[0], 1)][2:]',
  ],
  ['signal, threading, queue', '(threading.Lock().acquire(), queue.Queue().qsize())'],
  ['os, stat, platform', '(os.path.exists("/tmp"), stat.filemode(os.stat("/tmp").st_mode), platform.machine())'],
];

test.each(USES)('%s is of use: %s', async (imports, expression) => {
  const code = `import ${imports}\ndef run(): return str((${expression}))`;
  const expected = await stock.run(code);
  expect(expected).not.toContain('Traceback');
  expect(await python.output(code)).toBe(JSON.stringify(expected));
});
