// Hostile Python steps.
import { afterAll } from 'vitest';
import { pythonHost } from './attacks/python-host.ts';
import { describeBattery } from './support/battery.ts';
import { StockPython } from './support/stock-python.ts';

const stock = new StockPython();
afterAll(() => stock.close());

describeBattery(pythonHost(stock), {
  step: {
    language: 'python',
    code: 'import json, os, sys\ndef run(): return [1 + 1, json.loads("[1]"), os.getcwd(), len(os.environ), "js" in sys.modules]',
  },
  output: '[2,[1],"/home/pyodide",1,false]',
});
