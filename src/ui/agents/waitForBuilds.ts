import { isSilent, waitEnd, type Awaited, type WaitEnd } from '../../core/agents/waiting';
import type { Disposable, Event } from '../../core/util/emitter';
import { Timer, type Clock } from '../../core/util/timer';
import type { Session } from '../../core/session/session';

export type WaitOutcome = WaitEnd | 'timeout' | 'canceled';

/** VS Code's token of a call that can be canceled. */
interface CancellationToken {
  readonly isCancellationRequested: boolean;
  readonly onCancellationRequested: Event<unknown>;
}

interface WaitPort {
  readonly session: Pick<Session, 'snapshotOf' | 'onDidChange'>;
  readonly clock: Clock;
  /** Makes the commit count as being looked at until the returned function is called. */
  readonly attend: () => () => void;
}

/** How often to check whether GitLab has stopped responding, in ms; changes of builds are events. */
const lookMs = 5_000;

/** Resolves when there is nothing left to wait for, or after `most` ms. Relies on the monitor's polling. */
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
