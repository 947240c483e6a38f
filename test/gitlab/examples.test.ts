import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ask, outcome, post, type Row, rowOf, rowsOf } from './ask';
import { withGitLab } from './each';
import { locked, rackAttack, rateLimited, serverError } from './faults';
import type { Api, ProfileName } from './profiles/profile';
import { profiles } from './profiles/profiles';
import { branchMergeRequestAndChild, smallProject } from './scenarios';
import { developerToken, reporterToken } from './seed';
import type { FakeGitLab } from './server';

const folder = resolve(process.cwd(), '..', 'shared', 'gitlab-data', 'examples');

/** Which profile stands for the version that an example was written for. */
const profileOf: Readonly<Record<string, ProfileName>> = {
  '8.4': '8.4',
  '8.5': '8.5',
  '8.9': '8.9',
  '8.11': '8.13',
  '8.13': '8.13',
  '8.17': '8.17',
  '9.0': '9.0',
  '10.3': '10.8',
  '11.8': '13.4',
  '18.9': '18.9',
};

/** Keys that the documentation shows and the source does not write. */
const onlyInDocs = ['download_url', 'source'];

interface ErrorBody {
  readonly status: number;
  readonly body?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
type Errors = Readonly<Record<string, ErrorBody>>;

type ErrorCase = readonly [error: string, profile: ProfileName, method: string, path: string, token?: string];

/** Build 5 runs, 3 was retried, 12 has no commands. */
const errorCases: readonly ErrorCase[] = [
  ['401_v3_v4_no_or_bad_token', '8.5', 'GET', 'v3/projects/1/builds', 'unknown'],
  ['401_v3_v4_no_or_bad_token', '18.9', 'GET', 'v4/projects/1/jobs', 'unknown'],
  ['401_expired_oauth_or_pat', '18.9', 'GET', 'v4/projects/1/jobs', 'expired'],
  ['401_revoked', '18.9', 'GET', 'v4/projects/1/jobs', 'revoked'],
  ['403_insufficient_scope_example', '18.9', 'GET', 'v4/projects/1/jobs', 'weak'],
  ['403_plain', '8.5', 'POST', 'v3/projects/1/builds/12/cancel', reporterToken],
  ['403_plain', '18.9', 'POST', 'v4/projects/1/jobs/12/cancel', reporterToken],
  ['403_build_not_retryable_v3', '8.5', 'POST', 'v3/projects/1/builds/12/retry'],
  ['403_build_not_retryable_v3', '10.8', 'POST', 'v3/projects/1/builds/12/retry'],
  ['403_build_not_erasable_v3', '8.5', 'POST', 'v3/projects/1/builds/12/erase'],
  ['403_job_not_retryable_v4', '10.8', 'POST', 'v4/projects/1/jobs/12/retry'],
  ['403_job_not_erasable_v4', '18.9', 'POST', 'v4/projects/1/jobs/12/erase'],
  ['400_unplayable_8.11_to_8.16', '8.13', 'POST', 'v3/projects/1/builds/12/play'],
  ['400_unplayable_8.17_to_old', '13.4', 'POST', 'v4/projects/1/jobs/12/play'],
  ['400_unplayable_modern', '13.9', 'POST', 'v4/projects/1/jobs/12/play'],
  ['400_scope_8.4_to_8.13', '8.5', 'GET', 'v3/projects/1/builds?scope[]=failed'],
  ['400_scope_8.14_and_later', '8.17', 'GET', 'v3/projects/1/builds?scope[]=failed'],
  ['404_project', '8.5', 'GET', 'v3/projects/99/builds'],
  ['404_project', '18.9', 'GET', 'v4/projects/99/jobs'],
  ['404_build_v3_and_v4_9.x', '9.0', 'GET', 'v4/projects/1/jobs/9999'],
  ['404_record_not_found', '10.8', 'GET', 'v4/projects/1/jobs/9999'],
  ['404_unmatched_route_8.13_and_later', '8.13', 'GET', 'v3/nothing'],
  ['404_job_token_endpoint', '18.9', 'GET', 'v4/job'],
  ['410_v3_gone_11.0_and_later', '11.0', 'GET', 'v3/projects/1'],
  ['405_keyset_unavailable', '18.9', 'GET', 'v4/projects/1/pipelines?pagination=keyset'],
];

/** GitLab's documentation, where it lies next to the checkout. The docs are not the wire: they write an absent key as null. */
describe('GitLab as documented', () => {
  if (!existsSync(folder)) {
    console.log(`    (no ${folder}: not compared with GitLab's documentation)`);
    return;
  }
  const read = (name: string): readonly Row[] =>
    [JSON.parse(readFileSync(join(folder, name), 'utf8')) as Row | readonly Row[]].flat();
  const files = readdirSync(folder);

  for (const name of files.filter((file) => /^v3_builds_8\.5__.*\.json$/.test(file))) {
    it(`has exactly the keys of ${name}`, () =>
      withGitLab({}, async (fake) => {
        const { sha } = smallProject(fake.world);
        const rows = rowsOf(await ask(`${fake.url}/api/v3/projects/1/repository/commits/${sha}/builds`));
        for (const example of read(name)) {
          const row = rows.find((each) => 'artifacts_file' in each === Boolean(example['artifacts_file']))!;
          assert.deepEqual(keySet(row), keySet(example));
          const user = rows.find((each) => each['user'] !== null)!['user'];
          if (example['user'] !== null) assert.deepEqual(keySet(user), keySet(example['user']));
          assert.deepEqual(keySet(row['commit']), keySet(example['commit']));
        }
      }));
  }

  for (const name of files.filter((file) => /^v[34]_(builds|jobs|pipelines|job_artifacts)_/.test(file))) {
    const [, version = '', kind = '', of = '', title = ''] =
      /^(v[34])_(\w+?)_(\d+\.\d+)__(\w+)\.json$/.exec(name) ?? [];
    const others = /(report|variables|agent|archive|run_a_job$)/;
    if (others.test(title)) continue;
    it(`has the keys of ${name}`, () => {
      const api = profiles[profileOf[of]!][version as 'v3' | 'v4'] as Api;
      for (const example of read(name)) compare(example, kind, title, api);
    });
  }

  it('has the keys of a version, of metadata, of a commit and of its statuses', async () => {
    await withGitLab({ profile: '8.13' }, async (fake) => {
      smallProject(fake.world);
      const [version] = read('v3_version_8.13__version_api.json');
      assert.deepEqual(keySet(rowOf(await ask(`${fake.url}/api/v3/version`))), keySet(version));
    });
    await withGitLab({ profile: '18.9' }, async (fake) => {
      const { sha } = branchMergeRequestAndChild(fake.world);
      const of = async (path: string): Promise<Row> => rowOf(await ask(`${fake.url}/api/v4/${path}`));
      const metadata = await of('metadata');
      assert.deepEqual(keySet(metadata), keySet(read('v4_metadata_18.9__top.json')[0]));
      assertSubset(
        read('v4_commits_18.9__retrieve_a_commit.json')[0],
        await of(`projects/1/repository/commits/${sha}`),
      );
      const path = `projects/1/repository/commits/${sha}/statuses`;
      const [status] = rowsOf(await ask(`${fake.url}/api/v4/${path}`));
      assertSubset(read('v4_commits_18.9__list_commit_statuses_first_item.json')[0], status!);
    });
  });

  describe('errors', () => {
    const errors = JSON.parse(readFileSync(join(folder, '_error_bodies_from_source.json'), 'utf8')) as Errors;

    for (const [error, profile, method, path, token = developerToken] of errorCases) {
      it(`has the error ${error} on ${profile}`, () =>
        withGitLab({ profile }, async (fake) => {
          prepare(fake);
          const reply = await ask(`${fake.url}/api/${path}`, { method, token });
          assert.deepEqual(outcome(reply), [errors[error]!.status, errors[error]!.body]);
        }));
    }

    it('has the rate limit errors and the server errors', () =>
      withGitLab({ profile: '18.9' }, async (fake) => {
        const faults = {
          '429_app_limit_jobs_index': rateLimited(),
          '429_rack_attack': rackAttack(),
          '409_lock': locked(),
          '500': serverError(),
        };
        for (const [error, fault] of Object.entries(faults)) {
          fake.faults = [fault];
          const reply = await post(`${fake.url}/api/v4/projects/1/jobs/1/retry`);
          const { status, body, text, headers = {} } = errors[error]!;
          assert.deepEqual(outcome(reply), [status, body ?? text]);
          for (const [key, value] of Object.entries(headers)) assert.equal(reply.headers[key.toLowerCase()], value);
        }
      }));
  });
});

function prepare({ world }: FakeGitLab): void {
  const { project, sha, username: user } = smallProject(world);
  world.addBuild(project, { sha, name: 'x', commands: false, user });
  world.addToken({ token: 'expired', user, expiresAt: 1000 });
  world.addToken({ token: 'revoked', user, revoked: true });
  world.addToken({ token: 'weak', user, scopes: ['read_user'] });
}

/** All that an example shows is among the keys of its version. */
function compare(example: Row, kind: string, title: string, { keys }: Api): void {
  if (kind === 'pipelines') {
    const isList = title.startsWith('list');
    assertKnown(example, isList ? keys.pipelineInList : keys.pipeline);
    return;
  }
  assertKnown(example, title.includes('trigger') ? keys.bridge : keys.build);
  assertKnown(example['user'], keys.user);
  assertKnown(example['commit'], keys.commit);
  assertKnown(example['runner'], keys.runner);
  assertKnown(example['pipeline'], keys.pipelineOfBuild);
}

function assertKnown(value: unknown, keys: readonly string[]): void {
  if (value === null || value === undefined) return;
  const unknown = keySet(value).filter((key) => !keys.includes(key) && !onlyInDocs.includes(key));
  // The docs show it for bridges too.
  assert.deepEqual(
    unknown.filter((key) => key !== 'archived'),
    [],
  );
}

function assertSubset(example: unknown, row: Row): void {
  assert.deepEqual(
    keySet(example).filter((key) => !(key in row)),
    [],
  );
}

/** Sorted; null artifacts count as none. */
function keySet(value: unknown): readonly string[] {
  const row = value as Row;
  return Object.keys(row)
    .filter((key) => key !== 'artifacts_file' || row[key] !== null)
    .sort();
}
