import type { RateLimiter } from '../../polling/rateLimiter';
import { GitLabError } from '../../model/errors';
import type { Http, HttpRequest, JsonAnswer } from './request';
import type { ServerClock } from '../serverClock';

/** Number of requests per signal, and thus per round. */
export type Sent = WeakMap<AbortSignal, number>;

/**
 * Reports sent requests and rate limit responses to the rate limiter, and the time in responses to the server clock.
 * During a pause, read requests aren't sent.
 */
export function rateLimitedHttp(http: Http, rateLimiter: RateLimiter, sent: Sent, serverClock: ServerClock): Http {
  return {
    json: (request) => within(request, () => timed(request)),
    stream: (request) => within(request, () => http.stream(counted(request))),
  };

  async function timed(request: HttpRequest): Promise<JsonAnswer> {
    const answer = await http.json(counted(request));
    serverClock.observe(answer.headers);
    return answer;
  }

  function counted(request: HttpRequest): HttpRequest {
    const onSend = (): void => {
      rateLimiter.consume();
      sent.set(request.signal, (sent.get(request.signal) ?? 0) + 1);
    };
    return { ...request, onSend };
  }

  async function within<T>(request: HttpRequest, ask: () => Promise<T>): Promise<T> {
    // User actions are sent anyway; GitLab may count them separately.
    if (request.method === 'GET' || request.changesNothing === true) rateLimiter.throwIfPaused();
    try {
      return await ask();
    } catch (error) {
      if (error instanceof GitLabError && error.failure.kind === 'rateLimited') rateLimiter.pauseUntil(error.failure);
      throw error;
    }
  }
}
