import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ask, type Row, rowsOf } from './ask';
import { smallProject } from './scenarios';
import { developerToken, reporterToken } from './seed';
import { type FakeGitLab, startGitLab } from './server';

const folder = resolve(process.cwd(), '..', 'shared', 'gitlab-data', 'examples');

/** GitLab's documentation of 8.5, where it lies next to the checkout. The docs are not the wire: they write an absent key as null. */
describe('GitLab 8.5 as its documentation shows it', () => {
  if (!existsSync(folder)) {
    console.log(`    (no ${folder}: not compared with GitLab's documentation)`);
    return;
  }
  let fake: FakeGitLab;
  beforeEach(async () => {
    fake = await startGitLab();
  });
  afterEach(() => fake.close());

  for (const name of readdirSync(folder).filter((file) => /^v3_builds_8\.5__.*\.json$/.test(file))) {
    it(`has the keys of ${name}`, async () => {
      const { sha } = smallProject(fake.world);
      const rows = rowsOf(await ask(`${fake.url}/api/v3/projects/1/repository/commits/${sha}/builds`));
      const shown = [
        JSON.parse(readFileSync(join(folder, name), 'utf8')) as Row | readonly Row[],
      ].flat() as readonly Row[];
      for (const example of [shown].flat()) {
        const row = rows.find((each) => 'artifacts_file' in each === Boolean(example['artifacts_file']))!;
        assert.deepEqual(keySet(row), keySet(example));
        const user = rows.find((each) => each['user'] !== null)!['user'];
        if (example['user'] !== null) assert.deepEqual(keySet(user), keySet(example['user']));
        assert.deepEqual(keySet(row['commit']), keySet(example['commit']));
      }
    });
  }

  it('has the error bodies of the source', async () => {
    const errors = JSON.parse(readFileSync(join(folder, '_error_bodies_from_source.json'), 'utf8')) as Errors;
    const { builds } = smallProject(fake.world);
    const { id } = fake.world.addBuild(fake.world.project(1), { sha: 'a'.repeat(40), name: 'x', commands: false });
    const cases: readonly (readonly [error: string, method: string, path: string, token?: string])[] = [
      ['401_v3_v4_no_or_bad_token', 'GET', 'projects/1/builds', 'unknown'],
      ['403_plain', 'POST', `projects/1/builds/${id}/cancel`, reporterToken],
      ['403_build_not_retryable_v3', 'POST', `projects/1/builds/${id}/retry`],
      ['403_build_not_erasable_v3', 'POST', `projects/1/builds/${builds.long.id}/erase`],
      ['400_scope_8.4_to_8.13', 'GET', 'projects/1/builds?scope[]=failed'],
      ['404_project', 'GET', 'projects/99/builds'],
      ['404_build_v3_and_v4_9.x', 'GET', 'projects/1/builds/9999'],
    ];
    for (const [error, method, path, token = developerToken] of cases) {
      const { status, text } = await ask(`${fake.url}/api/v3/${path}`, { method, token });
      assert.deepEqual({ error, status, body: JSON.parse(text) as unknown }, { error, ...errors[error] });
    }
  });
});

type Errors = Readonly<Record<string, { readonly status: number; readonly body: unknown }>>;

/** Sorted; null artifacts count as none. */
function keySet(value: unknown): readonly string[] {
  const row = value as Row;
  return Object.keys(row)
    .filter((key) => key !== 'artifacts_file' || row[key] !== null)
    .sort();
}
