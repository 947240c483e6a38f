import { GitLabError, type FailureKind } from '../../model/errors';
import type { Http, HttpRequest } from './request';

/** GitLab's verdicts on a token itself: nothing was done. */
const refusals: readonly FailureKind[] = ['unauthorized', 'expired', 'revoked'];

/** The token that an instance is asked with now that another one was refused; undefined if there is no other. */
type Renew = (instance: string, refused: string) => Promise<string | undefined>;

/** Sends a request whose token is refused once again, if there is another token by now. */
export function renewingHttp(http: Http, renew: Renew): Http {
  const withRenewal = async <T>(request: HttpRequest, send: (request: HttpRequest) => Promise<T>): Promise<T> => {
    try {
      return await send(request);
    } catch (error) {
      const { token: refused } = request;
      if (refused === undefined || !(error instanceof GitLabError) || !refusals.includes(error.failure.kind))
        throw error;
      const token = await renew(request.instance, refused);
      if (token === undefined || token === refused) throw error;
      return send({ ...request, token });
    }
  };
  return {
    json: (request) => withRenewal(request, (one) => http.json(one)),
    stream: (request) => withRenewal(request, (one) => http.stream(one)),
    dispose: () => http.dispose?.(),
  };
}
