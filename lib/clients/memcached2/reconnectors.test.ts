// When a server that failed is tried again.

import { ReconnectorSimple, ReconnectorTime, ServerPool } from './reconnectors';

const URI = 'memcached://a/';

describe('ReconnectorTime', () => {
  let now: number;
  let reconnector: ReconnectorTime;
  beforeEach(() => {
    now = 1000;
    reconnector = new ReconnectorTime(30, () => now);
  });

  it('leaves a server alone from its first failure on', () => {
    expect(reconnector.connectable(URI)).toBe(true);
    reconnector.had_error(URI);
    expect(reconnector.connectable(URI)).toBe(false);
    now += 20;
    reconnector.had_error(URI);
    now += 9.9;
    expect(reconnector.connectable(URI)).toBe(false);
    now += 0.1;
    expect(reconnector.connectable(URI)).toBe(true);
  });

  it('counts anew when the server fails again', () => {
    reconnector.had_error(URI);
    now += 30;
    expect(reconnector.connectable(URI)).toBe(true);
    reconnector.had_error(URI);
    now += 29;
    expect(reconnector.connectable(URI)).toBe(false);
  });

  it('tries a server that was reached, and knows the others apart', () => {
    reconnector.had_error(URI);
    expect(reconnector.connectable('memcached://b/')).toBe(true);
    reconnector.had_success(URI);
    expect(reconnector.connectable(URI)).toBe(true);
    reconnector.had_success(URI);
    expect(reconnector.connectable(URI)).toBe(true);
  });

  it('waits 30 seconds by default, of a clock of its own', () => {
    const other = new ReconnectorTime();
    expect(other.timeout).toBe(30);
    other.had_error(URI);
    expect(other.connectable(URI)).toBe(false);
    const eager = new ReconnectorTime(0);
    eager.had_error(URI);
    expect(eager.connectable(URI)).toBe(true);
  });
});

it('ReconnectorSimple always tries', () => {
  const reconnector = new ReconnectorSimple();
  reconnector.had_error(URI);
  expect(reconnector.connectable(URI)).toBe(true);
  reconnector.had_success(URI);
  expect(reconnector.connectable(URI)).toBe(true);
});

it('ServerPool asks its reconnector', () => {
  const pool = new ServerPool();
  expect(pool.reconnector).toBeInstanceOf(ReconnectorTime);
  pool.reconnector.had_error(URI);
  expect(pool.is_available(URI)).toBe(false);
  expect(new ServerPool(null).is_available(URI)).toBe(true);
  expect(new ServerPool(new ReconnectorSimple()).is_available(URI)).toBe(true);
});
