import { trimEndOf } from '../util/trim';

/** One GitLab installation. `url` is its base URL, relative root included, without a trailing slash. */
export interface Instance {
  readonly url: string;
  /** Further git hosts whose remotes belong to it, for example an ssh host. */
  readonly hosts: readonly string[];
  readonly apiVersion: 'auto' | 'v3' | 'v4';
}

/**
 * What a user typed or configured → an instance's base URL, or undefined if it is none. A bare host means https;
 * user info, query and fragment are dropped, as are the pages a user may have copied it from.
 */
export function toBaseUrl(text: string): string | undefined {
  const trimmed = text.trim();
  const isWeb = /^https?:\/\//i.test(trimmed);
  if (trimmed === '' || (!isWeb && trimmed.includes('://'))) return undefined;
  const parsed = parseUrl(isWeb ? trimmed : `https://${trimmed}`);
  if (parsed === undefined) return undefined;
  return `${parsed.origin}${withoutPage(parsed.pathname)}`;
}

/** The host of a further git host that a user wrote, with the port where one is named; undefined: there is none in it. */
export function toHost(text: string): string | undefined {
  const trimmed = text.trim();
  const end = trimmed.indexOf('://');
  const isWeb = /^https?:\/\//i.test(trimmed);
  // Only the parser for http knows ports, IPv6 and user info.
  const parsed = parseUrl(isWeb ? trimmed : `https://${end < 0 ? trimmed : trimmed.slice(end + '://'.length)}`);
  return parsed !== undefined && hostPattern.test(parsed.hostname) ? parsed.host : undefined;
}

const hostPattern = /^(\[[0-9a-f:.]+\]|[\w.-]+)$/;

/** A path without the part that names a page of GitLab, and without slashes at its end. */
function withoutPage(path: string): string {
  const pages = ['/-/', '/api/'].map((page) => path.indexOf(page)).filter((at) => at >= 0);
  const above = trimEndOf(path.slice(0, Math.min(path.length, ...pages)), '/');
  return above.endsWith(signIn) ? trimEndOf(above.slice(0, -signIn.length), '/') : above;
}

const signIn = '/users/sign_in';

export function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
