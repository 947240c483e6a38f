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

describe('The cached facts about instances', () => {
  const apps = appsInTests();
  let storage: FakeMemento;
  let remembered: InstanceCache;
  beforeEach(() => {
    storage = new FakeMemento();
    remembered = new InstanceCache(storage);
  });

  it('are kept separately for each instance and configured API', () => {
    remembered.of(instance('one')).keep(facts('18.9'));
    remembered.of(instance('two')).keep(facts('9.0'));
    assert.equal(remembered.of(instance('one')).get()?.server.version, '18.9');
    assert.equal(remembered.of(instance('two')).get()?.server.version, '9.0');
    assert.equal(remembered.of(instance('one', 'v3')).get(), undefined);
  });

  it('are limited, and the oldest are removed first', () => {
    for (let at = 0; at < 25; at++) remembered.of(instance(`g${at}`)).keep(facts('18.9'));
    assert.equal(remembered.of(instance('g4')).get(), undefined);
    assert.notEqual(remembered.of(instance('g5')).get(), undefined);
  });

  it('are removed for instances that were signed out', () => {
    for (const name of ['one', 'two']) remembered.of(instance(name)).keep(facts('18.9'));
    remembered.keepOnly([instance('two').url]);
    assert.equal(remembered.of(instance('one')).get(), undefined);
    remembered.keepOnly([]);
    assert.equal(storage.values.size, 0);
  });

  it('are empty if they are damaged', () => {
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

  it('let the next window request the builds immediately, and contain no token', async () => {
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
