// Random cases are the same in every run, so that a commit passes everywhere or nowhere.
// Others: `SEED=7 npx jest …`; what fails is repeated with its seed.

import fc from 'fast-check';

export const SEED = Number(process.env['SEED'] ?? 1);

fc.configureGlobal({ seed: SEED });

export { fc };
