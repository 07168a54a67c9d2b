// A census of entries: which flags, formats and types there are, which cannot be read, and who may have written those.

import type { StoredEntry } from './admin';
import { classesIn } from './classes';
import { format, read, shownRaise, typeOf } from './entry';
import type { Family } from './families';
import { writerOf } from './foreign';
import type { Front } from './fronts/front';

/** Entries that are alike. */
export interface Group {
  readonly flags: number;
  /** `pickle 5, zlib`. */
  readonly format: string;
  /** Python's type, or `unreadable`. */
  readonly type: string;
  /** The least of their wire keys, so that the same entries give the same census. */
  example: string;
  count: number;
  bytes: number;
  /** What the client raises on the first of them, and who may have written it. */
  readonly raised: string | undefined;
  readonly writer: string | undefined;
}

export class Census {
  readonly #front: Front;
  readonly #family: Family;
  readonly #groups = new Map<string, Group>();
  /** How many entries hold an object of each class. */
  readonly classes = new Map<string, number>();
  count = 0;

  constructor(front: Front, family: Family) {
    this.#front = front;
    this.#family = family;
  }

  /** The largest groups first. */
  get groups(): Group[] {
    return [...this.#groups].sort(compareGroups).map(([, group]) => group);
  }

  add(wire: string, entry: StoredEntry): void {
    const { flags, data } = entry;
    const reading = read(this.#front, entry);
    const type = typeOf(reading);
    const made = format(this.#family, entry);
    const raised = 'raised' in reading ? shownRaise(reading.raised) : undefined;
    const writer = raised === undefined ? undefined : writerOf(flags, data);
    const name = JSON.stringify([flags, made, type, writer]);
    const group = this.#groups.get(name) ?? {
      flags,
      format: made,
      type,
      example: wire,
      count: 0,
      bytes: 0,
      raised,
      writer,
    };
    if (wire < group.example) group.example = wire;
    group.count++;
    group.bytes += data.length;
    this.#groups.set(name, group);
    this.count++;
    if (!('value' in reading)) return;
    for (const each of classesIn(reading.value)) {
      this.classes.set(each, (this.classes.get(each) ?? 0) + 1);
    }
  }
}

function compareGroups([nameA, a]: [string, Group], [nameB, b]: [string, Group]): number {
  return b.count - a.count || a.flags - b.flags || (nameA < nameB ? -1 : 1);
}
