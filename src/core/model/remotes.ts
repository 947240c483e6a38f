import { parseUrl, type Instance } from './instance';

export interface Remote {
  readonly name: string;
  /** URL to fetch from; empty if git has none. */
  readonly url: string;
  /** URL to push to, if it is another. It counts where the other one is of no instance, such as a mirror. */
  readonly pushUrl?: string;
  /** Host that the user's ssh configuration gives for the one in the URL. It only selects an instance that exists. */
  readonly sshHost?: string;
}

/** A remote's project on a known instance. */
export interface RemoteProject {
  /** Name of the remote. */
  readonly remote: string;
  readonly instance: Instance;
  readonly project: string;
}

export type Located =
  /** `remote`: name of the remote that the project was derived from. */
  | { readonly kind: 'project'; readonly instance: Instance; readonly project: string; readonly remote: string }
  /** The host belongs to no known instance; `url` is the likely base URL to sign in to. */
  | { readonly kind: 'unknownHost'; readonly url: string }
  | { readonly kind: 'noRemote' }
  /** The chosen remote doesn't exist. */
  | { readonly kind: 'missingRemote'; readonly remote: string }
  /** `host`: undefined if no remote has one, for example a local folder. */
  | { readonly kind: 'notGitLab'; readonly host?: string };

interface RemoteAddress {
  /** Lower case, including the port if an http remote has one. */
  readonly host: string;
  /** Host without the port. */
  readonly hostname: string;
  /** Scheme of an http remote; undefined for ssh and git. */
  readonly web: 'http:' | 'https:' | undefined;
  /** Path without leading and trailing slashes and without `.git`. */
  readonly path: string;
}

/** Hosts known not to be GitLab, so that users aren't asked to sign in there. */
const foreignHosts =
  /(^|\.)(github\.com|bitbucket\.org|azure\.com|visualstudio\.com|codeberg\.org|gitee\.com|sr\.ht|heroku\.com|amazonaws\.com|sourceforge\.net|huggingface\.co|googlesource\.com)$/;
/** gitlab.com uses a separate host for ssh on port 443. */
const aliases: Readonly<Record<string, string>> = { 'altssh.gitlab.com': 'gitlab.com' };

/** A repository's settings. */
export interface RepositorySettings {
  /** Name of the remote. */
  readonly preferred?: string;
  /** Project path or id. */
  readonly project?: string;
}

interface RemoteChoice extends RepositorySettings {
  /** Remote that the user selected in the view. It takes precedence over the settings. */
  readonly chosen?: string | undefined;
  readonly upstream?: string | undefined;
}

/** The projects of all remotes, in order, without duplicates. */
export function projectsOf(remotes: readonly Remote[], instances: readonly Instance[]): readonly RemoteProject[] {
  const projects = remotes.flatMap((remote) => {
    const place = placeOf(remote, instances);
    return place === undefined ? [] : [{ remote: remote.name, instance: place.instance, project: place.path }];
  });
  // GitLab's paths don't differ by case alone.
  const keys = projects.map(({ instance, project }) => `${instance.url} ${project.toLowerCase()}`);
  return projects.filter((_, index) => keys.indexOf(keys[index] ?? '') === index);
}

/**
 * Finds the project that the remotes refer to. Order: `chosen`; `preferred` alone if set; else the upstream's remote,
 * `origin`, the others. The first whose host belongs to an instance wins.
 */
export function locate(remotes: readonly Remote[], instances: readonly Instance[], choice: RemoteChoice): Located {
  if (remotes.length === 0) return { kind: 'noRemote' };
  const chosen = projectsOf(
    remotes.filter(({ name }) => name === choice.chosen),
    instances,
  )[0];
  if (chosen !== undefined) return { kind: 'project', ...chosen };
  const { preferred } = choice;
  if (preferred !== undefined && !remotes.some(({ name }) => name === preferred))
    return { kind: 'missingRemote', remote: preferred };
  const candidates = inOrder(remotes, choice);
  for (const remote of candidates) {
    const place = placeOf(remote, instances);
    if (place !== undefined)
      return { kind: 'project', instance: place.instance, project: choice.project ?? place.path, remote: remote.name };
  }
  const addresses = candidates.flatMap((remote) => urlsOf(remote).flatMap((url) => parseRemote(url) ?? []));
  const unknown = addresses.find(({ hostname }) => !foreignHosts.test(hostname));
  if (unknown !== undefined) return { kind: 'unknownHost', url: `${unknown.web ?? 'https:'}//${unknown.host}` };
  const [foreign] = addresses;
  return foreign === undefined ? { kind: 'notGitLab' } : { kind: 'notGitLab', host: foreign.host };
}

/** Hosts of ssh remotes that belong to no instance and may be names in the ssh configuration, by the remote's name. */
export function unknownSshHosts(
  remotes: readonly Remote[],
  instances: readonly Instance[],
): ReadonlyMap<string, string> {
  if (instances.length === 0) return new Map();
  return new Map(
    remotes.flatMap((remote) => {
      const address = /^git:/i.test(remote.url) ? undefined : parseRemote(remote.url);
      const isAsked =
        address?.web === undefined &&
        !foreignHosts.test(address?.hostname ?? '') &&
        placeOf(remote, instances) === undefined;
      return address !== undefined && isAsked ? [[remote.name, address.hostname] as const] : [];
    }),
  );
}

