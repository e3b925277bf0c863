/** Runs the contract suite against every implementation. */
import { createImplementations, createStricter } from './implementations.ts';
import { describeContract } from './suite.ts';

for (const implementation of [...createImplementations(), ...(await createStricter())])
  describeContract(implementation);
