import { randomUUID } from 'node:crypto';
import { type Answer, conditional, type Request, withHeaders } from './answer';
import { Entities } from './entities';
import type { Fault } from './faults';
import { Origin, type RecordedRequest } from './origin';
import { nginxNotFound, railsNotFound, webPage } from './pages';
import { type ProfileName, profiles } from './profiles';
import { route, type Site } from './routes';
import { answerFromStorage, signedPath } from './storage';
import { World } from './world';

export interface FakeOptions {
  readonly profile?: ProfileName;
  /** Relative URL root, such as `/gitlab`. */
  readonly root?: string;
  readonly port?: number;
  /** `redirect`: artifacts lie in an object storage, and the API answers 302. */
  readonly artifacts?: 'direct' | 'redirect';
  /** HTTPS, of GitLab and of the storage. */
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly now?: () => number;
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
  const world = new World(profiles[options.profile ?? '8.5'], options.now);
  const { tls } = options;
  const settle = async (answer: () => Answer): Promise<Answer> => {
    await world.settled();
    return answer();
  };
  const storage = new Origin({ tls, answer: (request) => settle(() => answerFromStorage(world, request)) });
  const gitlab: Origin = new Origin({ tls, answer: (request) => settle(() => answerOf(address, request)) });
  await Promise.all([storage.listen(0), gitlab.listen(options.port ?? 0)]);
  const url = `${gitlab.url}${options.root ?? ''}`;
  const storageUrl = options.artifacts === 'redirect' ? toStorage(storage.url) : undefined;
  const address: Address = {
    url,
    root: options.root ?? '',
    site: { world, entities: new Entities(world, url), storageUrl },
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

interface Address {
  readonly url: string;
  readonly root: string;
  readonly site: Site;
}

function toStorage(url: string): NonNullable<Site['storageUrl']> {
  return (build) => `${url}${signedPath(build)}`;
}

function answerOf({ url, root, site }: Address, request: Request): Answer {
  if (request.path !== root && !request.path.startsWith(`${root}/`)) return nginxNotFound();
  const path = request.path.slice(root.length);
  if (!path.startsWith('/api/')) return gitlabHeaders(webPage(path, url));
  const answer = path.startsWith('/api/v3/')
    ? route(site, request, path.slice('/api/v3/'.length), addressedAs(request, url))
    : undefined;
  return gitlabHeaders(conditional(request, answer ?? railsNotFound(request)));
}

/** Rails builds the addresses in `Link` from the host that the client named. */
function addressedAs({ headers, path }: Request, url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${headers.host ?? host}${path.split('?')[0] ?? ''}`;
}

function gitlabHeaders(answer: Answer): Answer {
  return withHeaders(answer, { Server: 'nginx', 'X-Request-Id': randomUUID(), Vary: 'Origin' });
}
