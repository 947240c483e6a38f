import { GitLabError } from '../../model/errors';
import { readOnlyRedirect, redirectLoop, signInRedirect } from './httpFailures';
import type { Exchange } from './exchange';
import type { HttpRequest } from './request';
import { trimEndOf } from '../../util/trim';

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
  if (request.method !== 'GET') throw refusedChange(request, from, to);
  if (!/^https?:$/.test(to.protocol) || (from.protocol === 'https:' && to.protocol !== 'https:')) {
    throw notGitLab(from.host, `a redirect from https to ${to.protocol.slice(0, -1)}`);
  }
  if (isSignIn(to)) throw notGitLab(from.host, signInRedirect);
  if (reach === 'sameOrigin' && to.origin !== from.origin) throw notGitLab(from.host, `a redirect to ${to.origin}`);
  return to;
}

/** URLs that a request was redirected to. None is requested twice: without cookies its response would be the same. */
export class Trail {
  private readonly seen = new Set<string>();

  constructor(private readonly reach: Reach) {}

  /** Throws GitLabError for a loop. In the API a loop may add to the query with each redirect. */
  add(url: URL): void {
    const address = this.reach === 'sameOrigin' ? `${url.origin}${url.pathname}` : url.href;
    if (this.seen.has(address)) throw notGitLab(url.host, redirectLoop);
    this.seen.add(address);
  }
}

/** Failure for a redirected request that must not be sent again. */
function refusedChange({ instance, changesNothing }: HttpRequest, from: URL, to: URL): GitLabError {
  if (isSignIn(to)) return notGitLab(from.host, signInRedirect);
  // Behind a proxy GitLab may use another scheme.
  const isRoot = to.host === from.host && trimEndOf(to.pathname, '/') === trimEndOf(new URL(instance).pathname, '/');
  return isRoot && changesNothing !== true
    ? new GitLabError({ kind: 'server', host: from.host, reason: readOnlyRedirect })
    : notGitLab(from.host, `a redirect of the request to ${to.origin}`);
}

function isSignIn({ pathname }: URL): boolean {
  return pathname.endsWith('/users/sign_in');
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
