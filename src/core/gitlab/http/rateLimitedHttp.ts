import type { RateLimiter } from '../../polling/rateLimiter';
import { GitLabError } from '../../model/errors';
import type { Http, HttpRequest } from './request';

/** How many requests were sent under each signal, so for each round. */
export type Sent = WeakMap<AbortSignal, number>;

/** Counts what goes out, and learns when it is too much. What only reads is then not even asked for. */
export function rateLimitedHttp(http: Http, rateLimiter: RateLimiter, sent: Sent): Http {
  return {
    json: (request) => within(request, () => http.json(counted(request))),
    stream: (request) => within(request, () => http.stream(counted(request))),
  };

  function counted(request: HttpRequest): HttpRequest {
    const onSend = (): void => {
      rateLimiter.consume();
      sent.set(request.signal, (sent.get(request.signal) ?? 0) + 1);
    };
    return { ...request, onSend };
  }

  async function within<T>(request: HttpRequest, ask: () => Promise<T>): Promise<T> {
    // What a person does to a build is left to GitLab, which may count it elsewhere.
    if (request.method === 'GET' || request.changesNothing === true) rateLimiter.throwIfPaused();
    try {
      return await ask();
    } catch (error) {
      if (error instanceof GitLabError && error.failure.kind === 'rateLimited') rateLimiter.pauseUntil(error.failure);
      throw error;
    }
  }
}
