/** Runs the contract suite against every implementation. */
import { implementations } from './implementations.ts';
import { describeContract } from './suite.ts';

for (const implementation of implementations) describeContract(implementation);
