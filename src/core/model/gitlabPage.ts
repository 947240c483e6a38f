import { parseUrl, type Instance } from './instance';

/** A page of a GitLab project that the view can show. */
type GitLabPage =
  | { readonly kind: 'build'; readonly id: number }
  | { readonly kind: 'pipeline'; readonly id: number }
  /** `sha`: 7 to 64 hex digits in lower case, maybe abbreviated. */
  | { readonly kind: 'commit'; readonly sha: string };

/** A page, with the instance and the project that it belongs to. */
export interface ProjectPage {
  readonly instance: Instance;
  /** Path of the project. */
  readonly project: string;
  readonly page: GitLabPage;
}

export type PageAddress =
  | ({ readonly kind: 'page' } & ProjectPage)
  /** Another page of a known instance. */
  | { readonly kind: 'otherPage'; readonly instance: Instance }
  /** No known instance has this address. `origin`: scheme, host and port. */
  | { readonly kind: 'unknownHost'; readonly origin: string }
  | { readonly kind: 'noUrl' };

/** Parses what a user pasted, or what a link leads to. Credentials, query and fragment are ignored. */
export function toPageAddress(text: string, instances: readonly Instance[]): PageAddress {
  const url = text.length > longestUrl ? undefined : parseUrl(text.trim());
  if (url === undefined || !(url.protocol === 'http:' || url.protocol === 'https:')) return { kind: 'noUrl' };
  const instance = instanceOf(url, instances);
  if (instance === undefined) return { kind: 'unknownHost', origin: url.origin };
  const below = url.pathname.slice(rootOf(instance).length);
  const found = pageIn(below.split('/').filter((part) => part !== ''));
  return found === undefined ? { kind: 'otherPage', instance } : { kind: 'page', instance, ...found };
}

/** Maximum length of a URL, in UTF-16 units. */
const longestUrl = 4000;

/** The instance that serves a URL: of several on one host, the one with the longest relative URL root. */
function instanceOf({ origin, pathname }: URL, instances: readonly Instance[]): Instance | undefined {
  const serving = instances.filter(
    (instance) => new URL(instance.url).origin === origin && `${pathname}/`.startsWith(`${rootOf(instance)}/`),
  );
  return serving.sort((a, b) => rootOf(b).length - rootOf(a).length)[0];
}

/** Relative URL root, such as `/gitlab`, or empty. */
function rootOf({ url }: Instance): string {
  const { pathname } = new URL(url);
  return pathname === '/' ? '' : pathname;
}

type FoundPage = Pick<ProjectPage, 'project' | 'page'>;

/** A project's path has a group at least. */
const leastParts = 2;

/** The page that the parts of a path lead to. `/-/` ends a project's path since 9.x; before, a page's name does. */
function pageIn(parts: readonly string[]): FoundPage | undefined {
  const end = parts.indexOf('-');
  if (end >= 0) return foundAt(parts, end, end + 1);
  const at = parts.findIndex((_, index) => foundAt(parts, index, index) !== undefined);
  return at < 0 ? undefined : foundAt(parts, at, at);
}

/** `end`: where the project's path ends; `at`: where the page's name is. */
function foundAt(parts: readonly string[], end: number, at: number): FoundPage | undefined {
  const page = toPage(parts[at], parts[at + 1]);
  if (page === undefined || end < leastParts) return undefined;
  const project = parts.slice(0, end);
  return project.every(isPathPart) ? { project: project.join('/'), page } : undefined;
}

function toPage(name: string | undefined, key = ''): GitLabPage | undefined {
  switch (name) {
    case 'jobs':
    case 'builds':
      return isId(key) ? { kind: 'build', id: Number(key) } : undefined;
    case 'pipelines':
      return isId(key) ? { kind: 'pipeline', id: Number(key) } : undefined;
    case 'commit': {
      const [id = '', format] = key.split('.');
      const isPage = isCommitId(id) && (format === undefined || format === 'patch' || format === 'diff');
      return isPage ? { kind: 'commit', sha: id.toLowerCase() } : undefined;
    }
    default:
      return undefined;
  }
}

function isId(text: string): boolean {
  return /^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text));
}

/** Whether a text may be a commit's id: 7 to 40 hex digits, or 64 of a repository with SHA-256. */
export function isCommitId(text: string): boolean {
  return /^[0-9a-f]{7,64}$/i.test(text) && (text.length <= 40 || text.length === 64);
}

/** What GitLab permits in paths of groups and projects. */
function isPathPart(part: string): boolean {
  return /^[\w.-]+$/.test(part);
}

/** A URL of a page within a line. */
interface PageLink extends ProjectPage {
  readonly start: number;
  readonly length: number;
  readonly url: string;
}

/** Number of UTF-16 units of a line that are searched. */
const maxSearched = 10_000;

/** URLs of builds and pipelines of known instances in a line, such as one that `git push` prints. */
export function pageLinksIn(line: string, instances: readonly Instance[]): readonly PageLink[] {
  const text = line.slice(0, maxSearched);
  const links: PageLink[] = [];
  // Lower case for all of it could change positions.
  const lower = text.replaceAll('HTTP', 'http').replaceAll('Http', 'http');
  for (let from = lower.indexOf('http'); from >= 0;) {
    const url = urlAt(text, from);
    const address = toPageAddress(url, instances);
    if (address.kind === 'page' && address.page.kind !== 'commit') {
      const { instance, project, page } = address;
      links.push({ instance, project, page, start: from, length: url.length, url });
    }
    from = lower.indexOf('http', from + Math.max(url.length, 1));
  }
  return links;
}

/** Characters that end a URL in a line. White space and all beyond ASCII do, too. */
const ends = '<>"\'`|\\^{}()[]';
/** Characters that belong to the sentence around a URL if it ends with them. */
const punctuation = '.,;:!?*';

function urlAt(text: string, start: number): string {
  let end = start;
  while (end < text.length && !isEnd(text.charAt(end))) end += 1;
  while (end > start && punctuation.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isEnd(mark: string): boolean {
  return mark <= ' ' || mark > '~' || ends.includes(mark);
}
