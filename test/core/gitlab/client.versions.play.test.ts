import assert from 'node:assert/strict';
import { locked, statsRefresh } from '../../gitlab/faults';
import { profiles, profilesBefore, profilesSince } from '../../gitlab/profiles/profiles';
import { reporterToken, strangerToken } from '../../gitlab/seed';
import { unhurried } from '../support';
import { onEach, type Refusal, type Stage } from './staged';

const forbidden: Refusal = ['forbidden', 403, '403 Forbidden'];
const manual = (stage: Stage) =>
  stage.add({ name: 'go', when: 'manual', status: stage.has('9.0') ? 'manual' : 'skipped' });

/** GitLab's words for what cannot be played. */
function unplayable(stage: Stage): Refusal {
  if (stage.has('13.7')) return ['refused', 400, '400 Bad request - Unplayable Job'];
  return ['refused', 400, `400 (Bad request) "Unplayable ${stage.has('8.17') ? 'Job' : 'Build'}" not given`];
}

describe('Play, in any version,', () => {
  onEach(
    'is not available up to 8.10, and says so',
    async (stage) => {
      const [kind] = await stage.refusalOf(manual(stage).id, 'play');
      assert.equal(kind, 'unsupported');
    },
    profilesBefore('8.13'),
  );

  onEach(
    'starts a build that waits for a person, without creating a new one',
    async (stage) => {
      const { id } = manual(stage);
      const played = await stage.act(id, 'play');
      assert.deepEqual([stage.lastStatus, played.id, played.status, played.user], [200, id, 'pending', 'dana']);
      assert.equal(played.maybeManual, undefined);
      const shown = await stage.row(id);
      assert.deepEqual([shown.status, shown.attempts], ['pending', []]);
    },
    profilesSince('8.13'),
  );

  onEach(
    'starts a delayed build',
    async (stage) => {
      const { id } = stage.add({ when: 'delayed', status: 'scheduled' });
      assert.equal((await stage.act(id, 'play')).status, 'pending');
    },
    profilesSince('13.4'),
  );

  onEach(
    "is refused in the version's words if nothing waits",
    async (stage) => {
      const never = profiles[stage.profile].statuses.map((status) => stage.add({ name: `is ${status}`, status }));
      for (const { id, status } of never) {
        assert.deepEqual([status, await stage.refusalOf(id, 'play')], [status, unplayable(stage)]);
      }
      const { id } = stage.add({ name: 'busy', when: 'manual', status: 'running' });
      assert.deepEqual(await stage.refusalOf(id, 'play'), unplayable(stage));
      const missing = stage.has('10.0') ? '404 Not found' : '404 Not Found';
      assert.deepEqual(await stage.refusalOf(4711, 'play'), ['notFound', 404, missing]);
    },
    profilesSince('8.13'),
  );

  onEach(
    'creates a new build if one was played before, from 9.3 on',
    async (stage) => {
      const { id } = stage.add({ when: 'manual', status: 'success' });
      if (!stage.has('9.3')) {
        assert.deepEqual(await stage.refusalOf(id, 'play'), unplayable(stage));
        return;
      }
      const again = await stage.act(id, 'play');
      assert.deepEqual([again.status, again.id > id], ['pending', true]);
    },
    profilesSince('9.0'),
  );

  const variables = { TARGET: 'production', EMPTY: '', 'ÜNI "quoted"': 'two\nlines 🦊' };
  onEach(
    'accepts variables from 14.9 on, which earlier versions ignore',
    async (stage) => {
      const { id } = manual(stage);
      await stage.act(id, 'play', variables);
      assert.deepEqual(stage.fake.world.build(id).variables, stage.has('14.9') ? variables : {});
    },
    profilesSince('8.13'),
  );

  onEach(
    'sends an empty object without variables',
    async (stage) => {
      await stage.act(manual(stage).id, 'play', {});
      const { headers } = stage.fake.requests.at(-1)!;
      assert.deepEqual([headers['content-type'], headers['content-length']], ['application/json', '2']);
    },
    profilesSince('8.13'),
  );

  onEach(
    'of a bridge is available from 13.8 on, and its retry from 17.0 on',
    async (stage) => {
      const bridge = { kind: 'bridge', when: 'manual' } as const;
      const waiting = stage.add({ ...bridge, name: 'to play', status: 'manual' });
      const ended = stage.add({ ...bridge, name: 'to retry', status: 'failed' });
      const notThere: Refusal = ['notFound', 404, '404 Not found'];
      if (stage.has('13.8')) assert.equal((await stage.act(waiting.id, 'play')).status, 'pending');
      else assert.deepEqual(await stage.refusalOf(waiting.id, 'play'), notThere);
      if (stage.has('17.0')) assert.notEqual((await stage.act(ended.id, 'retry')).id, ended.id);
      else assert.deepEqual(await stage.refusalOf(ended.id, 'retry'), notThere);
    },
    profilesSince('13.4'),
  );
});

