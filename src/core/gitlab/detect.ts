import { GitLabError, type Failure } from '../model/errors';
import type { Instance } from '../model/instance';
import { isProjectGone } from './notFound';
import { signInRedirect } from './http/httpFailures';
import { JsonObject, UnexpectedShape } from './jsonObject';
import type { Http } from './http/request';
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

/** What an instance turned out to be, and, where its API was asked for a project beside, what that said. */
export interface Meeting {
  readonly server: Server;
  /** JSON. */
  readonly project?: Promise<unknown>;
}

/**
 * Which API the instance speaks: by asking it, v4 first. 8.17 has a v4 that is not finished, so it counts as v3. Throws
 * GitLabError: what stands in the way (a refused token, no network, a proxy: `notGitLab`), or `noGitLab` where neither
 * API is to be found.
 */
export async function detect(probe: Probe): Promise<Server> {
  return (await meet(probe)).server;
}

/** The same; a project (its path or number) is asked for side by side, so that it is known a round trip earlier. */
export async function meet(probe: Probe, project?: string): Promise<Meeting> {
  const { apiVersion } = probe.instance;
  const beside = (api: Server['api']): Pick<Meeting, 'project'> =>
    project === undefined ? {} : { project: askForProject(probe, api, project) };
  if (apiVersion === 'v3') return { server: { api: 'v3', version: undefined } };
  const asking = ask(probe, 'api/v4/version');
  const asked = beside('v4');
  const version = await asking;
  if (version !== undefined && isV3Only(parseVersion(version))) return { server: { api: 'v3', version } };
  if (version !== undefined) return { server: { api: 'v4', version }, ...asked };
  if (apiVersion === 'v4') return { server: { api: 'v4', version: undefined }, ...asked };
  return meetV3(probe, asked, beside);
}

function askForProject(probe: Probe, api: Server['api'], project: string): Promise<unknown> {
  const path = `api/${api}/projects/${encodeURIComponent(project)}`;
  const answer = probe.http.json(request(probe, path)).then(({ body }) => body);
  // Nobody may come to look at it.
  answer.catch(() => undefined);
  return answer;
}

/** 9.0 was the first whose v4 has jobs. */
function isV3Only(version: Version | undefined): boolean {
  return version !== undefined && version.major < 9;
}

async function meetV3(
  probe: Probe,
  byV4: Pick<Meeting, 'project'>,
  beside: (api: 'v3') => Pick<Meeting, 'project'>,
): Promise<Meeting> {
  try {
    const asking = ask(probe, 'api/v3/version');
    const asked = beside('v3');
    const version = await asking;
    if (version !== undefined) return { server: { api: 'v3', version }, ...asked };
    // Up to 8.12 there is no version to ask for, but a project or a user there is. Whatever else answers is no GitLab.
    if (!(await isProjectTold(asked))) await probe.http.json(request(probe, 'api/v3/user'));
    return { server: { api: 'v3', version: undefined }, ...asked };
  } catch (error) {
    // So answer 11.0 and later alone, and somebody hides their version.
    if (isGone(error)) return { server: { api: 'v4', version: undefined }, ...byV4 };
    throw isNowhere(error) ? noGitLab(error, probe.instance.url) : error;
  }
}

/** The project, or in GitLab's words that there is none. */
async function isProjectTold({ project }: Pick<Meeting, 'project'>): Promise<boolean> {
  if (project === undefined) return false;
  return project.then(() => true, isProjectGone);
}

/** The path leads nowhere, or, as with a GitLab that is not at this base URL, to the page where one signs in to it. */
function isNowhere(error: unknown): error is GitLabError {
  if (!(error instanceof GitLabError)) return false;
  const { kind, status, reason } = error.failure;
  return kind === 'notFound' || (kind === 'notGitLab' && (status === 404 || reason === signInRedirect));
}

function noGitLab(cause: GitLabError, url: string): GitLabError {
  const { host, status } = cause.failure;
  const failure: Failure = { kind: 'noGitLab', host, status, url };
  return new GitLabError(failure, { cause });
}

/** The version that this address tells, or undefined where it is not there. */
async function ask(probe: Probe, path: string): Promise<string | undefined> {
  try {
    const { body } = await probe.http.json(request(probe, path));
    return new JsonObject(body, 'the version').requireString('version');
  } catch (error) {
    if (error instanceof UnexpectedShape || isAbsent(error)) return undefined;
    throw error;
  }
}

/**
 * Whether the address is one of the API's, asked without a token: such a one refuses that, any other leads nowhere.
 * Throws GitLabError where that cannot be found out.
 */
export async function isRouted(probe: Omit<Probe, 'token'>, path: string): Promise<boolean> {
  try {
    return (await ask({ ...probe, token: undefined }, path)) !== undefined;
  } catch (error) {
    if (error instanceof GitLabError && error.failure.kind === 'unauthorized') return true;
    if (isGone(error)) return false;
    throw error;
  }
}

/**
 * Unrouted paths: a 404 of any form, a page, a redirect to the sign-in page. A 401 is none: for JSON alone 8.13 to 8.16
 * would answer that to a bad token, but everything is accepted here, and that gets the redirect.
 */
function isAbsent(error: unknown): boolean {
  if (!(error instanceof GitLabError)) return false;
  const { kind } = error.failure;
  return kind === 'notFound' || kind === 'notGitLab';
}

function isGone(error: unknown): boolean {
  return error instanceof GitLabError && error.failure.kind === 'refused' && error.failure.status === 410;
}

function request({ instance, token, signal }: Probe, path: string) {
  return { method: 'GET', url: `${instance.url}/${path}`, instance: instance.url, token, signal } as const;
}
