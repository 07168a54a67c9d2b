import { Latency } from './tally';

describe('latency', () => {
  it('answers zeros before anything was timed', () => {
    expect(new Latency().figures).toEqual({ count: 0, p50: 0, p90: 0, p99: 0, max: 0 });
  });

  it('tells percentiles to 9 %', () => {
    const latency = new Latency();
    for (let ms = 1; ms <= 1000; ms++) latency.record(ms);
    const { count, p50, p90, p99, max } = latency.figures;
    expect([count, max]).toEqual([1000, 1000]);
    const isNear = (found: number, exact: number): boolean => found >= exact && found < exact * 1.1;
    expect([isNear(p50, 500), isNear(p90, 900), isNear(p99, 990)]).toEqual([true, true, true]);
  });

  it.each([0, 0.0001, 90_000])('takes %d ms', (ms) => {
    const latency = new Latency();
    latency.record(ms);
    expect(latency.figures).toEqual({ count: 1, p50: ms, p90: ms, p99: ms, max: ms });
  });

  it('takes all that is longer than two minutes for that', () => {
    const latency = new Latency();
    latency.record(1e9);
    const { p50, max } = latency.figures;
    expect([Math.round(p50), max]).toEqual([134_218, 1e9]);
  });
});
