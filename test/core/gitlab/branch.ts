import assert from 'node:assert/strict';
import type { Build } from '../../../src/core/model/build';
import { GitLabClient } from '../../../src/core/gitlab/client';
import type { Http } from '../../../src/core/gitlab/http/request';
import type { Listing, Pipeline } from '../../../src/core/model/pipeline';
import type { ProfileName, VariantName } from '../../gitlab/profiles/profile';
import { branchMergeRequestAndChild, type BranchMergeRequestAndChild } from '../../gitlab/scenarios';
import { developerToken } from '../../gitlab/seed';
import { systemClock } from '../../../src/core/util/timer';
import { startGitLab, type FakeGitLab } from '../../gitlab/server';
import { httpWith, Journal, unhurried } from '../support';

/** A GitLab below `/gitlab`, with a branch, its merge request and a child pipeline, and a client of it. */
export class Branch {
  readonly log = new Journal();
  /** The client's time, which passes when the test says so. */
  now = Date.now();
  client: GitLabClient;
  /** Number of requests that have not been answered yet, neither at first nor again. */
  underWay = 0;

  private constructor(
    readonly fake: FakeGitLab,
    readonly made: BranchMergeRequestAndChild,
  ) {
    this.client = this.fresh();
  }

  /** From now on by a client that remembers nothing; its token may be another each time. */
  fresh(token: () => string = () => developerToken): GitLabClient {
    const instance = { url: this.fake.url, hosts: [], apiVersion: 'auto' } as const;
    const http = this.counted(httpWith({ log: this.log }));
    this.client = new GitLabClient(instance, http, async () => token(), this.log, {
      ...systemClock,
      now: () => this.now,
    });
    return this.client;
  }

  private counted(http: Http): Http {
    const json: Http['json'] = async (request) => {
      this.underWay += 1;
      try {
        return await http.json(request);
      } finally {
        this.underWay -= 1;
      }
    };
    return { json, stream: (request) => http.stream(request), dispose: () => http.dispose?.() };
  }

  static async start(profile: ProfileName | VariantName): Promise<Branch> {
    const fake = await startGitLab({ profile, root: '/gitlab' });
    return new Branch(fake, branchMergeRequestAndChild(fake.world));
  }

  async listing(ref: string | undefined = this.made.ref, client = this.client): Promise<Listing> {
    const { project, sha } = this.made;
    return client.listing(project.path, { sha, ref }, unhurried());
  }

  /** As `listing`, for a person who asks. */
  async refreshed(): Promise<Listing> {
    const { project, sha, ref } = this.made;
    return this.client.listing(project.path, { sha, ref }, unhurried(), true);
  }

  /** As `listing`, where HEAD is on no branch. */
  async detached(): Promise<Listing> {
    const { project, sha } = this.made;
    return this.client.listing(project.path, { sha }, unhurried());
  }

  /** What is asked meanwhile, without queries. */
  async asked(work: () => Promise<unknown>): Promise<readonly string[]> {
    const since = this.fake.requests.length;
    await work();
    return this.fake.requests.slice(since).map(({ path }) => path.replace(/\?.*/, '').replace('/gitlab/api/', ''));
  }
}

/** How often GraphQL is asked meanwhile, and how often REST, the detection and the look at the project left out. */
export async function countsOf(at: Branch, work: () => Promise<unknown> = () => at.listing()) {
  const paths = (await at.asked(work)).filter((path) => !/version$|self$|group%2Fapp$/.test(path));
  const byGraphql = paths.filter((path) => path === 'graphql').length;
  return { byGraphql, byRest: paths.length - byGraphql };
}

/** Three pipelines, all builds. */
export async function assertWhole(at: Branch): Promise<void> {
  const { builds, pipelines } = await at.listing();
  assert.deepEqual([builds.length, pipelines.length], [11, 3]);
}

export function named({ builds }: Listing, name: string, pipeline?: { readonly id: number }): Build {
  const found = builds.find(
    (build) => build.name === name && (pipeline === undefined || build.pipeline === pipeline.id),
  );
  return found ?? assert.fail(`no ${name}`);
}

export function pipelineIn({ pipelines }: Listing, { id }: { readonly id: number }): Pipeline {
  return pipelines.find((pipeline) => pipeline.id === id) ?? assert.fail(`no pipeline ${id}`);
}

export function idsOf(rows: readonly { readonly id: number }[]): readonly number[] {
  return rows.map(({ id }) => id);
}

export function isGraphql({ path }: { readonly path: string }): boolean {
  return path.endsWith('/api/graphql');
}
