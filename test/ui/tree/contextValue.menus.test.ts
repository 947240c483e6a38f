import assert from 'node:assert/strict';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';

describe('A menu item', () => {
  const apps = appsInTests();

  it('of the view is about the whole commit, whatever row has the focus', async () => {
    const app = await apps.ready();
    const focused = await app.row('lint');
    app.asked();
    await app.runFromTitle('cancelActive', focused);
    const sent = app.asked().filter((each) => each.startsWith('POST'));
    const { long, deploy } = app.small.builds;
    assert.deepEqual(sent.sort(), [`POST builds/${long.id}/cancel`, `POST builds/${deploy.id}/cancel`].sort());
    await app.runFromTitle('copyUrl', focused);
    assert.equal(editor().clipboard, `${app.gitlab.url}/${app.small.project.path}/commit/${app.small.sha}`);
  });

  for (const command of ['retry', 'cancel', 'retryFailed', 'cancelActive', 'copyUrl']) {
    it(`does nothing if VS Code has lost its row: ${command}`, async () => {
      const app = await apps.ready();
      app.asked();
      await app.run(command, undefined, undefined);
      assert.deepEqual(app.asked(), []);
      assert.match(editor().messages[0]?.text ?? '', /rows just changed\. Select again\./);
    });
  }
});
