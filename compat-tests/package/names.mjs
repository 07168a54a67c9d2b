// The names that an entry of the package gives to require and to import.
import { createRequire } from 'node:module';

const [entry] = process.argv.slice(2);
const required = Object.keys(createRequire(import.meta.url)(entry));
const imported = Object.keys(await import(entry));
console.log(JSON.stringify({ required, imported }));
