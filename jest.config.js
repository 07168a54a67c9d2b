// Two projects: `unit` needs nothing but Node, `compat` needs memcached and the real Python clients.
// Types are checked by `npm run typecheck`: here each file is only transpiled (isolatedModules in tsconfig.json).
const transform = { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json', diagnostics: false }] };
const common = { testEnvironment: 'node', transform, moduleFileExtensions: ['ts', 'js', 'json'] };

const PICKLE_PROOF = ['round-trip', 'byte-identity', 'recorded-entries'].map(
  (name) => `compat-tests/pickle/${name}`,
);

module.exports = {
  projects: [
    { ...common, displayName: 'unit', testMatch: ['<rootDir>/lib/**/*.test.ts'] },
    {
      ...common,
      displayName: 'compat',
      testMatch: ['<rootDir>/compat-tests/**/*.test.ts'],
      testPathIgnorePatterns: PICKLE_PROOF,
    },
    // Exactness over every type and CPython at once: in work with the pickle codec, `npm run test:pickle`.
    {
      ...common,
      displayName: 'pickle',
      testMatch: PICKLE_PROOF.map((path) => `<rootDir>/${path}.test.ts`),
    },
  ],
};
