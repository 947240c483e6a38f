import assert from 'node:assert/strict';
import type { RemoteProject } from '../../../src/core/model/remotes';
import { OtherProjects } from '../../../src/core/polling/otherProjects';

const instance = { url: 'https://gitlab.com', hosts: [], apiVersion: 'auto' } as const;
const projects: readonly RemoteProject[] = ['a', 'b', 'c', 'd', 'e', 'f'].map((remote) => {
  return { remote, instance, project: `${remote}/project` };
});

describe('The projects of other remotes', () => {
  let others: OtherProjects;
  let asked: string[];
  const look = (key: string, having: readonly string[]) =>
    others.look(
      key,
      () => Promise.resolve(projects),
      ({ remote }) => {
        asked.push(remote);
        return Promise.resolve(having.includes(remote));
      },
    );
  beforeEach(() => {
    [others, asked] = [new OtherProjects(), []];
  });

  it('are checked one after the other until one has builds, once per commit', async () => {
    assert.equal(await look('x', ['b', 'c']), projects[1]);
    assert.equal(await look('x', []), projects[1]);
    assert.deepEqual([asked, others.of('x'), others.of('y')], [['a', 'b'], projects[1], undefined]);
    assert.equal(await look('y', []), undefined);
  });

  it('are limited to five', async () => {
    assert.equal(await look('x', ['f']), undefined);
    assert.deepEqual(asked, ['a', 'b', 'c', 'd', 'e']);
  });

  it('are checked again once they are reset', async () => {
    await look('x', []);
    others.forget();
    assert.equal(await look('x', ['a']), projects[0]);
  });
});
