import { setTimeout as sleep } from 'node:timers/promises';
import { GitLabError } from '../../model/errors';
import type { Logger } from '../../util/logger';
import { isTransient } from './httpFailures';
import type { HttpLimits } from './httpLimits';
import type { HttpRequest } from './request';

interface RetryOptions {
  readonly limits: Pick<HttpLimits, 'retries' | 'retryMs'>;
  readonly log: Logger;
}

/** Repeats what failed for a passing reason, if the request changes nothing. */
export async function withRetries<T>(
  request: HttpRequest,
  { limits: { retries, retryMs }, log }: RetryOptions,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let retry = 0; ; retry += 1) {
    try {
      return await attempt();
    } catch (error) {
      const again = mayRepeat(request) && retry < retries;
      if (!again || !(error instanceof GitLabError) || !isTransient(error.failure)) throw error;
      log.debug(`${error.message}: asking again`);
      // The server may have just closed an idle connection: retry immediately.
      const isStale = retry === 0 && error.failure.kind === 'offline';
      if (!isStale) await pause(retryMs * 2 ** retry * (0.5 + Math.random()), request.signal);
    }
  }
}

function mayRepeat({ method, changesNothing, isSlow }: HttpRequest): boolean {
  return isSlow !== true && (method === 'GET' || changesNothing === true);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : error;
  });
}
