// Every check of the project, one after another; the last line says how many tests passed and failed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const results = mkdtempSync(join(tmpdir(), 'test-results-'));

/** A step that is no test counts as one failure when it fails, so that the last line never hides it. */
const STEPS = [
  { name: 'lint', command: ['npm', 'run', '--silent', 'lint'] },
  { name: 'typecheck', command: ['npm', 'run', '--silent', 'typecheck'] },
  { name: 'api reference', command: ['npm', 'run', '--silent', 'api', '--', '--emit', 'none'] },
  { name: 'build', command: ['npm', 'run', '--silent', 'build'] },
  { name: 'demonstration', command: ['node', 'scripts/start.mjs'] },
  { name: 'unit', command: jest('unit'), results: resultsOf('unit') },
  { name: 'compat', command: jest('compat'), results: resultsOf('compat') },
];

function jest(project) {
  const options = ['--json', `--outputFile=${resultsOf(project)}`, '--maxWorkers=100%'];
  return ['npm', 'run', '--silent', `test:${project}`, '--', ...options];
}

function resultsOf(project) {
  return join(results, `${project}.json`);
}

/** Tests passed and failed in a step. */
function run(step) {
  console.log(`\n=== ${step.name}`);
  const [program, ...args] = step.command;
  const started = performance.now();
  const { status } = spawnSync(program, args, { cwd: ROOT, stdio: ['ignore', 1, 2] });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`=== ${step.name}: ${status === 0 ? 'ok' : 'FAILED'} after ${seconds} s`);
  const { passed, failed } = step.results === undefined ? { passed: 0, failed: 0 } : count(step);
  return { passed, failed: status !== 0 && failed === 0 ? 1 : failed };
}

/** A file of tests that cannot even be loaded counts as one failure. */
function count(step) {
  if (!existsSync(step.results)) return { passed: 0, failed: 1 };
  const report = JSON.parse(readFileSync(step.results, 'utf8'));
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  return { passed: report.numPassedTests, failed };
}

const counts = STEPS.map(run);
rmSync(results, { recursive: true, force: true });
const sum = (name) => counts.reduce((total, each) => total + each[name], 0);
const failed = sum('failed');
console.log(`\n${sum('passed')} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
