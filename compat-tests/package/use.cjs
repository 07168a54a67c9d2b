// A CommonJS program that requires the package by name and uses it.
const { Client } = require('memcache-py');
const { dumps, loads } = require('memcache-py/pickle');
const { report } = require('./report.cjs');

void report(new Client([process.argv[2]]), dumps, loads);
