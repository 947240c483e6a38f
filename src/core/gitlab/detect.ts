import { GitLabError, type Failure } from '../model/errors';
import type { Instance } from '../model/instance';
import { isProjectGone } from './notFound';
import { redirectLoop, signInRedirect } from './http/httpFailures';
import { JsonObject, UnexpectedShape } from './jsonObject';
import type { Http } from './http/request';
import { parseVersion, type Version } from './version';

/** API and version of an instance. */
export interface Server {
  readonly api: 'v3' | 'v4';
  /** Version as reported by the server; undefined if unknown, and up to 8.12, which doesn't report one. */
  readonly version: string | undefined;
}

export interface Probe {
  readonly http: Http;
  readonly instance: Instance;
  readonly token: string | undefined;
  readonly signal: AbortSignal;
}

/** A detected server, with the response for a project requested in parallel. */
export interface Detection {
  readonly server: Server;
  /** JSON response; undefined if no project was requested. */
  readonly project?: Promise<unknown>;
}

/**
 * Detects which API an instance has, trying v4 first. The unfinished v4 of 8.17 counts as v3. Throws the GitLabError of
 * what is in the way (rejected token, no network, `notGitLab` from a proxy), or `noGitLab` if neither API is found.
 */
export async function detect(probe: Probe): Promise<Server> {
  return (await detectWithProject(probe)).server;
}

/** Like `detect`; also requests a project (path or id) in parallel, which saves a round trip. */
export async function detectWithProject(probe: Probe, project?: string): Promise<Detection> {
  const { apiVersion } = probe.instance;
  const beside = (api: Server['api']): Pick<Detection, 'project'> =>
    project === undefined ? {} : { project: askForProject(probe, api, project) };
  if (apiVersion === 'v3') return { server: { api: 'v3', version: undefined } };
  const asking = ask(probe, 'api/v4/version');
  const asked = beside('v4');
  const version = await asking;
  if (version !== undefined && isV3Only(parseVersion(version))) return { server: { api: 'v3', version } };
  if (version !== undefined) return { server: { api: 'v4', version }, ...asked };
  if (apiVersion === 'v4') return { server: { api: 'v4', version: undefined }, ...asked };
  return detectV3(probe, asked, beside);
}

function askForProject(probe: Probe, api: Server['api'], project: string): Promise<unknown> {
  const path = `api/${api}/projects/${encodeURIComponent(project)}`;
  const answer = probe.http.json(request(probe, path)).then(({ body }) => body);
  // The promise may never be awaited.
  answer.catch(() => undefined);
  return answer;
}

/** Whether v4 is unfinished or absent: 9.0 is the first version whose v4 has jobs. */
function isV3Only(version: Version | undefined): boolean {
  return version !== undefined && version.major < 9;
}

async function detectV3(
  probe: Probe,
  byV4: Pick<Detection, 'project'>,
  beside: (api: 'v3') => Pick<Detection, 'project'>,
): Promise<Detection> {
  try {
    const asking = ask(probe, 'api/v3/version');
    const asked = beside('v3');
    const version = await asking;
    if (version !== undefined) return { server: { api: 'v3', version }, ...asked };
    // Up to 8.12, the version can't be requested, but a project or a user can. Anything else isn't GitLab.
    if (!(await isProjectTold(asked))) await probe.http.json(request(probe, 'api/v3/user'));
    return { server: { api: 'v3', version: undefined }, ...asked };
  } catch (error) {
    // Only 11.0 and later respond this way, so something in front of GitLab hides the version.
    if (isGone(error)) return { server: { api: 'v4', version: undefined }, ...byV4 };
    throw isNowhere(error) ? noGitLab(error, probe.instance.url) : error;
  }
}

/** Whether the response is a project, or GitLab's own "not found". */
async function isProjectTold({ project }: Pick<Detection, 'project'>): Promise<boolean> {
  if (project === undefined) return false;
  return project.then(() => true, isProjectGone);
}

/** Whether nothing was found at the path: a 404, or a redirect to a sign-in page if the base URL is wrong. */
function isNowhere(error: unknown): error is GitLabError {
  return error instanceof GitLabError && leadsNowhere(error.failure);
}

