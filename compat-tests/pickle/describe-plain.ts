// What Python must find in a value made in JavaScript: the two-way type table, written down a second time.
import { PyByteArray, PyFrozenSet, PyTuple } from '../../lib/value/pickle';
import { double, textOf, type Description } from './describe';

class PlainWalk {
  readonly #numbers = new Map<object, number>();

  value(value: unknown): Description {
    switch (typeof value) {
      case 'undefined':
        return ['none'];
      case 'boolean':
        return ['bool', value];
      case 'bigint':
        return ['int', value.toString()];
      case 'string':
        return ['str', value];
      case 'number':
        // -0, NaN, infinities, fractions and what JavaScript cannot count exactly are floats.
        return Number.isSafeInteger(value) && !Object.is(value, -0)
          ? ['int', String(value)]
          : ['float', double(value)];
      default:
        return value === null ? ['none'] : this.#object(value as object);
    }
  }

  #object(value: object): Description {
    if (value instanceof PyTuple && value.length === 0) return ['tuple', 0, []];
    if (value instanceof PyFrozenSet && value.size === 0) return ['frozenset', 0, []];
    if (value instanceof Uint8Array && !(value instanceof PyByteArray))
      return ['bytes', Buffer.from(value).toString('hex')];
    const seen = this.#numbers.get(value);
    if (seen !== undefined) return ['ref', seen];
    const number = this.#next(value);
    if (value instanceof PyTuple) return ['tuple', number, value.map((each) => this.value(each))];
    if (Array.isArray(value)) return ['list', number, value.map((each) => this.value(each))];
    if (value instanceof PyByteArray)
      return ['bytearray', number, Buffer.from(value).toString('hex')];
    if (value instanceof PyFrozenSet) return ['frozenset', number, this.#members(value)];
    if (value instanceof Set) return ['set', number, this.#members(value)];
    if (value instanceof Map)
      return ['dict', number, this.#pairs([...(value as Map<unknown, unknown>)])];
    if (value instanceof Date) return this.#date(number, value);
    return ['dict', number, this.#pairs(Object.entries(value))];
  }

  #next(value: object): number {
    const number = this.#numbers.size + 1;
    this.#numbers.set(value, number);
    return number;
  }

  #members(members: Iterable<unknown>): Description {
    return Array.from(members, (each) => new PlainWalk().value(each)).sort((a, b) =>
      textOf(a) < textOf(b) ? -1 : 1,
    );
  }

  #pairs(pairs: readonly (readonly [unknown, unknown])[]): Description {
    return pairs.map(([key, value]) => [this.value(key), this.value(value)]);
  }

  /** An aware datetime in UTC. */
  #date(number: number, it: Date): Description {
    const day = [it.getUTCFullYear(), it.getUTCMonth() + 1, it.getUTCDate()];
    const time = [
      it.getUTCHours(),
      it.getUTCMinutes(),
      it.getUTCSeconds(),
      it.getUTCMilliseconds() * 1000,
    ];
    return ['datetime', number, [...day, ...time], 0, this.#utc()];
  }

  /** timezone.utc is one object in every Python process. */
  #utc(): Description {
    const seen = this.#numbers.get(UTC);
    if (seen !== undefined) return ['ref', seen];
    return ['timezone', this.#next(UTC), [['timedelta', this.#next({}), [0, 0, 0]]]];
  }
}

const UTC = {};

/** The description that Python must give. */
export function describePlain(value: unknown): Description {
  return new PlainWalk().value(value);
}