describe('Keep, in any version,', () => {
  onEach(
    'is not available up to 8.8, and says so',
    async (stage) => {
      const [kind] = await stage.refusalOf(stage.small.builds.compile.id, 'keep');
      assert.equal(kind, 'unsupported');
    },
    profilesBefore('8.9'),
  );

  onEach(
    'keeps artifacts, as long as there are any',
    async (stage) => {
      const { compile, lint } = stage.small.builds;
      const { world } = stage.fake;
      world.update(compile, { artifactsExpireAtMs: world.now() + 60_000 });
      const kept = await stage.act(compile.id, 'keep');
      assert.deepEqual([stage.lastStatus, kept.id], [200, compile.id]);
      assert.deepEqual([kept.artifacts?.filename, kept.artifacts?.expireAt], ['artifacts.zip', undefined]);
      assert.equal(world.build(compile.id).artifactsExpireAtMs, null);
      const [kind, status, reason] = await stage.refusalOf(lint.id, 'keep');
      assert.deepEqual([kind, status], ['notFound', 404]);
      assert.match(reason ?? '', /^404 #<Ci::Build:0x[0-9a-f]+> Not Found$/);
    },
    profilesSince('8.9'),
  );
});

describe('An action, in any version,', () => {
  onEach("is for Developers: a Reporter is refused, and a non-member can't see the project", async (stage) => {
    const { compile } = stage.small.builds;
    const actions = ['retry', 'cancel', ...(stage.has('8.5') ? (['erase'] as const) : [])] as const;
    for (const action of actions) {
      assert.deepEqual(await stage.refusalOf(compile.id, action, stage.as(reporterToken)), forbidden);
      const unseen = await stage.refusalOf(compile.id, action, stage.as(strangerToken));
      assert.deepEqual(unseen, ['notFound', 404, '404 Project Not Found']);
    }
  });

  onEach('on a protected branch is for those who may push there, from 9.2 on', async (stage) => {
    const { lint, odd } = stage.small.builds;
    const { world } = stage.fake;
    world.protectRefs(stage.small.project, 'master');
    if (stage.has('9.2')) assert.deepEqual(await stage.refusalOf(lint.id, 'retry'), forbidden);
    else assert.equal((await stage.act(lint.id, 'retry')).status, 'pending');
    world.setRole(stage.small.project, 'dana', 'master');
    assert.equal((await stage.act(odd.id, 'retry')).status, 'pending');
  });

  onEach('that meets a lock is refused with the reason, and sent once', async (stage) => {
    const { lint } = stage.small.builds;
    const { project } = stage.small;
    await stage.client.project(project.path, unhurried());
    const told = [
      [locked(), '409 Conflict: Resource lock'],
      [
        statsRefresh(),
        'Action temporarily disabled. The project this pipeline belongs to is undergoing stats refresh.',
      ],
    ] as const;
    for (const [fault, reason] of told) {
      stage.fake.requests.length = 0;
      stage.fake.faults = [fault];
      assert.deepEqual(await stage.refusalOf(lint.id, 'retry'), ['refused', 409, reason]);
      assert.equal(stage.posts.length, 1);
    }
  });
});
