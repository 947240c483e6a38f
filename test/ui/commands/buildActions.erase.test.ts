import assert from 'node:assert/strict';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { until } from '../fake/until';

describe('Erase', () => {
  const apps = appsInTests();
  const question = () => until('the question', () => editor().messages[0]);

  it('asks in a modal dialog that names the build, its log, and its artifacts with their size', async () => {
    const app = await apps.ready();
    const { id, artifacts } = app.small.builds.compile;
    const running = app.run('erase', await app.row('compile'));
    const asked = await question();
    assert.deepEqual(
      [asked.severity, asked.modal, asked.text, asked.buttons],
      ['warning', true, `Erase build compile #${id}?`, ['Erase']],
    );
    const what = `compile #${id}: its log and artifacts (${artifacts?.size} B) are removed from GitLab.`;
    assert.equal(asked.detail, `${what}\n\nThis cannot be undone.`);
    asked.close();
    await running;
  });

  it('says if there are no artifacts', async () => {
    const app = await apps.ready();
    const running = app.run('erase', await app.row('assets'));
    const asked = await question();
    assert.match(asked.detail, /: its log is removed from GitLab\. It has no artifacts\.\n/);
    asked.close();
    await running;
  });

  it('sends nothing when the user dismisses the prompt', async () => {
    const app = await apps.ready();
    app.asked();
    const running = app.run('erase', await app.row('compile'));
    (await question()).close();
    await running;
    assert.deepEqual(app.asked(), []);
    assert.notEqual(app.gitlab.world.build(app.small.builds.compile.id).artifacts, null);
  });

  it('reads the build, erases it, reads it again and reloads the list', async () => {
    const app = await apps.ready();
    const { id } = app.small.builds.compile;
    app.asked();
    const running = app.run('erase', await app.row('compile'));
    (await question()).press('Erase');
    await running;
    assert.deepEqual(app.asked(), [`GET builds/${id}`, `POST builds/${id}/erase`, `GET builds/${id}`, 'GET commit']);
    assert.equal(app.gitlab.world.build(id).artifacts, null);
    assert.ok((await app.drawn()).some((row) => row.endsWith('· compile  2:00')));
  });

  it("shows GitLab's reason when there is nothing to erase", async () => {
    const app = await apps.ready();
    const running = app.run('erase', await app.row('lint'));
    (await question()).press('Erase');
    await running;
    assert.equal(editor().messages.length, 2);
    assert.match(editor().messages[1]?.text ?? '', /doesn't allow this: 403 Forbidden - Build is not erasable!$/);
  });

  it('names every build that will be erased, up to a dozen', async () => {
    const app = await apps.ready({
      prepare: ({ gitlab, small }) => {
        for (let index = 0; index < 20; index++)
          gitlab.world.addBuild(small.project, {
            sha: small.sha,
            stage: 'many',
            name: `one ${index}`,
            status: 'success',
          });
      },
    });
    const running = app.run('erase', await app.row('many'));
    const asked = await question();
    assert.equal(asked.text, 'Erase 20 builds?');
    const lines = asked.detail.split('\n');
    assert.equal(lines.filter((line) => line.startsWith('one ')).length, 12);
    assert.equal(lines[12], '… and 8 more');
    asked.close();
    await running;
  });

  it('works on an attempt, too', async () => {
    const app = await apps.ready();
    const { id } = app.small.builds.firstRspec;
    const running = app.run('erase', await app.row(`#${id}`));
    (await question()).press('Erase');
    await running;
    assert.equal(app.gitlab.world.build(id).trace.length, 0);
  });

  it("refuses the build in its argument without a prompt if the role doesn't allow it", async () => {
    const app = await apps.ready({
      gitlab: { profile: '18.9' },
      prepare: ({ gitlab: { world }, small }) => world.setRole(small.project, 'dana', 'reporter'),
    });
    const { id } = app.small.builds.compile;
    app.asked();
    const running = app.run('erase', { build: id });
    const { modal, text } = await question();
    await running;
    assert.deepEqual([modal, app.asked()], [false, []]);
    assert.match(text, /^GitLab doesn't allow this for compile #\d+, because of your role in the project/);
  });

  it('refuses the bridge in its argument without a prompt', async () => {
    const bridges: { readonly id: number }[] = [];
    const app = await apps.ready({
      gitlab: { profile: '18.9' },
      prepare: ({ gitlab: { world }, small: { project, sha } }) => {
        bridges.push(world.addBuild(project, { sha, kind: 'bridge', name: 'child', status: 'failed' }));
      },
    });
    await app.run('erase', { build: bridges[0]?.id });
    assert.match(editor().messages[0]?.text ?? '', /^child #\d+ triggers a downstream pipeline\./);
  });

  it('prompts for a build in its argument that has ended since the list was loaded', async () => {
    const app = await apps.ready();
    const { id } = app.small.builds.long;
    app.gitlab.world.setStatus(app.small.builds.long, 'success');
    const running = app.run('erase', { build: id });
    const asked = await question();
    assert.equal(asked.modal, true);
    asked.press('Erase');
    await running;
    assert.equal(app.gitlab.world.build(id).trace.length, 0);
  });

  it('writes no link into its prompt', async () => {
    const app = await apps.ready();
    const running = app.run('erase', { build: app.small.builds.odd.id });
    const asked = await question();
    assert.doesNotMatch(`${asked.text} ${asked.detail}`, /\]\(/);
    asked.close();
    await running;
  });
});
