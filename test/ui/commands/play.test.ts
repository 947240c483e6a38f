import assert from 'node:assert/strict';
import type { ProfileName } from '../../gitlab/profiles/profile';
import { reporterToken } from '../../gitlab/seed';
import type { App, AppOptions } from '../app';
import { appsInTests } from '../eachApp';
import { editor, messageTexts } from '../fake/editor';
import { until } from '../fake/until';
import { type Waiting, waitingOn } from '../waiting';

describe('Play', () => {
  const apps = appsInTests();
  const start = async (profile: ProfileName, more?: AppOptions): Promise<Waiting & { readonly app: App }> => {
    const { options, waiting } = waitingOn(profile, more);
    const app = await apps.ready(options);
    app.asked();
    return { app, ...waiting() };
  };
  const posts = (app: App): readonly string[] =>
    app.asked().filter((request) => /^POST (?!\/api\/graphql)/.test(request));

  for (const [profile, segment] of [
    ['8.13', 'builds'],
    ['13.9', 'jobs'],
    ['18.9', 'jobs'],
  ] as const)
    it(`starts a manual build immediately on ${profile}, without a prompt`, async () => {
      const { app, release } = await start(profile);
      await app.run('play', await app.row('release'));
      assert.deepEqual(app.asked().slice(0, 3), [
        `GET ${segment}/${release.id}`,
        `POST ${segment}/${release.id}/play`,
        `GET ${segment}/${release.id}`,
      ]);
      assert.equal(app.gitlab.world.build(release.id).status, 'pending');
      assert.deepEqual(editor().statusMessages, [`release #${release.id} is pending`]);
      assert.deepEqual([editor().messages, editor().picks, editor().quickPicks], [[], [], []]);
    });

  const asking = async (): Promise<Waiting & { readonly app: App }> => {
    const started = await start('18.9');
    const { app, release } = started;
    app.gitlab.world.update(release, { manualConfirmation: 'Really [release](command:x)?' });
    await app.run('refresh');
    app.asked();
    return started;
  };

  it("asks first if GitLab does, with GitLab's message as plain text", async () => {
    const { app, release } = await asking();
    const running = app.run('play', await app.row('release'));
    const question = await until('the question', () => editor().messages[0]);
    assert.deepEqual(
      [question.modal, question.text, question.buttons],
      [true, `Play release #${release.id}?`, ['Play']],
    );
    assert.match(question.detail, /^Really \[release\].?\(command:x\)\?$/u);
    assert.doesNotMatch(question.detail, /\]\(/);
    assert.deepEqual(posts(app), []);
    question.press('Play');
    await running;
    assert.equal(app.gitlab.world.build(release.id).status, 'pending');
  });

  it('does nothing if the user dismisses the prompt', async () => {
    const { app, release } = await asking();
    const running = app.run('play', await app.row('release'));
    (await until('the question', () => editor().messages[0])).close();
    await running;
    assert.equal(app.gitlab.world.build(release.id).status, 'manual');
    assert.deepEqual(posts(app), []);
  });

  it('shows the new state of the build', async () => {
    const { app, release } = await start('18.9');
    await app.run('play', await app.row('release'));
    const [shown] = app.api.repositories;
    assert.equal(shown?.builds.find(({ id }) => id === release.id)?.status, 'pending');
  });

  it('starts a delayed build ahead of time', async () => {
    const { app, newer } = await start('18.9');
    await app.run('play', await app.row('announce'));
    assert.equal(app.gitlab.world.build(newer!.delayed.id).status, 'pending');
  });

  for (const profile of ['13.9', '18.9'] as const)
    it(`starts a downstream pipeline's trigger on ${profile}, which GitLab returns only in lists`, async () => {
      const { app, newer } = await start(profile);
      const { id } = newer!.bridge;
      await app.run('play', await app.row('packages'));
      assert.equal(app.gitlab.world.build(id).status, 'pending');
      assert.deepEqual(app.asked().slice(0, 1), [`POST jobs/${id}/play`]);
      assert.deepEqual([editor().statusMessages, messageTexts()], [[`packages #${id} is pending`], []]);
      const shown = app.api.repositories[0]?.builds.find((build) => build.id === id);
      assert.deepEqual([shown?.kind, shown?.status], ['bridge', 'pending']);
    });

  it('starts everything that is selected and waits', async () => {
    const { app, release, newer } = await start('18.9');
    const rows = [await app.row('release'), await app.row('announce'), await app.row('production')];
    await app.run('play', rows[0], rows);
    const expected = [release, newer!.delayed].map(({ id }) => `POST jobs/${id}/play`);
    assert.deepEqual([...posts(app)].sort(), expected.sort());
  });

  it('offers waiting builds in the Command Palette', async () => {
    const { app, release } = await start('18.9');
    const running = app.run('play');
    const pick = await until('the quick pick', () => editor().picks[0]);
    assert.equal(pick.options.placeHolder, 'Select builds to play');
    assert.deepEqual(
      pick.labels.map((label) => label.replace(/^\S+ (\w+) #\d+$/, '$1')),
      ['release', 'announce', 'packages'],
    );
    pick.choose('release');
    await running;
    assert.equal(app.gitlab.world.build(release.id).status, 'pending');
  });

  it('passes on the variables in its argument', async () => {
    const { app, elsewhere } = await start('18.9');
    await app.run('play', { build: elsewhere.id, variables: { TARGET: 'staging', EMPTY: '' } });
    assert.deepEqual(app.gitlab.world.build(elsewhere.id).variables, { TARGET: 'staging', EMPTY: '' });
    assert.deepEqual(messageTexts(), []);
  });

  it("accepts an argument without variables, even on a GitLab that doesn't support them", async () => {
    const { app, release } = await start('8.13');
    await app.run('play', { build: release.id, variables: {} });
    assert.equal(app.gitlab.world.build(release.id).status, 'pending');
  });

  for (const variables of ['A=1', ['A'], { A: 1 }, { A: null }, { '1A': 'x' }, { 'A B': 'x' }, 7, null])
    it(`says what the variables must be when they are ${JSON.stringify(variables)}`, async () => {
      const { app, release } = await start('18.9');
      await app.run('play', { build: release.id, variables });
      const sentence = 'The variables must be an object of strings, such as { "DEPLOY_TO": "production" }.';
      assert.deepEqual([messageTexts(), app.asked()], [[sentence], []]);
    });

  for (const profile of ['8.13', '13.9'] as const)
    it(`refuses variables on ${profile}, which would silently drop them`, async () => {
      const { app, release } = await start(profile);
      await app.run('play', { build: release.id, variables: { A: 'x' } });
      assert.deepEqual(messageTexts(), ["This version of GitLab can't play builds with variables."]);
      assert.deepEqual(posts(app), []);
    });

  it('refuses variables for the trigger of a downstream pipeline', async () => {
    const { app, newer } = await start('18.9');
    await app.run('play', { build: newer!.bridge.id, variables: { A: 'x' } });
    assert.match(messageTexts()[0] ?? '', /^packages #\d+ triggers a downstream pipeline/);
    assert.deepEqual(posts(app), []);
  });

  it('says that nothing is waiting here', async () => {
    const { app } = await start('18.9');
    await app.run('play', await app.row('build'));
    assert.deepEqual(messageTexts(), ['No build can be played: only manual and delayed builds can.']);
  });

  it('says that a build has already been started', async () => {
    const { app, release } = await start('13.9');
    app.gitlab.world.play(release);
    await app.run('play', await app.row('release'));
    assert.deepEqual([messageTexts(), posts(app)], [[`release #${release.id} is pending and can't be played.`], []]);
  });

  it('says if a skipped build on 8.13 was not manual', async () => {
    const { app, release } = await start('8.13');
    app.gitlab.world.update(release, { when: 'on_success' });
    await app.run('play', await app.row('release'));
    assert.match(messageTexts()[0] ?? '', /^GitLab reports that release #\d+ can't be played\.$/);
  });

  it('says on 8.5 that this GitLab is too old for it', async () => {
    const { app, release } = await start('8.5');
    await app.run('play', { build: release.id });
    assert.deepEqual(messageTexts(), ["This version of GitLab can't play builds."]);
  });

  it('is not offered to a Reporter if GitLab provides permissions, and says why', async () => {
    const { app, release } = await start('18.9', { token: reporterToken });
    await app.run('play', await app.row('release'));
    assert.match(
      messageTexts()[0] ?? '',
      new RegExp(`^GitLab doesn't allow this for release #${release.id}, because of your role`),
    );
    assert.deepEqual(app.asked(), []);
  });

  it('is not tried for a Reporter by build ID either, if GitLab provides permissions', async () => {
    const { app, release } = await start('18.9', { token: reporterToken });
    await app.run('play', { build: release.id });
    assert.match(messageTexts()[0] ?? '', /^GitLab doesn't allow this for release/);
    assert.deepEqual(posts(app), []);
  });

  it("is refused to a Reporter with GitLab's message elsewhere", async () => {
    const { app } = await start('13.9', { token: reporterToken });
    await app.run('play', await app.row('release'));
    assert.match(messageTexts()[0] ?? '', /doesn't allow this: 403 Forbidden$/);
  });
});

describe('A build that another CI system reports', () => {
  const apps = appsInTests();

  for (const profile of ['13.9', '18.9'] as const)
    for (const command of ['retry', 'cancel', 'play', 'playWithVariables', 'erase', 'keepArtifacts'] as const)
      it(`doesn't support ${command} on ${profile}, and says why`, async () => {
        const { options, waiting } = waitingOn(profile);
        const app = await apps.ready(options);
        const { id } = waiting().newer!.external;
        app.asked();
        await app.run(command, await app.row('jenkins'));
        const sentence = `jenkins #${id} was reported by another CI system, so GitLab can't change it.`;
        assert.deepEqual(
          editor().messages.map(({ severity, text }) => [severity, text]),
          [['warning', sentence]],
        );
        assert.deepEqual(app.asked(), []);
      });

  it("doesn't support a retry by ID either", async () => {
    const { options, waiting } = waitingOn('18.9');
    const app = await apps.ready(options);
    await app.run('retry', { build: waiting().newer!.external.id });
    assert.match(editor().messages[0]?.text ?? '', /^jenkins #\d+ was reported by another CI system/);
  });
});
