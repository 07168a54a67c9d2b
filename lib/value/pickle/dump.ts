// One dump: a run of the writer, or two where memo entries that nothing fetches are to be left out.
import { PicklingError } from './errors';
import type { WriteSettings } from './settings';
import { Writer } from './writer';

/** The pickle of a value. Throws PicklingError for everything that goes wrong. */
export function write(value: unknown, protocol: number, settings: WriteSettings): Buffer {
  try {
    return settings.optimize
      ? writeTwice(value, protocol, settings)
      : new Writer(settings, protocol).write(value);
  } catch (cause) {
    if (cause instanceof PicklingError) throw cause;
    throw new PicklingError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** A first run finds the memo entries that are fetched, a second one writes only those. */
function writeTwice(value: unknown, protocol: number, settings: WriteSettings): Buffer {
  const recording = record(settings);
  const first = new Writer(recording, protocol);
  first.write(value);
  return new Writer(recording.replay(), protocol, first).write(value);
}

/** Hooks that answer the second run as they answered the first, so that users see one call for each value. */
function record(settings: WriteSettings): WriteSettings & { replay(): WriteSettings } {
  const { persistentId, bufferCallback } = settings;
  const pids: unknown[] = [];
  const kept: unknown[] = [];
  return {
    ...settings,
    persistentId: persistentId && ((value) => pids[pids.push(persistentId(value)) - 1]),
    bufferCallback: bufferCallback && ((buffer) => kept[kept.push(bufferCallback(buffer)) - 1]),
    replay: () => {
      let [pid, keep] = [0, 0];
      return {
        ...settings,
        persistentId: persistentId && (() => pids[pid++]),
        bufferCallback: bufferCallback && (() => kept[keep++]),
      };
    },
  };
}
