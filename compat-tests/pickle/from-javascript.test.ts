// Values made in JavaScript, and what Python finds in them.
import { fc } from '../../lib/testing/random';
import { dumps, loads, PyByteArray, PyFrozenSet, PyTuple } from '../../lib/value/pickle';
import { describePlain } from './describe-plain';
import { findPythons, protocolsOf, Python } from './pythons';
import { expectNoFailures, failuresOf } from './report';

const COUNT = 300;

/** Distinct in Python too: 1, true and 1n are one key there. */
const key = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'binary' }) },
  fc.constantFrom('__proto__', 'constructor', 'length', '0', '1', '-1', ''),
);
const mapKey = fc.oneof(
  key,
  fc.integer(),
  fc.double({ noNaN: true, noInteger: true }),
  fc.bigInt({ min: 2n ** 64n, max: 2n ** 70n }),
  fc.constant(null),
);

const { value: VALUE } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<unknown>(
      null,
      undefined,
      true,
      false,
      0,
      -0,
      NaN,
      Infinity,
      -Infinity,
      '',
      2 ** 53,
      -(2 ** 31),
      1e21,
      1e-7,
    ),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double(),
    fc.bigInt(),
    fc.string({ unit: 'binary' }),
    fc.string({ minLength: 250, maxLength: 260 }),
    fc.uint8Array().map((each) => Buffer.from(each)),
    fc.uint8Array(),
    fc.uint8Array().map((each) => PyByteArray.from(each)),
    fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.array(tie('value'), { maxLength: 5 }).map((items) => PyTuple.from(items)),
    fc.dictionary(key, tie('value'), { maxKeys: 6, noNullPrototype: false }),
    fc.array(fc.tuple(mapKey, tie('value')), { maxLength: 6 }).map((pairs) => new Map(pairs)),
    fc.array(mapKey, { maxLength: 6 }).map((members) => new Set(members)),
    fc.array(mapKey, { maxLength: 6 }).map((members) => new PyFrozenSet(members)),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => [items, items, { again: items }]),
  ),
}));

const VALUES = fc.sample(VALUE, { numRuns: COUNT });

describe.each(
  findPythons()
    .filter(({ release }) => release !== '2.7')
    .map((python) => [python.version, python] as const),
)('CPython %s', (_, installed) => {
  it('reads what JavaScript wrote as what the type table says', async () => {
    const python = new Python(installed);
    const cases = VALUES.flatMap((value) =>
      protocolsOf(installed).map((protocol) => ({
        value,
        pickle: dumps(value, protocol).toString('base64'),
      })),
    );
    const answers = await python.describe(cases.map(({ pickle }) => pickle));
    await python.stop();
    const failures = failuresOf(cases, 'all', ({ value }, index) => {
      const found = answers[index];
      const expected = describePlain(value);
      const same =
        found !== undefined &&
        'about' in found &&
        JSON.stringify(found.about) === JSON.stringify(expected);
      return same ? undefined : { found, expected };
    });
    expectNoFailures(installed, failures, cases.length);
  });
});

it('are equal when they are read again here', () => {
  for (const value of VALUES) {
    const again = dumps(loads(dumps(value, 4)), 4);
    expect(JSON.stringify(describePlain(loads(again)))).toBe(
      JSON.stringify(describePlain(loads(dumps(value, 4)))),
    );
  }
});
