import assert from 'node:assert/strict';
import type { FakeBuild } from '../../gitlab/model';
import { profiles, profilesSince } from '../../gitlab/profiles/profiles';
import { reporterToken } from '../../gitlab/seed';
import { unhurried } from '../support';
import { onEach, refusal, type Refusal, type Stage } from './staged';

const forbidden: Refusal = ['forbidden', 403, '403 Forbidden'];
const notRetryable = ({ noun }: Stage): Refusal => ['forbidden', 403, `403 Forbidden - ${noun} is not retryable`];
const notErasable = ({ noun }: Stage): Refusal => ['forbidden', 403, `403 Forbidden - ${noun} is not erasable!`];
/** Words of an API that has no such build. */
const missing = (stage: Stage): Refusal => ['notFound', 404, stage.has('10.0') ? '404 Not found' : '404 Not Found'];
/** One build of each status that this version has. */
const ofEachStatus = (stage: Stage): readonly FakeBuild[] =>
  profiles[stage.profile].statuses.map((status) => {
    const { id } = stage.add({ name: `is ${status}`, trace: 'a log' });
    return stage.fake.world.setStatus({ id }, status);
  });
const nobody = 4711;

describe('Retry, in any version,', () => {
  onEach('creates a new build for a finished one, with the old one as its attempt', async (stage) => {
    for (const status of ['success', 'failed', 'canceled']) {
      const { id } = stage.add({ name: `was ${status}`, status });
      const made = await stage.act(id, 'retry');
      assert.deepEqual([stage.lastStatus, made.status, made.name], [201, 'pending', `was ${status}`]);
      assert.ok(made.id > id);
      const { builds } = await stage.listing();
      const shown = builds.find(({ name }) => name === `was ${status}`);
      assert.deepEqual([shown?.id, shown?.attempts.map((attempt) => attempt.id)], [made.id, [id]]);
    }
  });

  onEach('is refused in any other state, from 8.9 on', async (stage) => {
    for (const { id, status } of ofEachStatus(stage)) {
      const isTaken = ['success', 'failed', 'canceled'].includes(status) || !stage.has('8.9');
      // GitLab 17 lets one retry what it is still canceling.
      if (isTaken || status === 'canceling') assert.equal((await stage.act(id, 'retry')).status, 'pending');
      else assert.deepEqual([status, await stage.refusalOf(id, 'retry')], [status, notRetryable(stage)]);
    }
  });

  onEach('is refused on a build without commands, and on a superseded attempt if GitLab checks that', async (stage) => {
    const { lint, firstRspec } = stage.small.builds;
    stage.fake.world.update(lint, { commands: false });
    assert.deepEqual(await stage.refusalOf(lint.id, 'retry'), notRetryable(stage));
    if (stage.has('15.9')) assert.deepEqual(await stage.refusalOf(firstRspec.id, 'retry'), notRetryable(stage));
    else assert.equal((await stage.act(firstRspec.id, 'retry')).status, 'pending');
  });

  onEach("of a build that doesn't exist is not found", async (stage) => {
    const told = stage.profile === '8.4' ? notRetryable(stage) : missing(stage);
    assert.deepEqual(await stage.refusalOf(nobody, 'retry'), told);
  });
});

describe('Cancel, in any version,', () => {
  const cancelable: Readonly<Record<string, string>> = {
    ...{ pending: '8.0', running: '8.0', created: '8.11', manual: '9.0' },
    ...{ scheduled: '11.4', preparing: '12.4', waiting_for_resource: '12.7', waiting_for_callback: '17.0' },
  };

  onEach('ends active builds, and silently leaves the rest unchanged', async (stage) => {
    for (const { id, status } of ofEachStatus(stage)) {
      const since = cancelable[status];
      const expected = since !== undefined && stage.has(since) ? 'canceled' : status;
      const { status: after } = await stage.act(id, 'cancel');
      assert.deepEqual([status, after, stage.lastStatus], [status, expected, 201]);
      assert.equal(stage.fake.world.build(id).status, expected);
    }
  });

  onEach("of a build that doesn't exist is not found", async (stage) => {
    assert.deepEqual(await stage.refusalOf(nobody, 'cancel'), missing(stage));
  });

  onEach("is not forced if it can't be", async (stage) => {
    if (stage.has('17.10')) stage.fake.world.setRole(stage.small.project, stage.small.username, 'master');
    const { id } = stage.small.builds.long;
    // Forced, only what is being canceled ends: what runs goes on running.
    const expected = stage.has('17.10') ? 'running' : 'canceled';
    assert.equal((await stage.act(id, 'forceCancel')).status, expected);
  });

  const newest = ['18.9'] as const;
  onEach(
    'takes time with a runner that cleans up, and can be forced by a Maintainer',
    async (stage) => {
      const { fake, small } = stage;
      fake.world.addRunner({ description: 'modern', graceful: true });
      const { id } = fake.world.start(small.builds.long, 'modern');
      assert.equal((await stage.act(id, 'cancel')).status, 'canceling');
      assert.equal((await stage.act(id, 'cancel')).status, 'canceling');
      assert.deepEqual(await stage.refusalOf(id, 'forceCancel'), forbidden);
      fake.world.setRole(small.project, small.username, 'master');
      assert.equal((await stage.act(id, 'forceCancel')).status, 'canceled');
    },
    newest,
  );
});

