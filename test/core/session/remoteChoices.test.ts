import assert from 'node:assert/strict';
import { RemoteChoices } from '../../../src/core/session/remoteChoices';
import { FakeMemento } from '../../ui/fake/memento';

describe('The chosen remotes', () => {
  it('are kept for each repository until they are cleared', () => {
    const memento = new FakeMemento();
    const choices = new RemoteChoices(memento);
    choices.set('file:///a', 'upstream');
    choices.set('file:///b', 'fork');
    choices.set('file:///b', undefined);
    const again = new RemoteChoices(memento);
    assert.deepEqual([again.of('file:///a'), again.of('file:///b')], ['upstream', undefined]);
    again.set('file:///a', undefined);
    assert.deepEqual(memento.keys(), []);
  });

  it('are empty if the stored data is damaged, and limited to a hundred', () => {
    const memento = new FakeMemento();
    void memento.update('remoteChoices', { 'file:///a': 7, 'file:///b': 'fork' });
    const choices = new RemoteChoices(memento);
    assert.deepEqual([choices.of('file:///a'), choices.of('file:///b')], [undefined, 'fork']);
    for (let index = 0; index < 100; index += 1) choices.set(`file:///${index}`, 'fork');
    assert.deepEqual([choices.of('file:///b'), choices.of('file:///0')], [undefined, 'fork']);
  });
});
