import assert from 'node:assert/strict';
import type { FakeBuild } from '../../gitlab/model';
import type { ProfileName } from '../../gitlab/profiles/profile';
import { reporterToken } from '../../gitlab/seed';
import type { App, AppOptions } from '../app';
import { appsInTests } from '../eachApp';
import { editor, messageTexts } from '../fake/editor';
import { until } from '../fake/until';

const artifacts = { filename: 'app.zip', files: { 'bin/app': 'an executable\n' } };

describe('Keep Artifacts', () => {
  const apps = appsInTests();
  const start = async (profile: ProfileName, more: AppOptions = {}): Promise<{ app: App; kept: FakeBuild }> => {
    const made: FakeBuild[] = [];
    const app = await apps.ready({
      ...more,
      gitlab: { profile },
      prepare: ({ gitlab: { world }, small: { project, sha } }) => {
        const artifactsExpireAt = world.now() + 3_600_000;
        const package_ = { sha, stage: 'package', status: 'success', artifacts, artifactsExpireAt } as const;
        made.push(world.addBuild(project, { ...package_, name: 'bundle' }));
        made.push(world.addBuild(project, { ...package_, name: 'image' }));
      },
    });
    app.asked();
    return { app, kept: made[0]! };
  };
  const expiry = (app: App, { id }: FakeBuild): number | null => app.gitlab.world.build(id).artifactsExpireAtMs;

  for (const [profile, segment] of [
    ['8.13', 'builds'],
    ['13.9', 'jobs'],
    ['18.9', 'jobs'],
  ] as const)
    it(`keeps them on ${profile}`, async () => {
      const { app, kept } = await start(profile);
      await app.run('keepArtifacts', await app.row('bundle'));
      assert.equal(expiry(app, kept), null);
      assert.equal(app.asked()[1], `POST ${segment}/${kept.id}/artifacts/keep`);
      assert.deepEqual(
        [editor().statusMessages, messageTexts()],
        [[`Keeping the artifacts of bundle #${kept.id}`], []],
      );
    });

  it('works on all selected builds', async () => {
    const { app } = await start('18.9');
    await app.run('keepArtifacts', await app.row('package'));
    assert.equal(editor().statusMessages.length, 2);
  });

  for (const profile of ['13.9', '18.9'] as const)
    it(`offers on ${profile} the builds whose artifacts would expire`, async () => {
      const { app } = await start(profile);
      const running = app.run('keepArtifacts');
      const pick = await until('the quick pick', () => editor().picks[0]);
      assert.deepEqual(
        pick.labels.map((label) => label.split(' ')[1]),
        ['bundle', 'image'],
      );
      pick.escape();
      await running;
    });

  it('says that they do not expire', async () => {
    const { app } = await start('18.9');
    await app.run('keepArtifacts', await app.row('compile'));
    const { id } = app.small.builds.compile;
    assert.deepEqual([messageTexts(), app.asked()], [[`The artifacts of compile #${id} don't expire.`], []]);
  });

  it('says that there are none', async () => {
    const { app } = await start('18.9');
    await app.run('keepArtifacts', await app.row('assets'));
    assert.deepEqual(messageTexts(), [`assets #${app.small.builds.assets.id} has no artifacts to keep.`]);
  });

  for (const profile of ['8.13', '18.9'] as const)
    it(`never shows the Ruby object of ${profile} if they have just expired`, async () => {
      const { app, kept } = await start(profile);
      app.gitlab.faults = [
        {
          when: ({ method, path }) => {
            if (method !== 'POST' || !path.endsWith('/keep')) return false;
            app.gitlab.world.update(kept, { artifacts: null });
            return false;
          },
        },
      ];
      await app.run('keepArtifacts', await app.row('bundle'));
      assert.deepEqual(messageTexts(), [`bundle #${kept.id} has no artifacts to keep.`]);
      assert.doesNotMatch(editor().journal.texts.join('\n'), /#<Ci::Build/);
    });

  it('says on 8.5 that this GitLab is too old for it', async () => {
    const { app } = await start('8.5');
    await app.run('keepArtifacts', await app.row('compile'));
    assert.deepEqual(messageTexts(), ["This version of GitLab can't keep artifacts."]);
  });

  it("is refused to a Reporter with GitLab's message if that is not known before", async () => {
    const { app, kept } = await start('13.9', { token: reporterToken });
    await app.run('keepArtifacts', await app.row('bundle'));
    assert.match(messageTexts()[0] ?? '', /doesn't allow this: 403 Forbidden$/);
    assert.notEqual(expiry(app, kept), null);
  });
});
