import assert from 'node:assert/strict';
import { flatten } from '../../../src/core/model/arrange';
import type { Build, BuildAction } from '../../../src/core/model/build';
import type { FailureKind } from '../../../src/core/model/errors';
import type { CommitRef, Variables } from '../../../src/core/gitlab/dialect';
import type { GitLabClient } from '../../../src/core/gitlab/client';
import type { Listing } from '../../../src/core/model/pipeline';
import type { BuildInit, FakeBuild } from '../../gitlab/model';
import type { ProfileName } from '../../gitlab/profiles/profile';
import { profileNames } from '../../gitlab/profiles/profiles';
import { smallProject, type SmallProject } from '../../gitlab/scenarios';
import { developerToken } from '../../gitlab/seed';
import { startGitLab, type FakeGitLab, type FakeOptions } from '../../gitlab/server';
import { clientOf, failureOf, unhurried } from '../support';

export type Refusal = readonly [kind: FailureKind, status: number | undefined, reason: string | undefined];

/** A GitLab of one version with the small project in it, and a client that knows neither. */
export class Stage {
  readonly small: SmallProject;
  readonly client: GitLabClient;

  constructor(
    readonly profile: ProfileName,
    readonly fake: FakeGitLab,
  ) {
    this.small = smallProject(fake.world);
    this.client = this.as(developerToken);
  }

  /** Whether what came with `since` holds here. */
  has(since: string): boolean {
    const [major = 0, minor = 0] = since.split('.').map(Number);
    const [ownMajor = 0, ownMinor = 0] = this.profile.split('.').map(Number);
    return ownMajor > major || (ownMajor === major && ownMinor >= minor);
  }

  get api(): 'v3' | 'v4' {
    return this.has('9.0') ? 'v4' : 'v3';
  }

  /** What GitLab calls a build in its refusals. */
  get noun(): 'Build' | 'Job' {
    return this.has('9.0') ? 'Job' : 'Build';
  }

  /** Another client, which knows nothing of the server either. */
  as(token: string): GitLabClient {
    return clientOf(this.fake, { apiVersion: 'auto', token });
  }

  async listing(commit: CommitRef = { sha: this.small.sha }, client = this.client): Promise<Listing> {
    return client.listing(this.small.project.path, commit, unhurried());
  }

  /** The row of that id, attempts included. */
  async row(id: number): Promise<Build> {
    const { builds } = await this.listing();
    return flatten(builds).find((build) => build.id === id) ?? assert.fail(`no build ${id}`);
  }

  add(init: Partial<BuildInit>): FakeBuild {
    const { sha, ref, project, username } = this.small;
    return this.fake.world.addBuild(project, { sha, ref, name: 'added', user: username, ...init });
  }

  act(id: number, action: BuildAction, variables?: Variables, client = this.client): Promise<Build> {
    return client.act(this.small.project.path, id, action, unhurried(), { variables });
  }

  refusalOf(id: number, action: BuildAction, client = this.client): Promise<Refusal> {
    return refusal(this.act(id, action, undefined, client));
  }

  /** HTTP status of the last answer. */
  get lastStatus(): number | undefined {
    return this.fake.requests.at(-1)?.status;
  }

  get posts(): readonly string[] {
    return this.fake.requests.filter(({ method }) => method === 'POST').map(({ path }) => path);
  }
}

export async function refusal(promise: Promise<unknown>): Promise<Refusal> {
  const { kind, status, reason } = await failureOf(promise);
  return [kind, status, reason];
}

/** The test, on each version or on those named, with a GitLab of its own. */
export function onEach(
  what: string,
  test: (stage: Stage) => Promise<void>,
  profiles: readonly ProfileName[] = profileNames,
  options: FakeOptions = {},
): void {
  for (const profile of profiles) {
    it(`${what} on ${profile}`, async () => {
      const fake = await startGitLab({ ...options, profile });
      try {
        await test(new Stage(profile, fake));
      } finally {
        await fake.close();
      }
    });
  }
}
