import { GitLabError } from '../errors';
import type { Instance } from '../instance';
import { Row, UnexpectedShape } from './fields';
import type { Http } from './http';
import { parseVersion, type Version } from './version';

/** What an instance turned out to be. */
export interface Server {
  readonly api: 'v3' | 'v4';
  /** As the server says it; undefined up to 8.12, which has no way to ask, or where it was not asked. */
  readonly version: string | undefined;
}

export interface Probe {
  readonly http: Http;
  readonly instance: Instance;
  readonly token: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Which API the instance speaks: by asking it, v4 first. 8.17 has a v4 that is not finished, so it counts as v3. Throws
 * GitLabError: what stands in the way (a refused token, no network), or `notGitLab` where neither API is to be found.
 */
export async function detect(probe: Probe): Promise<Server> {
  const { apiVersion } = probe.instance;
  if (apiVersion === 'v3') return { api: 'v3', version: undefined };
  const version = await ask(probe, 'api/v4/version');
  if (version !== undefined) return { api: isV3Only(parseVersion(version)) ? 'v3' : 'v4', version };
  if (apiVersion === 'v4') return { api: 'v4', version: undefined };
  return detectV3(probe);
}

/** 9.0 was the first whose v4 has jobs. */
function isV3Only(version: Version | undefined): boolean {
  return version !== undefined && version.major < 9;
}

async function detectV3(probe: Probe): Promise<Server> {
  const version = await ask(probe, 'api/v3/version');
  if (version !== undefined) return { api: 'v3', version };
  // Up to 8.12 there is no version to ask for, but a user there is. Whatever else answers is no GitLab.
  await probe.http.json(request(probe, 'api/v3/user'));
  return { api: 'v3', version: undefined };
}

/**
 * Whether there is a v4, asked without a token: one that is there refuses that, and up to 8.16 the path leads nowhere.
 * Throws GitLabError where that cannot be found out.
 */
export async function hasV4(probe: Omit<Probe, 'token'>): Promise<boolean> {
  try {
    return (await ask({ ...probe, token: undefined }, 'api/v4/version')) !== undefined;
  } catch (error) {
    if (error instanceof GitLabError && error.failure.kind === 'unauthorized') return true;
    throw error;
  }
}

/** The version that this address tells, or undefined where it is not there. */
async function ask(probe: Probe, path: string): Promise<string | undefined> {
  try {
    const { body } = await probe.http.json(request(probe, path));
    return new Row(body, 'the version').must('version');
  } catch (error) {
    if (error instanceof UnexpectedShape || isAbsent(error)) return undefined;
    throw error;
  }
}

/** Unrouted paths: a 404 of any form, a page, a redirect to the sign-in page; 410 for v3 since 11.0. */
function isAbsent(error: unknown): boolean {
  if (!(error instanceof GitLabError)) return false;
  const { kind, status } = error.failure;
  return kind === 'notFound' || kind === 'notGitLab' || status === 410;
}

function request({ instance, token, signal }: Probe, path: string) {
  return { method: 'GET', url: `${instance.url}/${path}`, instance: instance.url, token, signal } as const;
}
