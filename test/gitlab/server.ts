import { randomUUID } from 'node:crypto';
import { type Answer, conditional, type Request, withHeaders } from './answer';
import { answerApi } from './api/answerApi';
import { credentials } from './api/authenticate';
import type { Site } from './api/call';
import { Limiter } from './api/limiter';
import { answerGraphql } from './graphql/answerGraphql';
import { Entities } from './entities/entities';
import type { Fault } from './faults';
import type { FakeBuild } from './model';
import { Origin, type RecordedRequest } from './origin';
import { nginxNotFound, railsNotFound, unmatchedRoute, v3Gone, webPage } from './pages';
import type { Api, Profile, ProfileName, VariantName } from './profiles/profile';
import { profiles } from './profiles/profiles';
import { variants } from './profiles/variants';
import { answerFromStorage, signedPath } from './storage';
import { World } from './world';

export interface FakeOptions {
  readonly profile?: ProfileName | VariantName;
  /** Fields and arguments of GraphQL that this one lacks although its release has them; see the profile. */
  readonly graphqlLacks?: readonly string[];
  /** Relative URL root, such as `/gitlab`. */
  readonly root?: string;
  readonly port?: number;
  /** What GitLab takes for its own address, where that is set wrong. Default: the right one. */
  readonly externalUrl?: string;
  /** `redirect`: artifacts lie in an object storage, and the API answers 302. */
  readonly artifacts?: 'direct' | 'redirect';
  /** For how long the addresses of the storage hold, by the fake's clock. Default: 600. */
  readonly signedSeconds?: number;
  /** `dropped`: what stands in front of GitLab and the storage takes `Range` away, so that all comes whole. */
  readonly ranges?: 'served' | 'dropped';
  /** HTTPS, of GitLab and of the storage. */
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly now?: () => number;
  /** The `Date` of responses is the fake's time too, as with a real server. Default: it is this machine's. */
  readonly tellsTime?: boolean;
}

export interface FakeGitLab {
  /** Base URL with the relative root, no trailing slash. */
  readonly url: string;
  /** The object storage: another origin. */
  readonly storage: Storage;
  /** Change it directly: `fake.world.addBuild(…)`. */
  readonly world: World;
  /** In order of arrival. */
  readonly requests: RecordedRequest[];
  /** Looked through for each request; the first that matches applies. */
  faults: Fault[];
  /** Ends open connections too. */
  close(): Promise<void>;
}

export interface Storage {
  readonly url: string;
  readonly requests: RecordedRequest[];
  faults: Fault[];
}

export type { Fault, RecordedRequest };

/** Starts a GitLab on 127.0.0.1, empty: `world` and `scenarios.ts` fill it. */
export async function startGitLab(options: FakeOptions = {}): Promise<FakeGitLab> {
  const world = new World(profileOf(options), options.now);
  const { tls } = options;
  const settle = async (answer: () => Answer): Promise<Answer> => {
    await world.settled();
    return answer();
  };
  const arrived = options.ranges === 'dropped' ? withoutRange : (request: Request): Request => request;
  const storage = new Origin({ tls, answer: (request) => settle(() => answerFromStorage(world, arrived(request))) });
  const answer = (request: Request): Answer => dated(address, answerOf(address, arrived(request)));
  const gitlab: Origin = new Origin({ tls, answer: (request) => settle(() => answer(request)) });
  await Promise.all([storage.listen(0), gitlab.listen(options.port ?? 0)]);
  const url = `${gitlab.url}${options.root ?? ''}`;
  const signed = (build: FakeBuild): string => {
    return `${storage.url}${signedPath(build, world.now(), options.signedSeconds ?? 600)}`;
  };
  const storageUrl = options.artifacts === 'redirect' ? signed : undefined;
  const externalUrl = options.externalUrl ?? url;
  const address: Address = {
    url,
    externalUrl,
    root: options.root ?? '',
    tellsTime: options.tellsTime === true,
    site: { world, entities: new Entities(world, externalUrl), limiter: new Limiter(world), storageUrl },
  };
  return {
    url,
    storage,
    world,
    requests: gitlab.requests,
    get faults() {
      return gitlab.faults;
    },
    set faults(faults) {
      gitlab.faults = faults;
    },
    close: async () => {
      await Promise.all([gitlab.close(), storage.close()]);
    },
  };
}

