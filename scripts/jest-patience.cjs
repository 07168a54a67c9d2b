// A test that hangs fails; one on a machine that does much else beside it does not. No test waits for this.
/* global jest */
jest.setTimeout(60_000);
