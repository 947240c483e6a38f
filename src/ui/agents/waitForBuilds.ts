import type { CancellationToken, Disposable } from 'vscode';
import { isSilent, waitEnd, type Awaited, type WaitEnd } from '../../core/agents/waiting';
import { Timer, type Clock } from '../../core/util/timer';
import type { Session } from '../session/session';

export type WaitOutcome = WaitEnd | 'timeout' | 'canceled';

export interface WaitPort {
  readonly session: Pick<Session, 'snapshotOf' | 'onDidChange'>;
  readonly clock: Clock;
  /** The commit counts as looked at until what is returned is called. */
  readonly attend: () => () => void;
}

/** How often is looked whether GitLab has been silent for too long; what the view shows is an event. */
const lookMs = 5_000;

/** Resolves as soon as there is nothing to wait for any more, or after so many milliseconds; the monitor polls, not this. */
export async function waitForBuilds(
  { session, clock, attend }: WaitPort,
  root: string,
  awaited: Awaited,
  most: number,
  token: CancellationToken,
): Promise<WaitOutcome> {
  const until = clock.now() + most;
  const timer = new Timer(clock);
  const leave = attend();
  let silentSince: number | undefined;
  const outcome = (): WaitOutcome | undefined => {
    if (token.isCancellationRequested) return 'canceled';
    const snapshot = session.snapshotOf(root);
    const now = clock.now();
    silentSince = isSilent(snapshot) ? (silentSince ?? now) : undefined;
    return waitEnd(snapshot, awaited, now, silentSince) ?? (now >= until ? 'timeout' : undefined);
  };
  const listeners: Disposable[] = [];
  try {
    return await new Promise((resolve) => {
      const look = (): void => {
        const found = outcome();
        if (found !== undefined) resolve(found);
        else timer.arm(Math.min(lookMs, Math.max(0, until - clock.now())), look);
      };
      listeners.push(session.onDidChange(look), token.onCancellationRequested(look));
      look();
    });
  } finally {
    timer.disarm();
    for (const one of listeners) one.dispose();
    leave();
  }
}
