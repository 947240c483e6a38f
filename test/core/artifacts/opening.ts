import type { FileResponse } from '../../../src/core/artifacts/archive/remoteArchive';
import type { ResumePoint, StartDownload } from '../../../src/core/artifacts/download/transfer';
import type { Clock } from '../../../src/core/util/timer';
import { clientOf, type Access } from '../support';

/** Time that passes by itself as soon as somebody waits for it, and at no other moment. */
export class HurriedClock implements Clock {
  /** ms, of each wait. */
  readonly waits: number[] = [];
  private time: number;

  constructor(start = Date.now()) {
    this.time = start;
  }

  now = () => this.time;

  setTimeout = (action: () => void, ms: number): NodeJS.Timeout => {
    this.waits.push(ms);
    this.time += ms;
    return setTimeout(action, 0);
  };

  clearTimeout = (timeout: NodeJS.Timeout) => clearTimeout(timeout);

  pass(ms: number): void {
    this.time += ms;
  }
}

/** The artifacts of a build, as the extension asks for them. */
export function openOf(
  server: { readonly url: string },
  project: string,
  build: number,
  signal: AbortSignal,
  access: Access = {},
): StartDownload {
  const client = clientOf(server, access);
  return (from) => {
    const part = from === undefined ? {} : { range: { start: from.start }, validator: from.validator };
    return client.artifacts.archive(project, build, signal, part);
  };
}

/** A server that a test makes by hand: one answer after the other, the last one for ever. */
export class Scripted {
  /** What each answer was asked for with. */
  readonly asked: (ResumePoint | undefined)[] = [];

  constructor(private readonly answers: readonly ((from: ResumePoint | undefined) => FileResponse | Error)[]) {}

  readonly open: StartDownload = async (from) => {
    const answer = this.answers[Math.min(this.asked.push(from), this.answers.length) - 1]?.(from);
    if (answer === undefined || answer instanceof Error) throw answer ?? new Error('no answers');
    return answer;
  };
}

/** The bytes, and after them the failure. */
export async function* piecewise(bytes: Uint8Array, failure?: Error): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.byteLength; at += 100_000) yield bytes.subarray(at, at + 100_000);
  if (failure !== undefined) throw failure;
}

/** A server that has the file, and serves parts of it to who has its validator. */
export function serving(
  content: Uint8Array,
  validator: string | undefined,
): (from: ResumePoint | undefined) => FileResponse {
  return (from) => {
    const total = content.byteLength;
    if (from === undefined || from.validator !== validator) return { size: total, validator, body: piecewise(content) };
    const range = { start: from.start, end: total, total };
    return { size: total - from.start, range, validator, body: piecewise(content.subarray(from.start)) };
  };
}
