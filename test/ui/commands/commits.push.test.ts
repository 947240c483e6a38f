import assert from 'node:assert/strict';
import type { RowNode } from '../../../src/ui/tree/treeRows';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';

describe('Push', () => {
  const apps = appsInTests();
  const head = { name: 'master', upstream: { remote: 'origin', name: 'master' } };

  it('publishes a branch that the server does not have, and pushes one that it has', async () => {
    const app = await apps.ready();
    const { rootUri } = app.repository;
    await app.run('push');
    app.repository.moveHead({ ...head, commit: app.small.sha });
    await app.run('push');
    assert.deepEqual(editor().executed, [
      { command: 'git.publish', args: [rootUri] },
      { command: 'git.push', args: [rootUri] },
    ]);
  });

  it("applies to the row's repository", async () => {
    const app = await apps.ready();
    const { repository } = await app.open();
    const root = repository.rootUri.toString();
    const node = { kind: 'repository', id: root, children: [] } as unknown as RowNode;
    await app.run('push', { root, node });
    assert.deepEqual(editor().executed, [{ command: 'git.publish', args: [repository.rootUri] }]);
  });

  it('is refused if no repository is open', async () => {
    const app = await apps.start({ git: false });
    await app.run('push');
    assert.match(editor().messages[0]?.text ?? '', /No git repository is open/);
  });
});
