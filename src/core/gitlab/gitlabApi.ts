import { GitLabError } from '../model/errors';
import type { Instance } from '../model/instance';
import { JsonObject, objectsOf, UnexpectedShape } from './jsonObject';
import type { Http, HttpRequest, StreamAnswer } from './http/request';
import type { TtlCache } from '../util/ttlCache';
import { allPages, pageOf, pageSizes, type Page, type PagedList } from './http/pages';

/** What is wanted of a file. */
export type Wanted = Pick<HttpRequest, 'etag' | 'range' | 'validator' | 'place'>;

interface KeptPage<T> extends Page<T> {
  readonly etag: string;
}

/** One API of one instance, for the length of one call. All methods throw GitLabError, or the signal's reason. */
export class GitLabApi {
  /** A list was cut: it has more pages than are ever read. */
  isPartial = false;

  constructor(
    private readonly http: Http,
    private readonly instance: Instance,
    /** `api/v3` */
    private readonly root: string,
    private readonly token: string | undefined,
    private readonly signal: AbortSignal,
    /** Pages that were read before, by their address. */
    private readonly kept: TtlCache,
  ) {}

  async get<T>(path: string, read: (row: JsonObject) => T): Promise<T> {
    return this.one('GET', path, read);
  }

  async post<T>(path: string, read: (row: JsonObject) => T, body?: object): Promise<T> {
    // In maintenance GitLab tells its reason to those who send JSON, and sends all others to its root page.
    return this.one('POST', path, read, body ?? {});
  }

  /** Asks GraphQL; a refusal comes as an answer with `errors` in it. */
  async query<T>(query: string, variables: object, read: (row: JsonObject) => T): Promise<T> {
    const url = `${this.instance.url}/api/graphql`;
    const request = { ...this.request('POST', '', { query, variables }), url, changesNothing: true };
    const { body } = await this.http.json(request);
    return this.read(() => read(new JsonObject(body, 'the answer')));
  }

  /** All pages of a list; `path` may have a query. */
  async list<T>(path: string, read: (row: JsonObject) => T): Promise<readonly T[]> {
    return this.allOf((page, size) => this.page(path, page, read, size));
  }

  /**
   * The same, for what is asked again and again: a page that has not changed comes without a body, and gives the same
   * items as before. So one path must always be read in one way, and `read` must do nothing else.
   */
  async keptList<T>(path: string, read: (row: JsonObject) => T): Promise<readonly T[]> {
    return this.allOf((page, size) => this.keptPage(path, page, read, size));
  }

  /** Rows can be so long that a page of a hundred is too large to be read: then smaller pages are asked for. */
  private async allOf<T>(read: (page: number, size: number) => Promise<Page<T>>): Promise<readonly T[]> {
    const { items, isPartial } = await this.inSmallerPages(read, pageSizes);
    this.isPartial ||= isPartial;
    return items;
  }

  private async inSmallerPages<T>(
    read: (page: number, size: number) => Promise<Page<T>>,
    [size = 1, ...smaller]: readonly number[],
  ): Promise<PagedList<T>> {
    try {
      return await allPages((page) => read(page, size));
    } catch (error) {
      const isTooLarge = error instanceof GitLabError && error.failure.kind === 'tooLarge';
      if (!isTooLarge || smaller.length === 0) throw error;
      return this.inSmallerPages(read, smaller);
    }
  }

  async page<T>(path: string, page: number, read: (row: JsonObject) => T, size?: number): Promise<Page<T>> {
    const { headers, body } = await this.http.json(this.request('GET', pageOf(path, page, size)));
    return { headers, items: this.read(() => objectsOf(body).map(read)) };
  }

  private async keptPage<T>(path: string, page: number, read: (row: JsonObject) => T, size: number): Promise<Page<T>> {
    const request = this.request('GET', pageOf(path, page, size));
    const known = this.kept.get(request.url) as KeptPage<T> | undefined; // Written below alone.
    const { headers, body, isUnchanged } = await this.http.json({ ...request, etag: known?.etag });
    if (isUnchanged && known !== undefined) {
      this.kept.set(request.url, known);
      // How many pages there are changes without the page; only who stands in between leaves that out.
      return headers.get('x-next-page') === null ? known : { headers, items: known.items };
    }
    const items = this.read(() => objectsOf(body).map(read));
    const etag = headers.get('etag');
    if (etag !== null) this.kept.set(request.url, { headers, items, etag } satisfies KeptPage<T>);
    return { headers, items };
  }

  async stream(path: string, wanted: Wanted = {}): Promise<StreamAnswer> {
    return this.http.stream({ ...this.request('GET', path), ...wanted });
  }

  async delete(path: string): Promise<void> {
    await this.http.json(this.request('DELETE', path, {}));
  }

  private async one<T>(method: 'GET' | 'POST', path: string, read: (row: JsonObject) => T, sent?: object): Promise<T> {
    const { body } = await this.http.json(this.request(method, path, sent));
    return this.read(() => read(new JsonObject(body, 'the answer')));
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
