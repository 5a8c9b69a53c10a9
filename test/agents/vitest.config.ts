import { defineConfig } from 'vitest/config';

/** The real agent CLIs against a scripted model on loopback; slow and large, so not part of the usual suite. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    testTimeout: 120_000,
    fileParallelism: false,
  },
});
