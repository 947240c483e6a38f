import assert from 'node:assert/strict';
import { statsRefresh } from '../../gitlab/faults';
import type { FakeBuild } from '../../gitlab/model';
import type { ProfileName } from '../../gitlab/profiles/profile';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { editor, messageTexts } from '../fake/editor';
import { until } from '../fake/until';

const artifacts = { filename: 'app.zip', files: { 'bin/app': 'an executable\n' } };

describe('Delete Artifacts', () => {
  const apps = appsInTests();
  const start = async (
    profile: ProfileName,
    role: 'master' | 'developer' = 'master',
  ): Promise<{ app: App; one: FakeBuild; two: FakeBuild }> => {
    const made: FakeBuild[] = [];
    const app = await apps.ready({
      gitlab: { profile },
      prepare: ({ gitlab: { world }, small: { project, sha } }) => {
        world.setRole(project, 'dana', role);
        const package_ = { sha, stage: 'package', status: 'success', artifacts, trace: 'done\n' } as const;
        for (const name of ['bundle', 'image']) made.push(world.addBuild(project, { ...package_, name }));
      },
    });
    app.asked();
    const [one, two] = made;
    return { app, one: one!, two: two! };
  };
  const question = () => until('the question', () => editor().messages[0]);

  for (const profile of ['13.9', '18.9'] as const)
    it(`removes them on ${profile} once the user has confirmed, and the log stays`, async () => {
      const { app, one } = await start(profile);
      const running = app.run('deleteArtifacts', await app.row('bundle'));
      const asked = await question();
      const size = `${app.gitlab.world.build(one.id).artifacts?.size} B`;
      assert.deepEqual(
        [asked.severity, asked.modal, asked.text, asked.buttons],
        ['warning', true, `Delete the artifacts of bundle #${one.id}?`, ['Delete']],
      );
      assert.equal(
        asked.detail,
        [
          `bundle #${one.id}: app.zip (${size})`,
          '',
          'They are removed from GitLab for everyone. The build and its log are kept.',
          'This cannot be undone.',
        ].join('\n'),
      );
      asked.press('Delete');
      await running;
      const after = app.gitlab.world.build(one.id);
      assert.deepEqual([after.artifacts, after.trace.toString()], [null, 'done\n']);
      assert.ok(app.asked().includes(`DELETE jobs/${one.id}/artifacts`));
      assert.deepEqual(editor().statusMessages, [`Deleted the artifacts of bundle #${one.id}`]);
      const { builds } = await app.shows('ready');
      assert.deepEqual(builds.find(({ id }) => id === one.id)?.artifacts, undefined);
    });

  it('removes those of all selected builds, and says how many and how much', async () => {
    const { app, one, two } = await start('18.9');
    const rows = [await app.row('bundle'), await app.row('image')];
    const running = app.run('deleteArtifacts', rows[0], rows);
    const asked = await question();
    assert.match(asked.text, /^Delete the artifacts of 2 builds, \d+ B in all\?$/);
    assert.match(asked.detail, /The builds and their logs are kept\.\nThis cannot be undone\.$/);
    asked.press('Delete');
    await running;
    for (const { id } of [one, two]) assert.equal(app.gitlab.world.build(id).artifacts, null);
  });

  it('works from the row of the artifacts, too', async () => {
    const { app, one } = await start('18.9');
    const build = (await app.row('bundle')) as { root: string; node: { children: readonly object[] } };
    const running = app.run('deleteArtifacts', { root: build.root, node: build.node.children[0] });
    (await question()).press('Delete');
    await running;
    assert.equal(app.gitlab.world.build(one.id).artifacts, null);
  });

  it('sends nothing when the user dismisses the prompt', async () => {
    const { app, one } = await start('18.9');
    const running = app.run('deleteArtifacts', await app.row('bundle'));
    (await question()).close();
    await running;
    assert.deepEqual(app.asked(), []);
    assert.notEqual(app.gitlab.world.build(one.id).artifacts, null);
  });

  it('asks in the Command Palette for builds with artifacts', async () => {
    const { app } = await start('18.9');
    const running = app.run('deleteArtifacts');
    const pick = await until('the quick pick', () => editor().picks[0]);
    assert.equal(pick.options.placeHolder, 'Select builds to delete artifacts from');
    assert.equal(pick.labels.length, 4);
    pick.escape();
    await running;
    assert.deepEqual(messageTexts(), []);
  });

  it('is not offered on a GitLab that is too old, and says so', async () => {
    const { app } = await start('10.8');
    await app.run('deleteArtifacts', await app.row('bundle'));
    assert.deepEqual(messageTexts(), [
      "This version of GitLab can't delete artifacts alone. Erase the build to remove them with its log.",
    ]);
    assert.deepEqual(app.asked(), []);
  });

  it('says to a Developer that only Maintainers may do that', async () => {
    const { app, one } = await start('13.9', 'developer');
    const running = app.run('deleteArtifacts', await app.row('bundle'));
    (await question()).press('Delete');
    await running;
    assert.equal(messageTexts()[1], `Only maintainers can delete the artifacts of bundle #${one.id}.`);
    assert.notEqual(app.gitlab.world.build(one.id).artifacts, null);
  });

  it('says what GitLab is doing while it counts', async () => {
    const { app } = await start('18.9');
    app.gitlab.faults = [{ ...statsRefresh(), when: ({ method }) => method === 'DELETE' }];
    const running = app.run('deleteArtifacts', await app.row('bundle'));
    (await question()).press('Delete');
    await running;
    assert.match(
      messageTexts()[1] ?? '',
      /^GitLab is recalculating the project's storage and can't delete artifacts right now: .*stats refresh/,
    );
  });

  it('says that the build in its argument has none, without a prompt', async () => {
    const { app } = await start('18.9');
    const { id } = app.small.builds.assets;
    await app.run('deleteArtifacts', { build: id });
    assert.deepEqual(messageTexts(), [`assets #${id} has no artifacts to delete.`]);
  });
});
