import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A program of the bench in a process of its own, and what it tells first; `work` done, it is ended. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- what a program tells, its caller knows
export async function withProgram<T, R>(
  programs: string,
  [name, ...args]: readonly [string, ...string[]],
  work: (told: T, child: ChildProcess) => Promise<R>,
): Promise<R> {
  const child = fork(join(programs, `${name}.bench.mjs`), args);
  try {
    return await work(await answerOf<T>(child), child);
  } finally {
    child.kill();
  }
}

/** The next message of a process that must not end before it. */
export async function answerOf<T>(child: ChildProcess): Promise<T> {
  const ended = new AbortController();
  const fail = (code: number | null): void => ended.abort(new Error(`A process ended with code ${String(code)}.`));
  child.once('exit', fail);
  const [message] = (await once(child, 'message', { signal: ended.signal })) as [T];
  child.off('exit', fail);
  return message;
}
