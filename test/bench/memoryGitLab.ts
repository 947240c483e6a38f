import { createHash } from 'node:crypto';
import { GitLabError } from '../../src/core/model/errors';
import type { Http, HttpRequest, JsonAnswer } from '../../src/core/gitlab/http/request';

interface Row {
  readonly id: number;
  readonly status: string;
  readonly [field: string]: unknown;
}

interface Page {
  readonly text: string;
  readonly etag: string;
}

const message = 'Explain at some length what this commit does. '.repeat(28);

/** A GitLab of v3 without a network: what its answers cost is what they cost the client. One commit per project. */
export class MemoryGitLab implements Http {
  readonly url = 'http://gitlab.test';
  requests = 0;
  /** Answers without a body. */
  unchanged = 0;
  /** Of bodies. */
  bytes = 0;
  isDown = false;
  /** Seconds to wait for, or undefined. */
  retryAt: number | undefined;
  private lastId = 0;
  private readonly commits = new Map<string, readonly Row[]>();
  private readonly pages = new Map<string, Page>();

  /** Builds of a commit, pending. */
  push(sha: string, count: number): void {
    this.set(
      sha,
      Array.from({ length: count }, (_, at) => this.row(sha, `build ${at}`, `stage ${Math.floor(at / 20)}`)),
    );
  }

  /** The heap that is measured is the client's. */
  forget(sha: string): void {
    this.set(sha, []);
    this.commits.delete(sha);
  }

  /** Gives every build of the commit that is not over the next status. */
  move(sha: string, next: (status: string, at: number) => string): void {
    const started = '2016-02-22T09:00:00.000Z';
    const over = { started_at: started, finished_at: '2016-02-22T09:05:00.000Z' };
    const moved = (this.commits.get(sha) ?? []).map((row, at) => {
      const status = next(row.status, at);
      if (status === row.status) return row;
      return { ...row, status, ...(status === 'running' ? { started_at: started } : over) };
    });
    this.set(sha, moved);
  }

  async json(request: HttpRequest): Promise<JsonAnswer> {
    request.onSend?.();
    this.requests += 1;
    await Promise.resolve();
    request.signal.throwIfAborted();
    if (this.isDown) throw new GitLabError({ kind: 'offline' });
    if (this.retryAt !== undefined) throw new GitLabError({ kind: 'rateLimited', status: 429, retryAt: this.retryAt });
    const { text, etag } = this.pageAt(new URL(request.url));
    const headers = { get: (name: string) => (name === 'etag' ? etag : name === 'x-next-page' ? '' : null) };
    if (request.etag === etag) {
      this.unchanged += 1;
      return { headers, body: undefined, isUnchanged: true };
    }
    this.bytes += text.length;
    return { headers, body: JSON.parse(text) as unknown, isUnchanged: false };
  }

  stream(): Promise<never> {
    return Promise.reject(new Error('Nothing is downloaded here.'));
  }

  private pageAt({ pathname }: URL): Page {
    const known = this.pages.get(pathname);
    if (known !== undefined) return known;
    const page = pageOf(this.answer(pathname));
    this.pages.set(pathname, page);
    return page;
  }

  private answer(path: string): unknown {
    if (path.endsWith('/statuses')) return [];
    const [, commit] = /\/commits\/(\w+)\/builds$/.exec(path) ?? [];
    if (commit !== undefined) return this.commits.get(commit) ?? [];
    if (path.endsWith('/builds')) return [];
    const [, project = ''] = /\/projects\/([^/]+)$/.exec(path) ?? [];
    const name = decodeURIComponent(project);
    return { id: Number(/\d+$/.exec(name)?.[0]) + 1, path_with_namespace: name };
  }

  private set(sha: string, rows: readonly Row[]): void {
    this.commits.set(sha, rows);
    for (const path of this.pages.keys()) if (path.endsWith(`/commits/${sha}/builds`)) this.pages.delete(path);
  }

  private row(sha: string, name: string, stage: string): Row {
    const author = { author_name: 'Dana', author_email: 'dana@example.com', created_at: '2016-02-22T09:00:00.000Z' };
    return {
      id: ++this.lastId,
      status: 'pending',
      name,
      stage,
      ref: 'master',
      tag: false,
      coverage: null,
      created_at: '2016-02-22T09:00:00.000Z',
      started_at: null,
      finished_at: null,
      user: { id: 1, username: 'dana', name: 'Dana', state: 'active' },
      runner: { id: 1, description: 'docker-01', active: true, is_shared: false },
      commit: { id: sha, short_id: sha.slice(0, 8), title: 'Explain', message, ...author },
    };
  }
}

function pageOf(answer: unknown): Page {
  const text = JSON.stringify(answer);
  return { text, etag: `W/"${createHash('md5').update(text).digest('hex')}"` };
}
