// One call on an object of Python's, or on ours: what it came to; of what was raised the class, all errors of sockets as one.

import { ConnectionError, TimeoutError } from '../../lib/errors';
import * as support from '../support';
import type { Call, PythonObject, Said } from '../support';
import { TELLING } from './pair';

const BY_CLASS: support.Telling = {
  ...TELLING,
  raised: ({ type, bases = [], thrown }) => {
    const isOfSocket =
      type === 'OSError' ||
      bases.includes('OSError') ||
      thrown instanceof ConnectionError ||
      thrown instanceof TimeoutError;
    return isOfSocket ? 'OSError' : type;
  },
};

export const askPython = (object: PythonObject, each: Call): Promise<Said> =>
  support.askTheirs(object, each, BY_CLASS);

export const askOurs = (object: object, each: Call): Promise<Said> =>
  support.askOurs(object, each, BY_CLASS);
