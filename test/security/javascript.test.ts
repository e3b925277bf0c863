// Hostile JavaScript steps.
import { JAVASCRIPT_HOST } from './attacks/javascript-host.ts';
import { JAVASCRIPT_STATE } from './attacks/javascript-state.ts';
import { JAVASCRIPT_VALUES } from './attacks/javascript-values.ts';
import { describeBattery } from './support/battery.ts';

describeBattery([...JAVASCRIPT_HOST, ...JAVASCRIPT_STATE, ...JAVASCRIPT_VALUES], {
  step: {
    language: 'javascript',
    code: 'function run() { return [1 + 1, JSON.stringify({ a: [1] }), Object.keys(globalThis)] }',
  },
  output: '[2,"{\\"a\\":[1]}",["run"]]',
});