function inOrder(
  remotes: readonly Remote[],
  choice: { preferred?: string; upstream?: string | undefined },
): readonly Remote[] {
  if (choice.preferred !== undefined) return remotes.filter(({ name }) => name === choice.preferred);
  const rank = ({ name }: Remote) => (name === choice.upstream ? 0 : name === 'origin' ? 1 : 2);
  return [...remotes].sort((a, b) => rank(a) - rank(b));
}

/** Parses a remote URL in any form that git accepts; undefined for a local path. Credentials are dropped. */
export function parseRemote(url: string): RemoteAddress | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return fromUrl(url);
  // `user@host:path`: the first colon ends the host. A single letter before it is a Windows drive, a slash before it
  // means a local path, and a second colon after it a remote helper (`ext::command`).
  const [, hostname, path] =
    /^(?:[^@:/\\[]*@)?(\[[^\]/]+\]|[^:/\\@[\]]{2,}):([^:\n\r\u2028\u2029].*|)$/.exec(url) ?? [];
  const host = hostname === undefined ? undefined : sshHostname(hostname);
  return host === undefined || path === undefined ? undefined : toAddress(host, '', undefined, path);
}

/** The host before an scp-like path. Brackets may hold an IPv6 address, and a user and a port: `[git@host:2222]:path`. */
function sshHostname(text: string): string | undefined {
  const inner = text.startsWith('[') ? text.slice(1, -1) : text;
  const host = inner.slice(inner.lastIndexOf('@') + 1);
  // What the URL parser would decode or take for something else is in no host name.
  if (/[\s%?#\\]/.test(host)) return undefined;
  const [name, , ...more] = host.split(':');
  return parseUrl(`http://${more.length === 0 ? name : `[${host}]`}`)?.hostname;
}

/** Scheme, host and port of an http or https remote; undefined for others. */
export function webOrigin(url: string): string | undefined {
  const address = parseRemote(url);
  return address?.web === undefined ? undefined : `${address.web}//${address.host}`;
}

function fromUrl(text: string): RemoteAddress | undefined {
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(text) ?? [];
  const web = scheme?.toLowerCase() === 'http' ? 'http:' : scheme?.toLowerCase() === 'https' ? 'https:' : undefined;
  const remote = web !== undefined || /^(ssh|git|git\+ssh|ssh\+git)$/i.test(scheme ?? '');
  // The URL parser only knows default ports, IPv6 and user info for http.
  const parsed = remote ? parseUrl(`${web ?? 'http:'}//${rest ?? ''}`) : undefined;
  if (parsed === undefined || parsed.hostname === '') return undefined;
  return toAddress(parsed.hostname, web === undefined ? '' : parsed.port, web, parsed.pathname);
}

function toAddress(name: string, port: string, web: RemoteAddress['web'], rawPath: string): RemoteAddress | undefined {
  const hostname = aliases[name] ?? name;
  const path = decoded(rawPath)
    .split('/')
    .filter((part) => part !== '')
    .join('/')
    .replace(/\.git$/, '');
  if (path === '' || !/^(\[[0-9a-f:.]+\]|[\w.-]+)$/.test(hostname)) return undefined;
  return { host: port === '' ? hostname : `${hostname}:${port}`, hostname, web, path };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // A lone % is valid in a path.
  }
}

/**
 * The instance of a remote and the project's path there: by the host in the URL, else by the one that ssh connects to,
 * else by the URL to push to.
 */
function placeOf(remote: Remote, instances: readonly Instance[]): Place | undefined {
  for (const url of urlsOf(remote)) {
    const place = placeAt(url, remote.sshHost, instances);
    if (place !== undefined) return place;
  }
  return undefined;
}

function urlsOf({ url, pushUrl }: Remote): readonly string[] {
  return pushUrl === undefined ? [url] : [url, pushUrl];
}

function placeAt(url: string, sshHost: string | undefined, instances: readonly Instance[]): Place | undefined {
  const address = parseRemote(url);
  if (address === undefined) return undefined;
  const place = instanceOf(address, instances);
  if (place !== undefined || sshHost === undefined || address.web !== undefined) return place;
  const hostname = sshHostname(sshHost) ?? sshHost;
  return instanceOf({ ...address, hostname: aliases[hostname] ?? hostname }, instances);
}

interface Place {
  readonly instance: Instance;
  readonly path: string;
}

/**
 * The instance that serves an address, and the project's path there. Among several on one host, the longest relative
 * URL root wins.
 */
function instanceOf(address: RemoteAddress, instances: readonly Instance[]): Place | undefined {
  let best: { instance: Instance; path: string; root: number } | undefined;
  for (const instance of instances) {
    const path = pathWithin(address, instance);
    const root = new URL(instance.url).pathname.length;
    if (path !== undefined && (best === undefined || root > best.root)) best = { instance, path, root };
  }
  return best;
}

function pathWithin(address: RemoteAddress, instance: Instance): string | undefined {
  const { host, hostname, pathname } = new URL(instance.url);
  if (address.web === undefined) {
    return [hostname, ...instance.hosts.map(withoutPort)].includes(address.hostname) ? address.path : undefined;
  }
  const further = instance.hosts.some((one) => one === address.host || one === withDefaultPort(address));
  if (address.host !== host && !further) return undefined;
  const root = pathname.replace(/^\/|\/$/g, '');
  if (root === '') return address.path;
  if (address.path.startsWith(`${root}/`)) return address.path.slice(root.length + 1);
  return further ? address.path : undefined;
}

/** The host of an http remote with the port that it has without saying so. */
function withDefaultPort({ host, hostname, web }: RemoteAddress): string {
  return host === hostname ? `${host}:${web === 'http:' ? 80 : 443}` : host;
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '');
}
