/** Runs the benchmarks that are named, or all of them. */
const BENCHMARKS = ['startup', 'parallel', 'scale', 'items', 'store', 'shell', 'python', 'handover', 'depth'];

const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : BENCHMARKS) {
  if (!BENCHMARKS.includes(name))
    throw new Error(`There is no benchmark "${name}"; there are ${BENCHMARKS.join(', ')}`);
  const { run } = (await import(`./${name}.bench.js`)) as { run: () => void | Promise<void> };
  await run();
}
