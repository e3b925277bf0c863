// How the tests run: threads without isolation, from source, with every worker thread loaded from dist/.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/nothing-left.ts'],
    pool: 'threads',
    isolate: false,
    tags: [
      { name: 'attack', description: 'One attack, as SECURITY.md counts them' },
      { name: 'control', description: 'Shows that an attack would work without what stops it' },
    ],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
