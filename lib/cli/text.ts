// Text for people: what comes from a server is shown without anything that a terminal would obey.

/** Controls, formats (which hide or reorder text), lone surrogates, unassigned, separators but space, and our own mark. */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}\\]/gu;
const NAMED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** Text with `\n`, `\x1b`, `\u202e` in place of what must not reach a terminal. */
export function escaped(text: string): string {
  return text.replace(UNSAFE, (char) => NAMED[char] ?? codeEscape(char.codePointAt(0) ?? 0));
}

function codeEscape(code: number): string {
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** JSON whose strings are escaped as `escaped` does it; elsewhere JSON has no such characters. */
export function safeJson(json: string): string {
  return json.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) =>
    Array.from({ length: char.length }, (_, i) => {
      return `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`;
    }).join(''),
  );
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a wire key (char codes are bytes); undefined when it is not utf-8. */
export function keyText(wire: string): string | undefined {
  try {
    return utf8.decode(Buffer.from(wire, 'latin1'));
  } catch {
    return undefined;
  }
}

/** A wire key as people read it: utf-8, and `\xNN` for each byte that is not, or that a terminal would obey. */
export function shownKey(wire: string): string {
  const text = keyText(wire);
  if (text !== undefined) return escaped(text);
  return wire.replace(
    /[\0-\x1f\x7f-\xff\\]/g,
    (char) => NAMED[char] ?? codeEscape(char.charCodeAt(0)),
  );
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** `87 B`, `1.5 kB`, `64 MB`: decimal, two digits at least. */
export function shownBytes(bytes: number): string {
  let unit = 0;
  let value = bytes;
  for (; value >= 1000 && unit < UNITS.length - 1; unit++) value /= 1000;
  const digits = unit > 0 && value < 10 ? value.toFixed(1) : String(Math.round(value));
  return `${digits} ${UNITS[unit] ?? ''}`;
}

/** `12,345`. */
export function shownCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

const SPANS: readonly (readonly [seconds: number, name: string])[] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'm'],
  [1, 's'],
];

/** `45s`, `4m 59s`, `2d 3h`: the two greatest units. */
export function shownSeconds(seconds: number): string {
  const parts: string[] = [];
  let left = Math.max(0, Math.floor(seconds));
  for (const [size, name] of SPANS) {
    const count = Math.floor(left / size);
    if (count > 0) parts.push(`${count}${name}`);
    left -= count * size;
  }
  return parts.slice(0, 2).join(' ') || '0s';
}

/** `expires in 4m 59s`, `never expires`; what is not known is said. */
export function shownTtl(ttl: number | undefined): string {
  if (ttl === undefined) return 'ttl unknown';
  return ttl < 0 ? 'never expires' : `expires in ${shownSeconds(ttl)}`;
}

/** `entry`, or `entries`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${shownCount(count)} ${count === 1 ? one : many}`;
}