function profileOf({ profile = '8.5', graphqlLacks }: FakeOptions): Profile {
  const known: Profile = { ...profiles, ...variants }[profile];
  if (graphqlLacks === undefined || known.graphql === 'absent') return known;
  return { ...known, graphql: { ...known.graphql, lacks: graphqlLacks } };
}

interface Address {
  readonly url: string;
  readonly externalUrl: string;
  readonly root: string;
  readonly tellsTime: boolean;
  readonly site: Site;
}

function withoutRange(request: Request): Request {
  return { ...request, headers: { ...request.headers, range: undefined } };
}

function answerOf(address: Address, request: Request): Answer {
  const { url, root, site } = address;
  if (request.path !== root && !request.path.startsWith(`${root}/`)) return nginxNotFound();
  const path = request.path.slice(root.length);
  if (!path.startsWith('/api/')) return gitlabHeaders(webPage(path, url));
  const answer = answerBelowApi(address, request, path) ?? unrouted(address, request);
  const meta = { 'X-Gitlab-Meta': JSON.stringify({ correlation_id: randomUUID(), version: '1' }) };
  const marked = site.world.profile.metaHeader ? withHeaders(answer, meta) : answer;
  return gitlabHeaders(conditional(request, marked, site.world.profile.etag));
}

function answerBelowApi({ site, url, externalUrl }: Address, request: Request, path: string): Answer | undefined {
  if (/^\/api\/graphql\/?(\?|$)/.test(path)) return answerGraphql(site, request);
  const [, version, rest = ''] = /^\/api\/(v[34])\/(.*)$/.exec(path) ?? [];
  if (version === undefined) return undefined;
  const { v3, v4 } = site.world.profile;
  if (version === 'v3' && v3 === 'gone') return v3OfToday(site, request, rest, url);
  const api = version === 'v3' ? v3 : v4;
  return typeof api === 'string'
    ? undefined
    : answerApi(site, api, request, rest, linkUrl(site, request, url, externalUrl));
}

/** `/user` alone was kept, for sign-ins by OAuth. */
function v3OfToday(site: Site, request: Request, path: string, url: string): Answer {
  const { v4 } = site.world.profile;
  const user: Api | undefined = v4 === 'absent' ? undefined : { ...v4, routes: ['user'] };
  const isUser = /^user\/?(\?|$)/.test(path);
  return (user && isUser ? answerApi(site, user, request, path, url) : undefined) ?? v3Gone;
}

function unrouted({ site, url }: Address, request: Request): Answer {
  if (site.world.profile.unrouted === 'staticPage') return railsNotFound(request);
  const known = credentials(site.world, request);
  return unmatchedRoute(request, known !== undefined && 'user' in known, url);
}

/** Where `Link` leads: to the host that the client named, later to the configured one with the scheme of the request. */
function linkUrl({ world }: Site, { headers, path }: Request, url: string, externalUrl: string): string {
  const { protocol, host } = new URL(url);
  const isNamed = world.profile.pagination.linkHost === 'request';
  const named = isNamed ? (headers.host ?? host) : new URL(externalUrl).host;
  return `${protocol}//${named}${path.split('?')[0] ?? ''}`;
}

function dated({ site, tellsTime }: Address, answer: Answer): Answer {
  return tellsTime ? withHeaders(answer, { Date: new Date(site.world.now()).toUTCString() }) : answer;
}

function gitlabHeaders(answer: Answer): Answer {
  return withHeaders(answer, { Server: 'nginx', 'X-Request-Id': randomUUID(), Vary: 'Origin' });
}
