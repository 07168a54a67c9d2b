// What needs no sentence in the API reference: members that JavaScript asks for by a known name or symbol.
import { Converter } from 'typedoc';

/** How Node prints a value, how it becomes text or JSON: the same for every class, said once in docs/pickle.md. */
const KNOWN = /^(\[.*\]|toString|toJSON)$/;

export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const each of Object.values(project.reflections))
      if (KNOWN.test(each.name) && !isDocumented(each)) project.removeReflection(each);
  });
}

function isDocumented(reflection) {
  return [reflection, ...(reflection.signatures ?? [])].some((each) => each.hasComment());
}
