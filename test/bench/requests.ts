import { GitLabError } from '../../src/core/model/errors';
import type { GitLabClient } from '../../src/core/gitlab/client';
import type { Build } from '../../src/core/model/build';
import type { Listing } from '../../src/core/model/pipeline';
import type { ProfileName } from '../gitlab/profiles/profile';
import { smallProject, type SmallProject } from '../gitlab/scenarios';
import { startGitLab, type FakeGitLab } from '../gitlab/server';
import { connect } from './connect';
import type { Line, Measured } from './part';

const profiles = ['8.5', '10.8', '13.9', '18.9'] as const satisfies readonly ProfileName[];

/** A window whose builds are shown. */
interface Scene {
  readonly client: GitLabClient;
  readonly small: SmallProject;
  readonly listing: Listing;
  /** A build that failed. */
  readonly failed: Build;
}

type Feature = (scene: Scene) => Promise<unknown>;

const signal = () => new AbortController().signal;

/** Requests that each feature sends when it is opened for the first time. */
const features: Readonly<Record<string, Feature>> = {
  '*Since When?*': ({ client, small: { project, sha, olderSha }, failed }) => {
    const ancestors = [sha, olderSha].map((one) => ({ sha: one, title: '', author: '' }));
    return client.builds.historyOf(project.path, failed, ancestors, signal());
  },
  '*Builds of the Branch*, opened': ({ client, small: { project, ref } }) =>
    client.listsBranchPipelines === true ? client.pipelines.ofBranch(project.path, [ref], signal()) : Promise.resolve(),
  '· one of its pipelines, opened': ({ client, small: { project }, listing }) =>
    withPipeline(listing, (pipeline) => client.pipelines.listing(project.path, pipeline, signal())),
  timeline: ({ client, small: { project, sha }, listing }) =>
    withPipeline(listing, ({ id }) => client.pipelines.needsOf(project.path, { id, sha }, signal())),
  'form to run a pipeline': ({ client, small: { project, ref } }) =>
    Promise.all([
      client.pipelines.openMergeRequests(project.path, ref, signal()),
      client.pipelines.inputs(project.path, ref, signal()),
    ]),
  'inputs of a build': ({ client, small: { project }, failed }) =>
    client.builds.inputs(project.path, failed.id, signal()),
  'code lenses of a CI file': async () => undefined,
  'validation of a CI file': ({ client, small: { project } }) =>
    client.ciFiles.lint(project.path, 'build: { script: make }', signal()),
  'merged configuration': ({ client, small: { project, sha } }) => client.ciFiles.merged(project.path, sha, signal()),
  'tests of a build in the Testing view': ({ client, small: { project }, failed }) =>
    client.builds.testsOf(project.path, failed, '', signal()),
};

async function withPipeline(
  { pipelines: [pipeline] }: Listing,
  work: (pipeline: Listing['pipelines'][number]) => Promise<unknown>,
): Promise<void> {
  if (pipeline !== undefined) await work(pipeline);
}

/** Requests of the features beside the list of builds, counted and not timed; none until one is opened. */
export async function measureRequests(): Promise<Measured> {
  const counts: Record<string, Record<string, number>> = {};
  for (const profile of profiles) counts[profile] = await countsOn(profile);
  const line = (what: string): Line => ({
    what: `requests of ${what} on ${profiles.join(' / ')}`,
    measured: profiles.map((profile) => counts[profile]?.[what]).join(' / '),
  });
  const names = [untilOpened, ...Object.keys(features)];
  return { lines: names.map(line).map((each, at) => (at === 0 ? { ...each, aim: '0' } : each)), numbers: counts };
}

const untilOpened = 'them all until one is opened';

async function countsOn(profile: ProfileName): Promise<Record<string, number>> {
  const fake = await startGitLab({ profile });
  try {
    const counts: Record<string, number> = {};
    for (const [name, feature] of Object.entries(features)) {
      const scene = await sceneOf(fake);
      counts[name] = await countOf(fake, () => feature(scene));
    }
    // A further refresh shows what comes without anything being opened: as many as without these features.
    const { client, small, listing } = await sceneOf(fake);
    const refresh = () => client.listing(small.project.path, small, signal());
    const paths = await pathsOf(fake, refresh);
    const isOfList = /\/(builds|jobs|bridges|pipelines|statuses|merge_requests|graphql)\b/;
    const further = paths.filter((path) => !isOfList.test(path)).length;
    if (listing.builds.length === 0) throw new Error('no builds');
    return { [untilOpened]: further, ...counts };
  } finally {
    await fake.close();
  }
}

const scenes = new WeakMap<FakeGitLab, SmallProject>();

/** A fresh client each time, so that no feature profits from an earlier one. */
async function sceneOf(fake: FakeGitLab): Promise<Scene> {
  const small = scenes.get(fake) ?? smallProject(fake.world);
  scenes.set(fake, small);
  const client = connect(fake.url, small.token);
  const listing = await client.listing(small.project.path, { sha: small.sha, ref: small.ref }, signal());
  const failed = listing.builds.find(({ status }) => status === 'failed');
  if (failed === undefined) throw new Error('no build has failed');
  return { client, small, listing, failed };
}

async function countOf(fake: FakeGitLab, work: () => Promise<unknown>): Promise<number> {
  return (await pathsOf(fake, work)).length;
}

async function pathsOf(fake: FakeGitLab, work: () => Promise<unknown>): Promise<readonly string[]> {
  const before = fake.requests.length;
  await work().catch(unlessRefused);
  return fake.requests.slice(before).map(({ path }) => path);
}

/** What a release lacks is refused, mostly without a request. */
function unlessRefused(error: unknown): void {
  if (!(error instanceof GitLabError)) throw error;
}
