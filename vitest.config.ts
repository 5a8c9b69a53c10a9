import { defineConfig } from 'vitest/config';

const second = 1_000;
const minute = 60 * second;

/** `default` is the everyday suite; `agents` starts real agent programs; `fault` kills things; both take minutes. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    globalSetup: ['test/support/clean-environment.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'default',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['test/agents/**', 'test/fault/**', 'test/bench/**'],
          testTimeout: 30 * second,
          hookTimeout: minute,
        },
      },
      {
        extends: true,
        test: {
          name: 'agents',
          include: ['test/agents/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 3 * minute,
          hookTimeout: 3 * minute,
        },
      },
      {
        extends: true,
        test: {
          name: 'fault',
          include: ['test/fault/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 10 * minute,
          hookTimeout: 3 * minute,
        },
      },
    ],
  },
});
