import { trimEndOf } from '../util/trim';

/** One GitLab server. `url` is its base URL with any relative URL root, without a trailing slash. */
export interface Instance {
  readonly url: string;
  /** Additional git hosts whose remotes belong to the instance, such as a separate ssh host. */
  readonly hosts: readonly string[];
  readonly apiVersion: 'auto' | 'v3' | 'v4';
}

/**
 * Converts what a user typed or configured to an instance's base URL; undefined if it isn't valid. A bare host gets
 * https. Credentials, query, fragment and the path of a GitLab page are dropped.
 */
export function toBaseUrl(text: string): string | undefined {
  const trimmed = text.trim();
  const isWeb = /^https?:\/\//i.test(trimmed);
  if (trimmed === '' || (!isWeb && trimmed.includes('://'))) return undefined;
  const parsed = parseUrl(isWeb ? trimmed : `https://${trimmed}`);
  if (parsed === undefined || !hostPattern.test(parsed.hostname)) return undefined;
  return `${parsed.origin}${withoutPage(parsed.pathname)}`;
}

/** The host in what a user typed as an additional git host, with its port if any; undefined if there is none. */
export function toHost(text: string): string | undefined {
  const trimmed = text.trim();
  const end = trimmed.indexOf('://');
  const isWeb = /^https?:\/\//i.test(trimmed);
  // Only the http parser understands ports, IPv6 and user info.
  const parsed = parseUrl(isWeb ? trimmed : `https://${end < 0 ? trimmed : trimmed.slice(end + '://'.length)}`);
  return parsed !== undefined && hostPattern.test(parsed.hostname) ? parsed.host : undefined;
}

const hostPattern = /^(\[[0-9a-f:.]+\]|[\w.-]+)$/;

/** Removes the part of a path that belongs to a GitLab page, and trailing slashes. */
function withoutPage(path: string): string {
  const pages = ['/-/', '/api/'].map((page) => path.indexOf(page)).filter((at) => at >= 0);
  const above = trimEndOf(path.slice(0, Math.min(path.length, ...pages)), '/');
  return above.endsWith(signIn) ? trimEndOf(above.slice(0, -signIn.length), '/') : above;
}

const signIn = '/users/sign_in';

/**
 * Maximum number of base URLs to try for an address. Groups may be nested 20 levels deep, but relative URL roots
 * aren't.
 */
const maxRoots = 5;

/**
 * Base URLs that an address may mean, longest first: each folder of its path may belong to the relative URL root or to
 * a group.
 */
export function rootsOf(baseUrl: string): readonly string[] {
  const { origin, pathname } = new URL(baseUrl);
  const folders = pathname.split('/').filter((part) => part !== '');
  const roots = folders.map((_, index) => [origin, ...folders.slice(0, index + 1)].join('/'));
  return [baseUrl, ...[origin, ...roots.slice(0, -1)].slice(0, maxRoots - 1).reverse()].filter(
    (root, index, all) => all.indexOf(root) === index,
  );
}

/** Whether the connection can't be intercepted: https, or the local machine. */
export function isConfidential(url: string): boolean {
  return !url.startsWith('http:') || /^http:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])([:/]|$)/.test(url);
}

/** Parses a URL. A dot that ends its host is dropped: with it, the name is that of the same server. */
export function parseUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (!url.hostname.endsWith('.')) return url;
  const host = trimEndOf(url.hostname, '.');
  url.hostname = host;
  return host === '' ? undefined : url;
}
