// The few statistics that the bench needs. Pure.

/** The middle of the values; the mean of the two middle ones when their number is even. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const high = sorted[sorted.length >> 1];
  const low = sorted[(sorted.length - 1) >> 1];
  if (high === undefined || low === undefined) return NaN;
  return (low + high) / 2;
}

/** The smallest value that at least `part` (0 to 1) of the values do not exceed. */
export function quantile(values: ArrayLike<number>, part: number): number {
  const sorted = Float64Array.from(values).sort();
  const index = Math.max(0, Math.ceil(part * sorted.length) - 1);
  return sorted[index] ?? NaN;
}

export function geometricMean(values: readonly number[]): number {
  if (values.length === 0) return NaN;
  const logs = values.reduce((sum, value) => sum + Math.log(value), 0);
  return Math.exp(logs / values.length);
}

/** Half of the distance between the quartiles, as a part of the median: how far to trust it. NaN for one value. */
export function spread(values: readonly number[]): number {
  if (values.length < 2) return NaN;
  return (quantile(values, 0.75) - quantile(values, 0.25)) / 2 / median(values);
}

/** The change of y per step of x, by least squares over y = f(0), f(1), ... */
export function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let above = 0;
  let below = 0;
  values.forEach((value, x) => {
    above += (x - middle) * (value - mean);
    below += (x - middle) ** 2;
  });
  return above / below;
}