function leadsNowhere({ kind, status, reason }: Failure): boolean {
  return kind === 'notFound' || (kind === 'notGitLab' && (status === 404 || reason === signInRedirect));
}

function noGitLab(cause: GitLabError, url: string): GitLabError {
  const { host, status } = cause.failure;
  const failure: Failure = { kind: 'noGitLab', host, status, url };
  return new GitLabError(failure, { cause });
}

/** Requests the version from a path; undefined if nothing is there. */
async function ask(probe: Probe, path: string): Promise<string | undefined> {
  try {
    return await versionAt(probe, path);
  } catch (error) {
    if (error instanceof UnexpectedShape || isAbsent(error)) return undefined;
    throw error;
  }
}

/** The newest API of a GitLab that was recognized without a token. */
export type Recognized = 'v3' | 'v4';

/**
 * Determines without a token whether a GitLab is at the base URL: v4 refuses to tell its version. Up to 8.16 only v3 exists,
 * which refuses to tell the user. Throws GitLabError: what is in front of it, or `noGitLab`.
 */
export async function recognize(probe: Omit<Probe, 'token'>): Promise<Recognized> {
  const v4 = await refusalOf(probe, 'api/v4/version');
  if (v4 === undefined) return 'v4';
  if (!leadsNowhere(v4.failure)) throw v4;
  const v3 = await refusalOf(probe, 'api/v3/user');
  if (v3 !== undefined) throw leadsNowhere(v3.failure) ? noGitLab(v3, probe.instance.url) : v3;
  // `v3/user` still exists, for OAuth sign-ins; since 11.0 the other v3 routes answer 410.
  return isGone(await refusalOf(probe, 'api/v3/version')) ? 'v4' : 'v3';
}

/**
 * Whether the API has a route, determined without a token: an existing route rejects the request, a missing one isn't
 * found. Throws GitLabError if that can't be determined.
 */
export async function isRouted(probe: Omit<Probe, 'token'>, path: string): Promise<boolean> {
  const refusal = await refusalOf(probe, path);
  if (refusal === undefined) return true;
  if (isAbsent(refusal) || isGone(refusal)) return false;
  throw refusal;
}

/**
 * The failure of a request without a token; undefined if the API answered, or refused it in GitLab's words. A 401 in other
 * words comes from something else, such as a proxy that wants a name and a password.
 */
async function refusalOf(probe: Omit<Probe, 'token'>, path: string): Promise<GitLabError | undefined> {
  try {
    await versionAt({ ...probe, token: undefined }, path);
    return undefined;
  } catch (error) {
    if (error instanceof UnexpectedShape) return nothingAt(probe);
    if (!(error instanceof GitLabError)) throw error;
    const { kind, host, status, reason } = error.failure;
    if (kind !== 'unauthorized') return error;
    return reason === '401 Unauthorized' ? undefined : new GitLabError({ kind: 'notGitLab', host, status, reason });
  }
}

function nothingAt({ instance }: Pick<Probe, 'instance'>): GitLabError {
  return new GitLabError({ kind: 'notFound', host: new URL(instance.url).host });
}

async function versionAt(probe: Probe, path: string): Promise<string> {
  const { body } = await probe.http.json(request(probe, path));
  return new JsonObject(body, 'the version').requireString('version');
}

/**
 * Whether a route is missing: any 404, an HTML page, or a redirect to the sign-in page. A 401 means that it exists. The
 * request accepts any content type, because 8.13 to 8.16 answer 401 on missing routes to requests for JSON.
 */
function isAbsent(error: unknown): boolean {
  if (!(error instanceof GitLabError)) return false;
  const { kind, reason } = error.failure;
  // Further requests would end in the same loop.
  return kind === 'notFound' || (kind === 'notGitLab' && reason !== redirectLoop);
}

function isGone(error: unknown): boolean {
  return error instanceof GitLabError && error.failure.kind === 'refused' && error.failure.status === 410;
}

function request({ instance, token, signal }: Probe, path: string) {
  return { method: 'GET', url: `${instance.url}/${path}`, instance: instance.url, token, signal } as const;
}
