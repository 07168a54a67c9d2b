// Two projects: `unit` needs nothing but Node, `compat` needs memcached and the real Python clients.
// Types are checked by `npm run typecheck`: here each file is only transpiled (isolatedModules in tsconfig.json).
const transform = { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json', diagnostics: false }] };
const common = {
  testEnvironment: 'node',
  transform,
  moduleFileExtensions: ['ts', 'js', 'json'],
  setupFilesAfterEnv: ['<rootDir>/scripts/jest-patience.cjs'],
};

module.exports = {
  projects: [
    { ...common, displayName: 'unit', testMatch: ['<rootDir>/lib/**/*.test.ts'] },
    {
      ...common,
      displayName: 'compat',
      testMatch: ['<rootDir>/compat-tests/**/*.test.ts'],
    },
  ],
};
