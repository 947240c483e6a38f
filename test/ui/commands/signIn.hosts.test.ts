import assert from 'node:assert/strict';
import { developerToken } from '../../gitlab/seed';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { box, enter } from '../signInBox';

describe("Signing in for a remote whose host differs from GitLab's", () => {
  const apps = appsInTests();

  for (const host of ['work', 'ssh.example.com', 'altssh.example.com'])
    it(`shows its project from then on, also in the next window, until the user signs out: ${host}`, async () => {
      const path = 'kitchen/oven';
      const app: App = await apps.start({ token: null, remote: () => `git@${host}:${path}.git` });
      await app.shows('signedOut');
      app.gitlab.world.moveProject(app.small.project, path);
      const running = app.run('signIn');
      const address = await box(false);
      assert.equal(address.value, `https://${host}`);
      address.type(app.gitlab.url);
      address.accept();
      await enter(await box(true), developerToken);
      await running;
      const { instance, project } = await app.shows('ready');
      assert.deepEqual([instance, project], [app.gitlab.url, path]);
      assert.ok(![...app.globalState.values.values()].join().includes(developerToken));
      await app.restart();
      await app.shows('ready');
      await app.run('signOut');
      await app.shows('signedOut');
    });

  it('asks about the host again once its instance is signed out', async () => {
    const app = await apps.start({ token: null, remote: () => 'git@work:group/project.git' });
    await app.shows('signedOut');
    const running = app.run('signIn');
    const address = await box(false);
    address.type(app.gitlab.url);
    address.accept();
    await enter(await box(true), developerToken);
    await running;
    await app.run('signOut', { instance: app.gitlab.url });
    await app.shows('signedOut');
    const again = app.run('signIn');
    const second = await box(false);
    assert.equal(second.value, 'https://work');
    second.escape();
    await again;
  });
});
