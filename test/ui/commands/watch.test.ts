import assert from 'node:assert/strict';
import { appsInTests } from '../eachApp';
import { texts } from '../notifying';

describe('Watch Until Done', () => {
  const apps = appsInTests();

  it('notifies when the build of a row has ended', async () => {
    const app = await apps.ready();
    await app.run('watch', await app.row('production'));
    app.gitlab.world.setStatus(app.small.builds.deploy, 'success');
    await app.api.refresh();
    assert.deepEqual(texts(), [`production #${app.small.builds.deploy.id} passed`]);
  });

  it('refuses a build that has ended', async () => {
    const app = await apps.ready();
    await app.run('watch', await app.row('compile'));
    assert.deepEqual(texts(), [`compile #${app.small.builds.compile.id} has already finished.`]);
  });
});
