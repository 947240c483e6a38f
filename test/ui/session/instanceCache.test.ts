import assert from 'node:assert/strict';
import type { InstanceFacts } from '../../../src/core/gitlab/instanceFacts';
import { InstanceCache, storageKey } from '../../../src/core/gitlab/instanceCache';
import { developerToken } from '../../gitlab/seed';
import { appsInTests } from '../eachApp';
import { FakeMemento } from '../fake/memento';

const instance = (name: string, apiVersion: 'auto' | 'v3' = 'auto') =>
  ({ url: `https://${name}.example.com`, hosts: [], apiVersion }) as const;
const facts = (version: string): InstanceFacts => ({
  server: { api: 'v4', version },
  at: 1,
  projects: { 'a/b': { id: 1, path: 'a/b', at: 1 } },
});

describe('What windows remember of instances', () => {
  const apps = appsInTests();
  let storage: FakeMemento;
  let remembered: InstanceCache;
  beforeEach(() => {
    storage = new FakeMemento();
    remembered = new InstanceCache(storage);
  });

  it('is of each apart, and of the API that was set', () => {
    remembered.of(instance('one')).keep(facts('18.9'));
    remembered.of(instance('two')).keep(facts('9.0'));
    assert.equal(remembered.of(instance('one')).get()?.server.version, '18.9');
    assert.equal(remembered.of(instance('two')).get()?.server.version, '9.0');
    assert.equal(remembered.of(instance('one', 'v3')).get(), undefined);
  });

  it('is bounded, the oldest first to go', () => {
    for (let at = 0; at < 25; at++) remembered.of(instance(`g${at}`)).keep(facts('18.9'));
    assert.equal(remembered.of(instance('g4')).get(), undefined);
    assert.notEqual(remembered.of(instance('g5')).get(), undefined);
  });

  it('is forgotten of those that one has signed out of', () => {
    for (const name of ['one', 'two']) remembered.of(instance(name)).keep(facts('18.9'));
    remembered.keepOnly([instance('two').url]);
    assert.equal(remembered.of(instance('one')).get(), undefined);
    remembered.keepOnly([]);
    assert.equal(storage.values.size, 0);
  });

  it('is none where it is damaged', () => {
    const whole = { ...facts('18.9'), url: 'https://one.example.com', apiVersion: 'auto' };
    const damaged: readonly unknown[] = [
      ...[null, 1, [], 'x', { ...whole, server: { api: 'v5' } }, { ...whole, at: '1' }, { ...whole, projects: [] }],
      { ...whole, projects: { 'a/b': { id: '1', path: 'a/b', at: 1 } } },
      { ...whole, server: { api: 'v4', version: 7 } },
      ...[
        { ...whole, lacks: 'x' },
        { ...whole, lacks: [1] },
        { ...whole, noGraphql: 'yes' },
      ],
    ];
    for (const each of damaged) {
      for (const stored of [each, [each]]) {
        void storage.update(storageKey, stored);
        assert.equal(remembered.of(instance('one')).get(), undefined, JSON.stringify(stored));
      }
    }
    void storage.update(storageKey, [...damaged, whole]);
    assert.equal(remembered.of(instance('one')).get()?.server.version, '18.9');
  });

  it('makes the next window ask for the builds at once, and holds no token', async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' } });
    app.asked();
    await app.restart();
    await app.shows('ready', ({ stale }) => stale === undefined);
    assert.equal(app.asked()[0], 'POST /api/graphql');
    assert.deepEqual(
      [...app.globalState.values.values()].filter((text) => text.includes(developerToken)),
      [],
    );
  });
});
