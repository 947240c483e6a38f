import { GitLabError } from '../model/errors';
import { bearer, isAccessToken } from '../model/token';
import type { GitLabClient } from './client';

/** A token that its GitLab has accepted. */
export interface CheckedToken {
  /** Token as stored and sent; an OAuth token includes its scheme. */
  readonly token: string;
  /** Username of the token's owner. */
  readonly user: string;
  readonly readOnly: boolean;
}

type CheckingClient = Pick<GitLabClient, 'user' | 'learn' | 'scopes' | 'readOnly'>;

/**
 * Scopes sufficient for reading. What a `granular` token permits is defined per project and resource, and only shows in
 * use.
 */
const enoughToRead = new Set(['api', 'read_api', 'granular']);

/**
 * Checks a token and returns its owner and permissions. A secret that isn't one of GitLab's access tokens is tried as
 * an OAuth token. Throws GitLabError, also if the token can't even read builds.
 */
export async function checkToken(
  secret: string,
  host: string,
  clientWith: (token: string) => CheckingClient,
): Promise<CheckedToken> {
  try {
    return await check(secret, host, clientWith(secret));
  } catch (error) {
    // Only an OAuth token contains a space, after its scheme.
    if (!isUnknown(error) || isAccessToken(secret) || secret.includes(' ')) throw error;
    return check(bearer(secret), host, clientWith(bearer(secret))).catch((second: unknown) => {
      throw isUnknown(second) ? error : second;
    });
  }
}

async function check(token: string, host: string, client: CheckingClient): Promise<CheckedToken> {
  const { signal } = new AbortController();
  const user = await client.user(signal);
  await client.learn(signal);
  const { scopes, readOnly } = client;
  if (scopes.length > 0 && !scopes.some((scope) => enoughToRead.has(scope)))
    throw new GitLabError({ kind: 'insufficientScope', host });
  return { token, user, readOnly };
}

function isUnknown(error: unknown): boolean {
  return error instanceof GitLabError && error.failure.kind === 'unauthorized';
}