describe('Erase, in any version,', () => {
  onEach('removes log and artifacts, once', async (stage) => {
    const { compile } = stage.small.builds;
    if (stage.profile === '8.4') {
      const [kind] = await stage.refusalOf(compile.id, 'erase');
      assert.equal(kind, 'unsupported');
      return;
    }
    const erased = await stage.act(compile.id, 'erase');
    assert.deepEqual([erased.id, erased.status, erased.artifacts], [compile.id, 'success', undefined]);
    assert.equal(stage.lastStatus, 201);
    assert.equal((await stage.row(compile.id)).artifacts, undefined);
    assert.deepEqual(await stage.refusalOf(compile.id, 'erase'), notErasable(stage));
  });

  onEach(
    'is refused until a build has ended, and if there is nothing to erase',
    async (stage) => {
      for (const { id, status } of ofEachStatus(stage)) {
        const isErasable = ['success', 'failed', 'canceled', 'skipped'].includes(status);
        if (isErasable) assert.equal((await stage.act(id, 'erase')).status, status);
        else assert.deepEqual([status, await stage.refusalOf(id, 'erase')], [status, notErasable(stage)]);
      }
      const { id } = stage.add({ name: 'silent', status: 'success' });
      assert.deepEqual(await stage.refusalOf(id, 'erase'), notErasable(stage));
      assert.deepEqual(await stage.refusalOf(nobody, 'erase'), missing(stage));
    },
    profilesSince('8.5'),
  );

  onEach(
    'of a build that another user started is for Maintainers, from 10.3 on',
    async (stage) => {
      const { id } = stage.add({ name: 'of nobody', status: 'success', trace: 'a log', user: 'rita' });
      if (stage.has('10.3')) assert.deepEqual(await stage.refusalOf(id, 'erase'), forbidden);
      else assert.equal((await stage.act(id, 'erase')).status, 'success');
    },
    profilesSince('8.5'),
  );
});

describe('A pipeline, in any version,', () => {
  const act = (stage: Stage, id: number, action: 'retry' | 'cancel', client = stage.client) =>
    client.pipelines.act(stage.small.project.path, id, action, unhurried());
  const pipelineOf = ({ small, fake }: Stage) => fake.world.build(small.builds.compile.id).pipelineId;

  for (const action of ['retry', 'cancel'] as const) {
    onEach(
      `has no ${action} up to 8.10`,
      async (stage) => {
        const [kind] = await refusal(act(stage, pipelineOf(stage), action));
        assert.equal(kind, 'unsupported');
      },
      ['8.4', '8.5', '8.9', '8.10'],
    );

    onEach(
      `that is not there has nothing to ${action}, nor for a Reporter`,
      async (stage) => {
        const notThere: Refusal = ['notFound', 404, '404 Not found'];
        assert.deepEqual(await refusal(act(stage, nobody, action)), notThere);
        assert.deepEqual(await refusal(act(stage, pipelineOf(stage), action, stage.as(reporterToken))), forbidden);
      },
      profilesSince('8.13'),
    );
  }

  onEach(
    'is retried: failed and canceled builds run again',
    async (stage) => {
      await act(stage, pipelineOf(stage), 'retry');
      assert.equal(stage.lastStatus, 201);
      const { builds } = await stage.listing();
      const again = builds.filter(({ attempts, status }) => attempts.length > 0 && status === 'pending');
      const { odd, lint } = stage.small.builds;
      assert.deepEqual(again.map(({ name }) => name).sort(), [lint.name, odd.name]);
    },
    profilesSince('8.13'),
  );

  onEach(
    'is canceled: active builds end',
    async (stage) => {
      await act(stage, pipelineOf(stage), 'cancel');
      assert.equal(stage.lastStatus, 200);
      const { long, deploy, compile } = stage.small.builds;
      const { builds } = await stage.listing();
      const statusOf = (id: number) => builds.find((build) => build.id === id)?.status;
      assert.deepEqual(
        [long, deploy, compile].map(({ id }) => statusOf(id)),
        ['canceled', 'canceled', 'success'],
      );
    },
    profilesSince('8.13'),
  );
});
