// Which of the host's environment a step sees.
import { expect, it } from 'vitest';
import { stepEnvironment } from '../../src/run/environment.ts';
import { step } from '../support/graph.ts';

const HOST = { PATH: '/bin', LC_ALL: 'C', AWS_KEY: 'k', AWS_REGION: 'r', MY_TOKEN: 't', GONE: undefined };

it('gives an embedded step its own entries only', () => {
  expect({ ...stepEnvironment(step('a', [], { env: { X: '1' } }), HOST, false) }).toEqual({ X: '1' });
});

it('gives a process the basic variables besides', () => {
  expect({ ...stepEnvironment(step('a', [], { env: { X: '1' } }), HOST, true) }).toEqual({
    PATH: '/bin',
    LC_ALL: 'C',
    X: '1',
  });
});

it('gives a process nothing of the host but what it passes where its environment is to be clean', () => {
  const clean = step('a', [], { env: { X: '1' }, passEnv: ['AWS_KEY'], cleanEnv: true });
  expect({ ...stepEnvironment(clean, HOST, true) }).toEqual({ AWS_KEY: 'k', X: '1' });
});

it.each([
  [['AWS_*'], ['AWS_KEY', 'AWS_REGION']],
  [
    ['*_TOKEN', 'AWS_KEY'],
    ['AWS_KEY', 'MY_TOKEN'],
  ],
  [['*'], ['AWS_KEY', 'AWS_REGION', 'LC_ALL', 'MY_TOKEN', 'PATH']],
  [['.*'], []],
])('passes what %j matches', (passEnv, names) => {
  expect(Object.keys(stepEnvironment(step('a', [], { passEnv }), HOST, false)).sort()).toEqual(names);
});

it("lets a step's own entry win over a passed one", () => {
  const env = stepEnvironment(step('a', [], { passEnv: ['*'], env: { PATH: '/mine' } }), HOST, true);
  expect(env['PATH']).toBe('/mine');
});
