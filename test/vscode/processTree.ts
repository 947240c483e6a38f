import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { atExit } from './atExit';

const graceMs = 3000;
const pollMs = 25;

export interface ProcessTree {
  readonly child: ChildProcess;
  /** Ends the process and all that it started, and returns when they are gone. After some seconds it insists. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/**
 * Starts a process in a group of its own, so that its whole offspring can be ended by one id. It also ends when we exit
 * or are interrupted.
 */
export function startTree(command: string, args: readonly string[], env: NodeJS.ProcessEnv): ProcessTree {
  const detached = process.platform !== 'win32';
  const child = spawn(command, args, { env, detached, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
  const { pid } = child;
  if (pid === undefined) return { child, end: () => Promise.resolve() }; // its 'error' event says why
  const cancel = atExit(() => signalTree(pid, 'SIGKILL'));
  return {
    child,
    end: async (signal) => {
      await endTree(pid, signal);
      cancel();
    },
  };
}

async function endTree(pid: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  signalTree(pid, signal);
  if (await isGoneWithin(pid, graceMs)) return;
  signalTree(pid, 'SIGKILL');
  if (!(await isGoneWithin(pid, graceMs))) throw new Error(`Process group ${pid} cannot be ended.`);
}

async function isGoneWithin(pid: number, limitMs: number): Promise<boolean> {
  const end = Date.now() + limitMs;
  while (Date.now() < end) {
    if (!(await isAlive(pid))) return true;
    await delay(pollMs);
  }
  return false;
}

/** Zombies don't count: in a container it can take init seconds to collect them. */
async function isAlive(group: number): Promise<boolean> {
  if (!signalTree(group, 0)) return false;
  if (process.platform !== 'linux') return true;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  return stats.some((stat) => {
    const [state = '', , itsGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(itsGroup) === group && !'ZX'.includes(state);
  });
}

/** Returns whether there was anything to signal. */
function signalTree(pid: number, signal: 'SIGTERM' | 'SIGKILL' | 0): boolean {
  if (process.platform === 'win32' && signal !== 0) {
    return spawnSync('taskkill', ['/pid', String(pid), '/T', '/F']).status === 0;
  }
  try {
    return process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}
