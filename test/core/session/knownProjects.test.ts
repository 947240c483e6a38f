import assert from 'node:assert/strict';
import { FakeClock } from '../support';
import { KnownProjects } from '../../../src/core/session/knownProjects';
import { FakeMemento } from '../../ui/fake/memento';
import { aTarget, ready } from '../../ui/samples';

const shown = ready([]);
const { instance, project } = aTarget();
const own = { instance: instance.url, project };

describe('The known projects', () => {
  it('are those that were shown, also after a reload', () => {
    const memento = new FakeMemento();
    const known = new KnownProjects(memento);
    assert.equal(known.has(own), false);
    known.addShown(shown);
    for (const one of [known, new KnownProjects(memento)]) {
      assert.equal(one.has(own), true);
      assert.equal(one.has({ ...own, project: 'group/other' }), false);
      assert.equal(one.has({ ...own, instance: `${own.instance}/gitlab` }), false);
    }
  });

  it('are announced by one event each', () => {
    const known = new KnownProjects(new FakeMemento());
    let events = 0;
    known.onDidAdd(() => (events += 1));
    known.addShown(shown);
    known.addShown(shown);
    known.addShown(undefined);
    assert.equal(events, 1);
  });

  it('are waited for if they are about to be shown', async () => {
    const clock = new FakeClock();
    const known = new KnownProjects(new FakeMemento());
    const [soon, never] = [own, { ...own, project: 'group/other' }].map((one) => known.becomesKnown(one, clock));
    known.addShown(shown);
    assert.equal(await soon, true);
    await clock.pass(5000);
    assert.equal(await never, false);
    assert.equal(await known.becomesKnown(own, clock), true);
    assert.deepEqual(clock.waits, []);
  });

  it('are removed for all instances except the given ones', () => {
    const memento = new FakeMemento();
    const known = new KnownProjects(memento);
    known.addShown(shown);
    known.keepOnly([own.instance]);
    assert.equal(known.has(own), true);
    known.keepOnly([`${own.instance}/gitlab`]);
    assert.equal(known.has(own), false);
    assert.deepEqual(memento.keys(), []);
  });

  it('are empty if the stored data is damaged, and limited to two hundred', () => {
    const memento = new FakeMemento();
    void memento.update('knownProjects', { a: 1 });
    const known = new KnownProjects(memento);
    for (let at = 0; at < 250; at++) known.addShown({ ...shown, target: aTarget({ project: `group/${at}` }) });
    assert.equal(known.has({ ...own, project: 'group/249' }), true);
    assert.equal(known.has({ ...own, project: 'group/0' }), false);
    assert.equal(memento.get<readonly string[]>('knownProjects')?.length, 200);
  });
});
