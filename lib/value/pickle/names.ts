// Renames modules, classes and functions across the line between Python 2 and 3 (protocol 3), as fix_imports.
import { MODULES_2_TO_3, MODULES_3_TO_2, NAMES_2_TO_3, NAMES_3_TO_2 } from './names-data';

export interface Name {
  readonly module: string;
  readonly name: string;
}

function table(text: string): ReadonlyMap<string, string> {
  const rows = text.trim().split('\n');
  return new Map(
    rows.map((row) => {
      const [from = '', to = ''] = row.split(' > ');
      return [from, to];
    }),
  );
}

const NAMES_TO_3 = table(NAMES_2_TO_3);
const MODULES_TO_3 = table(MODULES_2_TO_3);
const NAMES_TO_2 = table(NAMES_3_TO_2);
const MODULES_TO_2 = table(MODULES_3_TO_2);

function rename(
  { module, name }: Name,
  names: ReadonlyMap<string, string>,
  modules: ReadonlyMap<string, string>,
): Name {
  const moved = names.get(`${module} ${name}`);
  if (moved === undefined) return { module: modules.get(module) ?? module, name };
  const [newModule = '', newName = ''] = moved.split(' ');
  return { module: newModule, name: newName };
}

/** Python 3's name for a Python 2 name. */
export function toPython3(name: Name): Name {
  return rename(name, NAMES_TO_3, MODULES_TO_3);
}

/** Python 2's name for a Python 3 name. */
export function toPython2(name: Name): Name {
  return rename(name, NAMES_TO_2, MODULES_TO_2);
}
