import assert from 'node:assert/strict';
import { once } from 'node:events';
import { startTree } from './processTree';

/** Starts a grandchild that ignores SIGTERM, says that it lives, and waits. */
const parent = `
  const { spawn } = require('node:child_process');
  const code = "process.on('SIGTERM', () => {}); console.log('alive'); setInterval(() => {}, 1000)";
  spawn(process.execPath, ['-e', code], { stdio: 'inherit' });
  setInterval(() => {}, 1000);
`;

describe('startTree', function () {
  this.timeout(30_000);

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`ends the process and its descendants with ${signal}`, async () => {
      const tree = startTree(process.execPath, ['-e', parent], process.env);
      await once(tree.child.stdout!, 'data');
      const closed = once(tree.child, 'close'); // when nobody holds its output any more, the grandchild included
      await tree.end(signal);
      await closed;
    });
  }

  it('reports a missing program as an error of the child, and ends immediately', async () => {
    const tree = startTree('/no/such/program', [], process.env);
    const [error] = (await once(tree.child, 'error')) as [Error];
    assert.match(error.message, /ENOENT/);
    await tree.end('SIGTERM');
  });

  it('leaves no listener on this process', async () => {
    const before = process.listenerCount('exit') + process.listenerCount('SIGINT');
    const tree = startTree(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], process.env);
    await tree.end('SIGKILL');
    assert.equal(process.listenerCount('exit') + process.listenerCount('SIGINT'), before);
  });
});
