// The families of attacks by Python steps.
import type { Attack, Family } from '../support/attack.ts';
import type { StockPython } from '../support/stock-python.ts';
import { CALLS } from './python-calls.ts';
import { JAVASCRIPT } from './python-javascript.ts';
import { NOWHERE } from './python-nowhere.ts';
import type { Reaches } from './python-reaches.ts';

/** The families; `stock` is where their controls run. */
export function pythonHost(stock: StockPython): readonly Family[] {
  const proven = (reaches: readonly Reaches[]): Attack[] =>
    reaches.map(([name, code]) => ({
      name,
      step: (aims) => ({ language: 'python', code: code(aims) }),
      control: { proof: (aims) => stock.run(code(aims)) },
    }));
  return [
    { name: 'JavaScript objects', attacks: proven(JAVASCRIPT) },
    { name: 'calls of the host', attacks: proven(CALLS) },
    {
      name: 'ways that lead nowhere',
      attacks: NOWHERE.map(([name, code, none]) => ({
        name,
        step: (aims) => ({ language: 'python', code: code(aims) }),
        control: { none },
      })),
    },
  ];
}
