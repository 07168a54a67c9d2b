// Child processes that end with the test process, whatever ends it.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/**
 * Reads "+ <pid>" and "- <pid>" lines, and kills what is left when its input ends. Input ends with
 * the test process, even when that was killed: jest's `process` never emits "exit" to tests, and
 * nothing in a killed process runs anyway.
 */
const REAPER = `
trap '' HUP INT TERM
pids=' '
while read -r sign pid; do
  case $sign in
    +) pids="$pids$pid " ;;
    -) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -KILL "$pid"; done 2>/dev/null
`;

let reaper: ChildProcess | undefined;

function tell(line: string): void {
  if (reaper === undefined) {
    reaper = spawn('sh', ['-c', REAPER], { stdio: ['pipe', 'ignore', 'ignore'] });
    reaper.unref();
    // The pipe of a child keeps the process alive; jest must be able to end.
    if (reaper.stdin !== null && 'unref' in reaper.stdin)
      (reaper.stdin as { unref(): void }).unref();
  }
  reaper.stdin?.write(`${line}\n`);
}

/** Sees to it that `child` is killed when this process ends. */
export function adopt(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return; // could not be started
  tell(`+ ${pid}`);
  child.once('exit', () => tell(`- ${pid}`));
}

/** Whether the process has ended. */
export function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

/** Kills the process, also a stopped one, and resolves when it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
