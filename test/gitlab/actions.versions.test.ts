import assert from 'node:assert/strict';
import { ask, outcome, post, type Reply, rowOf } from './ask';
import { spoken, type Spoken, withGitLab } from './each';
import { smallProject, type SmallProject } from './scenarios';
import { developerToken, reporterToken } from './seed';
import type { FakeGitLab } from './server';

interface Stage {
  readonly fake: FakeGitLab;
  readonly small: SmallProject;
  readonly act: (id: number, action: string, json?: unknown, token?: string) => Promise<Reply>;
}

function staged({ name, version, api }: Spoken, use: (stage: Stage) => Promise<void>): () => Promise<void> {
  return () =>
    withGitLab({ profile: name }, async (fake) => {
      const small = smallProject(fake.world);
      const url = `${fake.url}/api/${version}/projects/1/${api.noun}s`;
      const act: Stage['act'] = (id, action, json, token = developerToken) =>
        post(`${url}/${id}/${action}`, { token, ...(json === undefined ? {} : { json }) });
      await use({ fake, small, act });
    });
}

const noun = ({ api }: Spoken): string => (api.noun === 'job' ? 'Job' : 'Build');
const old = (name: string): boolean => ['8.4', '8.5'].includes(name);

describe('The actions of each version', () => {
  for (const one of spoken) {
    const { name, version, api, profile } = one;

    it(
      `cancel active builds on ${name} ${version}, and are no error for others`,
      staged(one, async ({ fake, small, act }) => {
        const { long, deploy, compile, odd } = small.builds;
        for (const { id } of [long, deploy]) {
          const [status, body] = outcome(await act(id, 'cancel'));
          assert.deepEqual([status, (body as { status: string }).status], [201, 'canceled']);
        }
        for (const { id, status } of [compile, odd]) {
          assert.deepEqual([(await act(id, 'cancel')).status, fake.world.build(id).status], [201, status]);
        }
      }),
    );

    it(
      `retry permitted builds on ${name} ${version}`,
      staged(one, async ({ fake, small, act }) => {
        const { odd, long, firstRspec } = small.builds;
        const reply = await act(odd.id, 'retry');
        const row = rowOf(reply);
        assert.deepEqual([reply.status, row.status, row.id > odd.id], [201, 'pending', true]);
        assert.equal(row['user'] === null, old(name));
        const running = await act(long.id, 'retry');
        const refusal = [403, { message: `403 Forbidden - ${noun(one)} is not retryable` }];
        if (old(name)) assert.equal(running.status, 201);
        else assert.deepEqual(outcome(running), refusal);
        const superseded = await act(firstRspec.id, 'retry');
        if (['15.9', '18.9', '18.10'].includes(name)) assert.deepEqual(outcome(superseded), refusal);
        else assert.equal(superseded.status, 201);
        assert.equal(fake.world.build(odd.id).retried, true);
      }),
    );

    if (api.routes.includes('erase')) {
      it(
        `erase once on ${name} ${version}`,
        staged(one, async ({ small, act }) => {
          const { compile, long } = small.builds;
          const reply = await act(compile.id, 'erase');
          assert.equal(reply.status, 201);
          assert.equal(rowOf(reply)['erased_at'] === undefined, !api.keys.build.includes('erased_at'));
          const refusal = [403, { message: `403 Forbidden - ${noun(one)} is not erasable!` }];
          assert.deepEqual(outcome(await act(compile.id, 'erase')), refusal);
          // Who did not start a build may not erase it, from 10.3 on.
          const others = await act(long.id, 'erase');
          assert.deepEqual(
            outcome(others),
            profile.rules.eraseNeeds === 'owner' ? [403, { message: '403 Forbidden' }] : refusal,
          );
        }),
      );
    }

    if (api.routes.includes('play')) {
      it(
        `play a manual build on ${name} ${version}`,
        staged(one, async ({ fake, small, act }) => {
          const { project, sha } = small;
          const status = name.startsWith('8.') ? 'skipped' : 'manual';
          const { id } = fake.world.addBuild(project, { sha, name: 'go', when: 'manual', status });
          const reply = await act(id, 'play');
          const { status: after, user } = rowOf(reply);
          assert.deepEqual([reply.status, rowOf(reply).id, after], [200, id, 'pending']);
          assert.equal((user as { username: string }).username, 'dana');
          const text = { '8.13': '"Unplayable Build" not given' }[name as string] ?? '"Unplayable Job" not given';
          const modern = ['13.9', '15.9', '18.9', '18.10'].includes(name);
          const message = modern ? '400 Bad request - Unplayable Job' : `400 (Bad request) ${text}`;
          assert.deepEqual(outcome(await act(small.builds.compile.id, 'play')), [400, { message }]);
          const waiting = fake.world.addBuild(project, { sha, name: 'wait', when: 'manual', status });
          const byReporter = await act(waiting.id, 'play', undefined, reporterToken);
          assert.equal(byReporter.status, profile.rules.playNeeds === 'readBuild' ? 200 : 403);
        }),
      );
    }

    if (api.routes.includes('keep')) {
      it(
        `keep artifacts on ${name} ${version}`,
        staged(one, async ({ fake, small, act }) => {
          const { compile, lint } = small.builds;
          fake.world.update(compile, { artifactsExpireAtMs: fake.world.now() + 60_000 });
          assert.equal((await act(compile.id, 'artifacts/keep')).status, 200);
          assert.equal(fake.world.build(compile.id).artifactsExpireAtMs, null);
          const none = await act(lint.id, 'artifacts/keep');
          assert.equal(none.status, 404);
          assert.match(none.text, /404 #<Ci::Build:0x[0-9a-f]+> Not Found/);
        }),
      );
    }

    it(
      `require permission to push to a protected branch on ${name} ${version}, if it says so`,
      staged(one, async ({ fake, small, act }) => {
        fake.world.protectRefs(small.project, 'master');
        const { status } = await act(small.builds.odd.id, 'retry');
        assert.equal(status, profile.rules.protectedRefs ? 403 : 201);
        fake.world.setRole(small.project, 'dana', 'master');
        assert.equal((await act(small.builds.compile.id, 'retry')).status, 201);
      }),
    );
  }

  describe('on 18.9', () => {
    const newest = spoken.at(-1)!;

    it(
      'take time with a graceful runner, and can be forced by a Maintainer',
      staged(newest, async ({ fake, small, act }) => {
        fake.world.addRunner({ description: 'modern', graceful: true });
        const { long } = small.builds;
        fake.world.start(long, 'modern');
        const maintain = (): void => fake.world.setRole(small.project, 'dana', 'master');
        const status = async (json?: unknown): Promise<unknown> => {
          const [code, body] = outcome(await act(long.id, 'cancel', json));
          return code === 201 ? (body as { status: string }).status : code;
        };
        assert.equal(await status({ force: true }), 403);
        maintain();
        assert.equal(await status({ force: true }), 'running');
        assert.equal(await status(), 'canceling');
        assert.equal(await status(), 'canceling');
        assert.equal(await status({ force: true }), 'canceled');
        assert.notEqual(fake.world.build(long.id).finishedAtMs, null);
      }),
    );

    it(
      'play with variables, and say which one is incomplete',
      staged(newest, async ({ fake, small, act }) => {
        const { id } = fake.world.addBuild(small.project, {
          sha: small.sha,
          name: 'go',
          when: 'manual',
          status: 'manual',
        });
        const variables = [{ key: 'TARGET', value: 'production' }, { key: 'DRY' }];
        const message = { error: 'job_variables_attributes[1][value] is missing' };
        assert.deepEqual(outcome(await act(id, 'play', { job_variables_attributes: variables })), [400, message]);
        const whole = { job_variables_attributes: variables.slice(0, 1) };
        assert.equal((await act(id, 'play', whole)).status, 200);
        assert.deepEqual(fake.world.build(id).variables, { TARGET: 'production' });
      }),
    );

    it(
      'start one build of a resource group at a time',
      staged(newest, async ({ fake, small, act }) => {
        const { project, sha } = small;
        const init = { sha, when: 'manual', status: 'manual', resourceGroup: 'production' } as const;
        const [first, second] = ['one', 'two'].map((name) => fake.world.addBuild(project, { ...init, name }));
        assert.equal(rowOf(await act(first!.id, 'play')).status, 'pending');
        assert.equal(rowOf(await act(second!.id, 'play')).status, 'waiting_for_resource');
        fake.world.setStatus(first!, 'success');
        assert.equal(fake.world.build(second!.id).status, 'pending');
      }),
    );

    it(
      "retry and play bridges, which can't be read as jobs",
      staged(newest, async ({ fake, small, act }) => {
        const { project, sha } = small;
        const bridge = fake.world.addBuild(project, { sha, name: 'child', kind: 'bridge', status: 'failed' });
        assert.equal((await act(bridge.id, 'retry')).status, 201);
        assert.deepEqual(outcome(await act(bridge.id, 'cancel')), [404, { message: '404 Not found' }]);
        const manual = fake.world.addBuild(project, {
          sha,
          name: 'more',
          kind: 'bridge',
          when: 'manual',
          status: 'manual',
        });
        assert.equal((await act(manual.id, 'play')).status, 200);
      }),
    );

    it(
      'delete artifacts for a Maintainer',
      staged(newest, async ({ fake, small }) => {
        const url = `${fake.url}/api/v4/projects/1/jobs/${small.builds.compile.id}/artifacts`;
        assert.equal((await ask(url, { method: 'DELETE' })).status, 403);
        fake.world.setRole(small.project, 'dana', 'master');
        assert.equal((await ask(url, { method: 'DELETE' })).status, 204);
        assert.equal((await ask(url)).status, 404);
      }),
    );
  });

  it('return later skipped builds to created on a retry, from 8.11 on', () =>
    withGitLab({ profile: '8.13' }, async (fake) => {
      const { project, sha, builds } = smallProject(fake.world);
      const { id } = fake.world.addBuild(project, { sha, stage: 'deploy', name: 'late', status: 'skipped' });
      await post(`${fake.url}/api/v3/projects/1/builds/${builds.odd.id}/retry`);
      assert.equal(fake.world.build(id).status, 'created');
    }));
});
