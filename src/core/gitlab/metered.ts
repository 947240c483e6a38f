import type { Budget } from '../budget';
import { GitLabError } from '../errors';
import type { Http, HttpRequest } from './http';

/** Counts what goes out, and learns when it is too much. What only reads is then not even asked for. */
export function metered(http: Http, budget: Budget): Http {
  return {
    json: (request) => within(request, () => http.json(counted(request))),
    stream: (request) => within(request, () => http.stream(counted(request))),
  };

  function counted(request: HttpRequest): HttpRequest {
    return { ...request, onSend: () => budget.spend() };
  }

  async function within<T>(request: HttpRequest, ask: () => Promise<T>): Promise<T> {
    // What a person does to a build is left to GitLab, which may count it elsewhere.
    if (request.method === 'GET' || request.changesNothing === true) budget.throwIfPaused();
    try {
      return await ask();
    } catch (error) {
      if (error instanceof GitLabError && error.failure.kind === 'rateLimited') budget.stop(error.failure);
      throw error;
    }
  }
}
