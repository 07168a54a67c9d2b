// The names under which require and import give different things: two copies of the package's state.
import { createRequire } from 'node:module';

const [entry] = process.argv.slice(2);
const required = createRequire(import.meta.url)(entry);
const imported = await import(entry);
const different = Object.keys(required).filter((name) => required[name] !== imported[name]);
console.log(JSON.stringify({ different }));
