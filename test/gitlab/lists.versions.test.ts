import assert from 'node:assert/strict';
import { ask, outcome, type Reply, rowsOf } from './ask';
import { spoken, type Spoken, withGitLab } from './each';
import { manyBuilds, smallProject } from './scenarios';
import { startGitLab, type FakeGitLab } from './server';

const dialect = (names: readonly string[]): readonly Spoken[] =>
  spoken.filter(({ name, version }) => names.includes(`${name} ${version}`));
const of8 = ['8.4 v3', '8.5 v3', '8.9 v3', '8.10 v3', '8.13 v3'];
const oldGrape = ['8.17 v3', '8.17 v4', '9.0 v3', '10.8 v3'];
const badMessage = [400, { message: 'Scope contains invalid value(s)' }];
const badError = [400, { error: 'scope does not have a valid value' }];

function builds({ version, api }: Spoken, fake: FakeGitLab, query = ''): Promise<Reply> {
  return ask(`${fake.url}/api/${version}/projects/1/${api.noun}s${query}`);
}

describe('The lists of each version', () => {
  it('have as many dialects as there are', () => {
    assert.equal(spoken.length, 17);
    assert.equal(dialect([...of8, ...oldGrape]).length, 9);
  });

  for (const one of spoken) {
    const { name, version, api } = one;
    it(`support their scope on ${name} ${version}`, () =>
      withGitLab({ profile: name }, async (fake) => {
        smallProject(fake.world);
        const failed = rowsOf(await builds(one, fake, '?scope=failed'));
        assert.equal(failed.length, 3);
        assert.equal(rowsOf(await builds(one, fake, '?scope[0]=failed&scope[1]=running')).length, 4);
        const bad = of8.includes(`${name} ${version}`) ? badMessage : badError;
        assert.deepEqual(outcome(await builds(one, fake, '?scope=no')), bad);
        const array = await builds(one, fake, '?scope[]=failed&scope[]=running');
        if (api.noun === 'job') assert.equal(rowsOf(array).length, 4);
        else assert.deepEqual(outcome(array), bad);
        const empty = await builds(one, fake, '?scope=');
        if (of8.includes(`${name} ${version}`)) assert.equal(rowsOf(empty).length, 11);
        else assert.deepEqual(outcome(empty), badError);
      }));
  }

  const later = ['skipped', 'created', 'manual', 'scheduled', 'canceling'];
  const accepted: Readonly<Record<string, number>> = {
    ...{ '8.4 v3': 0, '8.5 v3': 0, '8.9 v3': 1, '8.10 v3': 1, '8.13 v3': 2, '8.17 v3': 0, '8.17 v4': 0 },
    ...{ '9.0 v3': 1, '10.8 v3': 1, '9.0 v4': 3, '10.8 v4': 3, '11.0 v4': 3 },
    ...{ '13.4 v4': 4, '13.9 v4': 4, '15.9 v4': 4, '18.9 v4': 5, '18.10 v4': 5 },
  };
  for (const one of spoken) {
    const { name, version } = one;
    it(`support the statuses of ${name} ${version}`, () =>
      withGitLab({ profile: name }, async (fake) => {
        smallProject(fake.world);
        const codes = await Promise.all(
          later.map(async (status) => (await builds(one, fake, `?scope=${status}`)).status),
        );
        assert.deepEqual(
          codes,
          later.map((_, index) => (index < accepted[`${name} ${version}`]! ? 200 : 400)),
        );
      }));
  }

  it("repeat Grape's version of the scope in Link, which v3 then refuses", () =>
    withGitLab({ profile: '8.17' }, async (fake) => {
      smallProject(fake.world);
      const reply = await ask(`${fake.url}/api/v3/projects/1/builds?scope=failed&per_page=1`);
      const next = /<([^>]+)>; rel="next"/.exec(String(reply.headers['link']))?.[1] ?? '';
      assert.match(next, /scope%5B%5D=failed/);
      assert.deepEqual(outcome(await ask(next)), badError);
    }));

  it('link to the configured host on 18.9, right or wrong, with the scheme of the request', async () => {
    const externalUrl = 'https://gitlab.example.com';
    for (const [name, host] of [
      ['18.9', 'http://gitlab.example.com/'],
      ['15.9', 'http://inner:8080/'],
    ] as const) {
      await withGitLab({ profile: name, externalUrl }, async (fake) => {
        smallProject(fake.world);
        const url = `${fake.url}/api/v4/projects/1/jobs?per_page=2`;
        const reply = await ask(url, { headers: { Host: 'inner:8080' } });
        assert.ok(String(reply.headers['link']).startsWith(`<${host}api/v4/projects/1/jobs?`), name);
        assert.equal(rowsOf(reply)[0]?.['web_url'], `${externalUrl}/group/sub.project/-/jobs/11`);
      });
    }
  });

  describe('without rows and past the end', () => {
    for (const one of spoken) {
      it(`are announced as on ${one.name} ${one.version}`, () =>
        withGitLab({ profile: one.name }, async (fake) => {
          manyBuilds(fake.world, 21);
          const isOld = ageOf(one.name) <= 900;
          const isCounted = ageOf(one.name) < 1507;
          const none = await builds(one, fake, '?scope=pending');
          assert.equal(none.headers['x-total'], isCounted ? '0' : undefined);
          assert.equal(none.headers['x-total-pages'], isCounted ? (isOld ? '0' : '1') : undefined);
          assert.equal(none.headers['x-next-page'], '');
          const past = await builds(one, fake, '?page=9');
          assert.deepEqual(
            [past.text, past.headers['x-page'], past.headers['x-prev-page']],
            ['[]', '9', isOld ? '8' : ''],
          );
          const zero = await builds(one, fake, '?per_page=0');
          const perPage = ageOf(one.name) <= 900 ? '20' : '500';
          if (ageOf(one.name) < 1500) assert.equal(zero.headers['x-per-page'], perPage);
          else assert.deepEqual(outcome(zero), [400, { error: 'per_page has a value not allowed' }]);
        }));
    }
  });

  describe('with many jobs', () => {
    let fake: FakeGitLab;
    let pipeline = 0;
    beforeEach(async () => {
      fake = await startGitLab({ profile: '18.9' });
      const { project } = manyBuilds(fake.world, 10_001);
      pipeline = fake.world.pipelines(project)[0]!.id;
    });
    afterEach(() => fake.close());

    it("never count a project's jobs, or a pipeline's over 10,000", async () => {
      for (const path of ['jobs', `pipelines/${pipeline}/jobs`]) {
        const { headers } = await ask(`${fake.url}/api/v4/projects/1/${path}?per_page=100&page=101`);
        assert.deepEqual([headers['x-total'], headers['x-page'], headers['x-next-page']], [undefined, '101', '']);
        assert.doesNotMatch(String(headers['link']), /rel="last"/);
      }
      fake.world.update({ id: 1 }, { kind: 'bridge' });
      const { headers } = await ask(`${fake.url}/api/v4/projects/1/pipelines/${pipeline}/jobs`);
      assert.equal(headers['x-total'], '10000');
    });

    it('use keyset pagination: a cursor in Link, no numbers, and no end except a missing Link', async () => {
      let url = `${fake.url}/api/v4/projects/1/jobs?pagination=keyset&per_page=4000&order_by=id&sort=desc`;
      const seen: number[] = [];
      for (let pages = 0; url !== ''; pages++) {
        assert.ok(pages < 3);
        const reply = await ask(url);
        assert.equal(reply.headers['x-page'], undefined);
        seen.push(...rowsOf(reply).map(({ id }) => id));
        url = /<([^>]+)>; rel="next"/.exec(String(reply.headers['link'] ?? ''))?.[1] ?? '';
      }
      assert.equal(new Set(seen).size, 10_001);
    }).timeout(10_000);

    it('use keyset pagination for nothing else, and in one direction only', async () => {
      const refusal = [405, { error: 'Keyset pagination is not yet available for this type of request' }];
      const asked = (path: string): Promise<Reply> => ask(`${fake.url}/api/v4/projects/1/${path}pagination=keyset`);
      assert.deepEqual(outcome(await asked('pipelines?')), refusal);
      assert.equal((await asked('jobs?sort=asc&')).status, 405);
      assert.equal((await asked(`pipelines/${pipeline}/jobs?`)).headers['x-page'], '1');
    });
  });
});

/** `13.4` → 1304 */
function ageOf(name: string): number {
  const [major = 0, minor = 0] = name.split('.').map(Number);
  return major * 100 + minor;
}
