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
  /** Kills what it has started with that argument, as a crash would; says how many that were. On Linux alone. */
  crash(argument: string): Promise<number>;
}

/**
 * Starts a process in a group of its own, so that its whole offspring can be ended by one id. It also ends when we exit
 * or are interrupted.
 */
export function startTree(command: string, args: readonly string[], env: NodeJS.ProcessEnv): ProcessTree {
  const detached = process.platform !== 'win32';
  const child = spawn(command, args, { env, detached, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
  const { pid } = child;
  // Its 'error' event says why.
  if (pid === undefined) return { child, end: () => Promise.resolve(), crash: () => Promise.resolve(0) };
  const cancel = atExit(() => signalTree(pid, 'SIGKILL'));
  return {
    child,
    end: async (signal) => {
      await endTree(pid, signal);
      cancel();
    },
    crash: async (argument) => {
      const members = (await processes()).filter(({ group }) => group === pid);
      const commands = await Promise.all(members.map(async (one) => ({ ...one, command: await commandOf(one.pid) })));
      const found = commands.filter(({ command }) => command.includes(argument));
      for (const one of found) process.kill(one.pid, 'SIGKILL');
      return found.length;
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
  return (await processes()).some(({ group: its, state }) => its === group && !'ZX'.includes(state));
}

interface Process {
  readonly pid: number;
  readonly group: number;
  readonly state: string;
}

/** All of this computer, as Linux tells them. */
async function processes(): Promise<readonly Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const [state = 'X', , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return { pid: Number(pid), group: Number(group), state: state === '' ? 'X' : state };
    }),
  );
}

/** The arguments that it was started with. */
async function commandOf(pid: number): Promise<readonly string[]> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
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
