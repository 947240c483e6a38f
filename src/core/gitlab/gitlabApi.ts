import { GitLabError } from '../model/errors';
import type { Instance } from '../model/instance';
import { JsonObject, objectsOf, UnexpectedShape } from './jsonObject';
import type { Http, HttpRequest, StreamAnswer } from './http/request';
import type { ServerClock } from './serverClock';
import type { TtlCache } from '../util/ttlCache';
import { allPages, pageOf, pageSizes, type Page, type PagedList } from './http/pages';

/** Options of a file request. */
type FileRequest = Pick<HttpRequest, 'etag' | 'range' | 'validator' | 'signedUrl'>;

interface KeptPage<T> extends Page<T> {
  readonly etag: string;
}

/** Number of pages that a list had last time, with `size` rows each. */
interface PagesOfList {
  readonly pages: number;
  readonly size: number;
}

type SizedList<T> = PagedList<T> & PagesOfList;

/** One API of one instance, for a single call. All methods throw GitLabError, or the signal's reason. */
export class GitLabApi {
  /** Whether a list was truncated because it has too many pages. */
  isPartial = false;

  constructor(
    private readonly http: Http,
    private readonly instance: Instance,
    /** Path of the API, such as `api/v3`. */
    private readonly root: string,
    private readonly token: string | undefined,
    private readonly signal: AbortSignal,
    /** Previously loaded pages by URL. */
    private readonly cache: TtlCache,
    private readonly serverClock: ServerClock,
  ) {}

  async get<T>(path: string, read: (row: JsonObject) => T): Promise<T> {
    return this.one('GET', path, read);
  }

  async post<T>(path: string, read: (row: JsonObject) => T, body?: object): Promise<T> {
    // During maintenance, GitLab reports the reason only for JSON requests; others are redirected to its root page.
    return this.one('POST', path, read, body ?? {});
  }

  /** Sends a GraphQL query. A refusal is a regular response with `errors`. */
  async query<T>(query: string, variables: object, read: (row: JsonObject) => T): Promise<T> {
    const url = `${this.instance.url}/api/graphql`;
    const request = { ...this.request('POST', '', { query, variables }), url, changesNothing: true };
    const { body } = await this.http.json(request);
    return this.read(() => read(this.object(body)));
  }

  /**
   * Like `query`, for responses that GitLab computes on request, such as a report: with more time and without retries.
   */
  async queryReport<T>(query: string, variables: object, read: (row: JsonObject) => T): Promise<T> {
    const url = `${this.instance.url}/api/graphql`;
    const request = { ...this.request('POST', '', { query, variables }), url, changesNothing: true, isSlow: true };
    const { body } = await this.http.json(request);
    return this.read(() => read(this.object(body)));
  }

  async getReport<T>(path: string, read: (row: JsonObject) => T): Promise<T> {
    const { body } = await this.http.json({ ...this.request('GET', path), isSlow: true });
    return this.read(() => read(this.object(body)));
  }

  /** Sends a POST that changes nothing, such as a file to check. */
  async postReport<T>(path: string, read: (row: JsonObject) => T, body: object): Promise<T> {
    const request = { ...this.request('POST', path, body), changesNothing: true, isSlow: true };
    const answer = await this.http.json(request);
    return this.read(() => read(this.object(answer.body)));
  }

  /** Loads all pages of a list; `path` may contain a query. */
  async list<T>(path: string, read: (row: JsonObject) => T): Promise<readonly T[]> {
    const { items } = await this.allOf((page, size) => this.page(path, page, read, size));
    return items;
  }

  /**
   * Like `list`, for lists that are loaded repeatedly. An unchanged page comes without a body, and its previous items
   * are reused; so `read` must be pure and always the same for a path.
   */
  async keptList<T>(path: string, read: (row: JsonObject) => T): Promise<readonly T[]> {
    const key = `pages of ${path}`;
    const known = this.cache.get(key) as PagesOfList | undefined; // Only written below.
    const { items, pages, size } = await this.allOf((page, rows) => this.keptPage(path, page, read, rows), known);
    if (pages > 1) this.cache.set(key, { pages, size } satisfies PagesOfList);
    return items;
  }

  /** Loads all pages. If a page of a hundred rows exceeds the size limit, loads smaller pages. */
  private async allOf<T>(
    read: (page: number, size: number) => Promise<Page<T>>,
    known?: PagesOfList,
  ): Promise<SizedList<T>> {
    const list = await this.inSmallerPages(read, pageSizes, known);
    this.isPartial ||= list.isPartial;
    return list;
  }

  private async inSmallerPages<T>(
    read: (page: number, size: number) => Promise<Page<T>>,
    [size = 1, ...smaller]: readonly number[],
    known: PagesOfList | undefined,
  ): Promise<SizedList<T>> {
    try {
      const expected = known?.size === size ? known.pages : 1;
      return { ...(await allPages((page) => read(page, size), expected)), size };
    } catch (error) {
      const isTooLarge = error instanceof GitLabError && error.failure.kind === 'tooLarge';
      if (!isTooLarge || smaller.length === 0) throw error;
      return this.inSmallerPages(read, smaller, known);
    }
  }

  async page<T>(path: string, page: number, read: (row: JsonObject) => T, size?: number): Promise<Page<T>> {
    const { headers, body } = await this.http.json(this.request('GET', pageOf(path, page, size)));
    return { headers, items: this.rows(body, read) };
  }

  private async keptPage<T>(path: string, page: number, read: (row: JsonObject) => T, size: number): Promise<Page<T>> {
    const request = this.request('GET', pageOf(path, page, size));
    const known = this.cache.get(request.url) as KeptPage<T> | undefined; // Only written below.
    const { headers, body, isUnchanged } = await this.http.json({ ...request, etag: known?.etag });
    if (isUnchanged && known !== undefined) {
      this.cache.set(request.url, known);
      // The number of pages can change while this page doesn't. Only intermediaries omit the header.
      return headers.get('x-next-page') === null ? known : { headers, items: known.items };
    }
    const items = this.rows(body, read);
    const etag = headers.get('etag');
    if (etag !== null) this.cache.set(request.url, { headers, items, etag } satisfies KeptPage<T>);
    return { headers, items };
  }

  async stream(path: string, wanted: FileRequest = {}): Promise<StreamAnswer> {
    return this.http.stream({ ...this.request('GET', path), ...wanted });
  }

  async delete(path: string): Promise<void> {
    await this.http.json(this.request('DELETE', path, {}));
  }

  private async one<T>(method: 'GET' | 'POST', path: string, read: (row: JsonObject) => T, sent?: object): Promise<T> {
    const { body } = await this.http.json(this.request(method, path, sent));
    return this.read(() => read(this.object(body)));
  }

  private object(body: unknown): JsonObject {
    return new JsonObject(body, 'the answer', this.serverClock.skew);
  }

  private rows<T>(body: unknown, read: (row: JsonObject) => T): readonly T[] {
    return this.read(() => objectsOf(body, this.serverClock.skew).map(read));
  }

  private request(method: HttpRequest['method'], path: string, body?: object): HttpRequest {
    const { instance, root, token, signal } = this;
    return { method, url: `${instance.url}/${root}/${path}`, instance: instance.url, token, body, signal };
  }

  private read<T>(reader: () => T): T {
    try {
      return reader();
    } catch (cause) {
      if (!(cause instanceof UnexpectedShape)) throw cause;
      const { host } = new URL(this.instance.url);
      throw new GitLabError({ kind: 'invalidAnswer', host, reason: cause.message }, { cause });
    }
  }
}
