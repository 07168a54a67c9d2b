// The exchanges that the RFCs print, and servers that are not what they say.

import { AuthError } from '../errors';
import { Scram } from './scram';

const USER = { username: 'user', password: 'pencil' };

it.each([
  {
    rfc: 'RFC 5802, 5',
    hash: 'sha1',
    nonce: 'fyko+d2lbbFgONRv9qkxdawL',
    challenge: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
    answer:
      'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    proof: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
  {
    rfc: 'RFC 7677, 3',
    hash: 'sha256',
    nonce: 'rOprNGfwEbeRWgbNEkqO',
    challenge:
      'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    answer:
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    proof: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
] as const)('$rfc: says, answers and checks what is printed there', async (vector) => {
  const scram = new Scram(vector.hash, USER, vector.nonce);
  expect(scram.first).toBe(`n,,n=user,r=${vector.nonce}`);
  expect(await scram.answer(vector.challenge)).toBe(vector.answer);
  expect(() => scram.verify(vector.proof)).not.toThrow();
  expect(() => scram.verify(vector.proof.replace('v=r', 'v=s').replace('v=6', 'v=7'))).toThrow(AuthError);
}); // prettier-ignore

it('writes names so that no comma or equals sign is read as its own', () => {
  const { first } = new Scram('sha1', { username: 'a=b,c=é', password: '' }, 'nonce');
  expect(first).toBe('n,,n=a=3Db=2Cc=3Dé,r=nonce');
});

it('takes a new nonce for each exchange', () => {
  const nonces = Array.from({ length: 100 }, () => new Scram('sha256', USER).first);
  expect(new Set(nonces).size).toBe(100);
  for (const first of nonces) expect(first).toMatch(/^n,,n=user,r=[\x21-\x2b\x2d-\x7e]{32}$/);
});

const SALT = 's=QSXCR+Q6sek8bf92';
it.each([
  ['nothing', ''],
  ['the client’s nonce alone', `r=nonce,${SALT},i=4096`],
  ['another nonce', `r=nonsense,${SALT},i=4096`],
  ['no salt', 'r=nonceX,i=4096'],
  ['a salt that is no base64', 'r=nonceX,s=*,i=4096'],
  ['no rounds', `r=nonceX,${SALT}`],
  ['rounds that are no number', `r=nonceX,${SALT},i=4096x`],
  ['rounds with a sign', `r=nonceX,${SALT},i=+4096`],
  ['rounds of no end', `r=nonceX,${SALT},i=${'9'.repeat(400)}`],
  ['a mandatory extension', `m=ext,r=nonceX,${SALT},i=4096`],
  ['bytes beyond ASCII', `r=nonce\xe9,${SALT},i=4096`],
  ['a line break', `r=nonceX,${SALT},i=4096\n`],
])('refuses a challenge with %s', async (_what, challenge) => {
  await expect(new Scram('sha1', USER, 'nonce').answer(challenge)).rejects.toThrow('malformed');
});

it.each([1, 4095, 1_000_001, 4_294_967_295])('refuses %i rounds', async (rounds) => {
  const asked = new Scram('sha1', USER, 'nonce').answer(`r=nonceX,${SALT},i=${rounds}`);
  await expect(asked).rejects.toThrow(`wants ${rounds} rounds`);
});

it('takes optional extensions, and no proof before there was a challenge', async () => {
  const scram = new Scram('sha1', USER, 'nonce');
  expect(() => scram.verify('v=')).toThrow('did not prove');
  expect(await scram.answer(`r=nonceX,${SALT},i=4096,x=y`)).toMatch(/^c=biws,r=nonceX,p=/);
  for (const said of ['', 'v=', 'v=AAAA', 'e=other-error', 'v=*']) {
    expect(() => scram.verify(said)).toThrow('did not prove');
  }
});
