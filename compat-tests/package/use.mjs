// An ESM program that imports the package by name and uses it.
import { Client } from 'memcache-py';
import { dumps, loads } from 'memcache-py/pickle';
import { report } from './report.cjs';

await report(new Client([process.argv[2]]), dumps, loads);
