/** Runs the contract suite against every implementation. */
import { createImplementations } from './implementations.ts';
import { describeContract } from './suite.ts';

for (const implementation of createImplementations()) describeContract(implementation);
