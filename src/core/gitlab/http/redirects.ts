import { GitLabError } from '../../model/errors';
import { signInRedirect } from './httpFailures';
import type { Exchange } from './exchange';
import type { HttpRequest } from './request';

/** Where a redirect may lead: for API responses the same origin, for files any. */
export type Reach = 'sameOrigin' | 'anywhere';

export function locationOf({ response }: Exchange): string | undefined {
  if (![301, 302, 303, 307, 308].includes(response.status)) return undefined;
  return response.headers.get('location') ?? undefined;
}

/** Resolves a redirect. Throws GitLabError if a POST would be repeated, or https downgraded to http. */
export function redirected(request: HttpRequest, from: URL, location: string, reach: Reach): URL {
  if (!URL.canParse(location, from.href)) throw notGitLab(from.host, 'a redirect to nowhere');
  const to = new URL(location, from);
  if (request.method !== 'GET') throw notGitLab(from.host, `a redirect of the request to ${to.origin}`);
  if (!/^https?:$/.test(to.protocol) || (from.protocol === 'https:' && to.protocol !== 'https:')) {
    throw notGitLab(from.host, `a redirect from https to ${to.protocol.slice(0, -1)}`);
  }
  if (to.pathname.endsWith('/users/sign_in')) throw notGitLab(from.host, signInRedirect);
  if (reach === 'sameOrigin' && to.origin !== from.origin) throw notGitLab(from.host, `a redirect to ${to.origin}`);
  return to;
}

/** Whether a URL is below the base URL, including the relative URL root. */
export function isBelow(url: URL, base: string): boolean {
  return `${url.origin}${url.pathname}`.startsWith(`${base}/`);
}

export function isElsewhere(url: URL, { instance }: HttpRequest): boolean {
  return !isBelow(url, instance);
}

export function notGitLab(host: string, reason: string): GitLabError {
  return new GitLabError({ kind: 'notGitLab', host, reason });
}
